//! Norms that do not fit what they receive.

use super::check_error;

#[test]
fn norms_name_the_right_one() {
    check_error(
        "[3, 8, 8] { BatchNorm1d }",
        "            ~~~~~~~~~~~",
        "`BatchNorm1d` takes a vector or [channels, length]",
    );
    check_error(
        "[8] { BatchNorm2d }",
        "      ~~~~~~~~~~~",
        "`BatchNorm2d` takes [channels, height, width], but receives [8]",
    );
    check_error(
        "[3, 4] { Softmax(2) }",
        "                 ~",
        "there is no dimension 2 in [3, 4]",
    );
    check_error(
        "[3, 4] { Prelu(4) }",
        "               ~",
        "`Prelu` has 1 slope, or one for each of the 3 channels, not 4",
    );
    check_error(
        "[3, 4] { Scale(4) }",
        "               ~",
        "`Scale` has 1 factor, or one for each of the 3 channels, not 4\n\
         note: the input of `Net` on line 1 is [3, 4]\n\
         help: write 1 or 3",
    );
    check_error(
        "[3, 4] { Snake(init = 0.0) }",
        "                      ~~~",
        "`init` is a frequency that is trained, and stays 0 when it starts as 0",
    );
}

#[test]
fn norms_of_samples_fit_what_arrives() {
    check_error(
        "[3, 4] { LayerNorm(dims = 3) }",
        "                          ~",
        "[3, 4] has no 3 dimensions to normalise over\n\
         note: the input of `Net` on line 1 is [3, 4]\n\
         help: choose `dims` from 1 to 2",
    );
    check_error(
        "[3] { RmsNorm(dims = 2) }",
        "                     ~",
        "[3] has no 2 dimensions to normalise over\n\
         note: the input of `Net` on line 1 is [3]\n\
         help: leave `dims` out: there is one",
    );
    check_error(
        "[3, 4] { LayerNorm(dims = N) }",
        "                          ~",
        "`dims` of `LayerNorm` is a number of dimensions, and a literal",
    );
    check_error(
        "[3, 4] { LayerNorm(4) }",
        "                   ~",
        "`LayerNorm` takes its arguments by name",
    );
    check_error(
        "[3, 4] { LayerNorm(elementwise_affine = false) }",
        "                   ~~~~~~~~~~~~~~~~~~",
        "`LayerNorm` has no option `elementwise_affine`\nhelp: did you mean `affine`?",
    );
    check_error(
        "[3, 4] { LayerNorm(eps = 0.0) }",
        "                         ~~~",
        "`eps` keeps a division from zero and cannot be 0",
    );
    check_error(
        "[6, 4] { GroupNorm }",
        "         ~~~~~~~~~",
        "`GroupNorm` needs `groups`\nhelp: write `GroupNorm(4)`",
    );
    check_error(
        "[6, 4] { GroupNorm(4) }",
        "                   ~",
        "4 groups do not divide the 6 channels that arrive\n\
         note: the input of `Net` on line 1 is [6, 4]\n\
         help: choose a number of groups that divides them",
    );
    check_error(
        "[6] { InstanceNorm1d }",
        "      ~~~~~~~~~~~~~~",
        "`InstanceNorm1d` takes [channels, length], but receives [6]\n\
         note: the input of `Net` on line 1 is [6]\n\
         help: use `LayerNorm`",
    );
    check_error(
        "[6, 4] { InstanceNorm2d }",
        "         ~~~~~~~~~~~~~~",
        "`InstanceNorm2d` takes [channels, height, width], but receives [6, 4]\n\
         note: the input of `Net` on line 1 is [6, 4]\n\
         help: use `InstanceNorm1d`",
    );
}
