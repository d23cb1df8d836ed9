//! Layers that reorder, cut and enlarge: their shapes, and a report for each mistake.

use super::{check_error, network};

fn output(source: &str) -> String {
    network(source).output().to_string()
}

#[test]
fn dimensions_in_another_order() {
    assert_eq!(output("[3, N] { Transpose }"), "[N, 3]");
    assert_eq!(output("[3, 4, 5] { Permute([2, 0, 1]) }"), "[5, 3, 4]");
    assert_eq!(
        output("[4] { Gain<4>, Permute([1, 0]) }"),
        "[Gain<4>.output[1], Gain<4>.output[0]]"
    );
    check_error(
        "[1, 8, 8] { Transpose }",
        "            ~~~~~~~~~",
        "`Transpose` takes [rows, columns], but receives [1, 8, 8]",
    );
    check_error(
        "[3, 4] { Permute([2, 0, 1]) }",
        "         ~~~~~~~",
        "`Permute` takes the 3 dimensions that it names, but receives [3, 4]",
    );
    check_error(
        "[3, 4] { Permute([0, 0]) }",
        "                 ~~~~~~",
        "`Permute` names dimension 0 twice",
    );
    check_error(
        "[3, 4] { Permute([0, 2]) }",
        "                 ~~~~~~",
        "there is no dimension 2 in [3, 4]",
    );
    check_error(
        "[3, 4] { Permute([0, N]) }",
        "                 ~~~~~~",
        "`dims` of `Permute` are literal numbers",
    );
    check_error(
        "[3, 4] { Permute(1) }",
        "                 ~",
        "`dims` is an order of dimensions in brackets, as in `[1, 0]`, found `1`",
    );
    check_error(
        "[3, 4] { Permute }",
        "         ~~~~~~~",
        "`Permute` needs `dims`\nhelp: write `Permute([1, 0])`",
    );
}

#[test]
fn ranges_of_a_dimension() {
    assert_eq!(output("[3, 8] { Slice(1, 2, 5) }"), "[3, 3]");
    assert_eq!(output("[3, 8] { Slice(dim = 0, start = 1) }"), "[2, 8]");
    assert_eq!(output("[3, N] { Slice(1, 2) }"), "[3, N - 2]");
    assert_eq!(output("[3, N] { Slice(1, 0, M) }"), "[3, M]");
    check_error(
        "[3, 8] { Slice(1, 5, 9) }",
        "                     ~",
        "`Slice` takes 5..9 of dimension 1, which has 8\n\
         note: the input of `Net` on line 1 is [3, 8]\n\
         help: choose `start` below `end`, and `end` up to 8",
    );
    check_error(
        "[3, 8] { Slice(1, 5, 5) }",
        "                     ~",
        "`Slice` takes 5..5 of dimension 1",
    );
    check_error(
        "[3, 8] { Slice(2, 0, 1) }",
        "               ~",
        "there is no dimension 2 in [3, 8]",
    );
    check_error(
        "[3, 8] { Slice(N, 0, 1) }",
        "               ~",
        "`dim` of `Slice` is a literal number",
    );
    check_error(
        "[4] { Gain<4>, Slice(0, 1) }",
        "               ~~~~~",
        "`Slice` needs to know how many dimensions `Gain<4>` puts out",
    );
}

#[test]
fn margins() {
    assert_eq!(output("[3, 8] { Pad(1) }"), "[3, 10]");
    assert_eq!(
        output("[3, 8] { Pad((1, 4), mode = replicate) }"),
        "[3, 13]"
    );
    assert_eq!(output("[3, 8, 5] { Pad(2, mode = reflect) }"), "[3, 12, 9]");
    assert_eq!(output("[3, 8, N] { Pad((1, 2, 3, 4)) }"), "[3, 15, N + 3]");
    check_error(
        "[3, 8, 8] { Pad((1, 2)) }",
        "                ~~~~~~",
        "the padding of an image is one number, or `(left, right, top, bottom)`",
    );
    check_error(
        "[3, 8] { Pad((1, 2, 3, 4)) }",
        "             ~~~~~~~~~~~~",
        "the padding of a sequence is one number, or `(left, right)`",
    );
    check_error(
        "[3, 8] { Pad((1, 2, 3)) }",
        "             ~~~~~~~~~",
        "`padding` takes one number, two or four, found 3",
    );
    check_error(
        "[3, 4, 8] { Pad(4, mode = reflect) }",
        "                ~",
        "`mode = reflect` mirrors 4 elements, but of the height of 4 only 3 lie behind the edge",
    );
    check_error(
        "[8] { Pad(1) }",
        "      ~~~",
        "`Pad` takes [channels, length] or [channels, height, width], but receives [8]\n\
         note: the input of `Net` on line 1 is [8]\n\
         help: insert `Reshape([1, 8])` before `Pad(1)`",
    );
}

#[test]
fn enlarging() {
    assert_eq!(output("[8, 3, N] { PixelShuffle(2) }"), "[2, 6, N * 2]");
    assert_eq!(output("[8, 3, 5] { Upsample((2, 3)) }"), "[8, 6, 15]");
    assert_eq!(
        output("[8, 5] { Upsample(3, mode = linear, align_corners = true) }"),
        "[8, 15]"
    );
    check_error(
        "[8, 3, 3] { PixelShuffle(3) }",
        "                         ~",
        "`PixelShuffle` makes one channel of 9, which do not divide the 8 channels that arrive",
    );
    check_error(
        "[8, 3, 3] { PixelShuffle(r = 2) }",
        "                         ~",
        "`PixelShuffle` has no option `r`\nhelp: did you mean `upscale_factor`?",
    );
    check_error(
        "[8, 3, 3] { Upsample(2, mode = linear) }",
        "                               ~~~~~~",
        "`mode = linear` does not fit an image",
    );
    check_error(
        "[8, 3] { Upsample(2, mode = bilinear) }",
        "                            ~~~~~~~~",
        "`mode = bilinear` does not fit a sequence",
    );
    check_error(
        "[8, 3] { Upsample((2, 3)) }",
        "                  ~~~~~~",
        "a sequence has one `scale`, found two",
    );
    check_error(
        "[8, 3] { Upsample(2, align_corners = true) }",
        "                                     ~~~~",
        "`align_corners` is for interpolation, and `mode = nearest` has none",
    );
}
