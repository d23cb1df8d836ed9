//! What people write at first. Each gets one error, and the text to type.

use super::{check_error, check_whole};

#[test]
fn headers() {
    check_whole(
        "Net: [4] -> [2] { Linear(2) }",
        "Net",
        "expected `struct` before the name `Net`\nhelp: write `struct Net`",
    );
    check_whole(
        "pub fn Net: [4] -> [2] { Linear(2) }",
        "fn",
        "expected `struct`, found `fn`",
    );
    check_whole(
        "struct Net [4] -> [2] { Linear(2) }",
        "[",
        "expected `:` between `Net` and the shape of its input\nhelp: write `Net: […]`",
    );
    check_whole(
        "struct Net: [4] => [2] { Linear(2) }",
        "=",
        "the output stands behind `->`, not behind `=>`\nhelp: write `->`",
    );
    check_whole(
        "struct Net: [4] -> 10 { Linear(10) }",
        "10",
        "expected a shape in brackets\nhelp: write `[10]`",
    );
    check_whole(
        "struct Net: (1, 8, 8) { Flatten }",
        "(1, 8, 8)",
        "expected a shape in brackets\nhelp: write `[1, 8, 8]`",
    );
    check_whole(
        "struct Net: [f32; 4] { Linear(2) }",
        "[f32; 4]",
        "a shape is no array type: it lists sizes alone",
    );
    check_whole(
        "struct Net: [4] -> [2] (Linear(2))",
        "(",
        "expected the layers in braces",
    );
}

#[test]
fn layers() {
    check_error(
        "[4] -> [10] { fc1: Linear[10], Relu }",
        "                         ~~~~",
        "`Linear` takes its arguments in parentheses\nhelp: write `Linear(10)`",
    );
    check_error(
        "[4] -> [10] { Linear 10, Relu }",
        "                     ~~",
        "`Linear` takes its arguments in parentheses\nhelp: write `Linear(10)`",
    );
    check_error(
        "[4] -> [10] { Linear { 10 }, Relu }",
        "              ~~~~~~",
        "`Linear` takes its arguments in parentheses, not in braces\nhelp: write `Linear(10)`",
    );
    check_error(
        "[4] -> [2] { Linear(8); Linear(2) }",
        "                      ~",
        "expected `,` between layers, found `;`",
    );
    check_error(
        "[4] -> [2] { Linear(8) -> Linear(2) }",
        "                       ~",
        "expected `,` between layers, found `->`",
    );
    check_error(
        "[4] -> [2] { Linear(2).relu() }",
        "                      ~",
        "expected `,` between layers, found `.`",
    );
    check_error(
        "[4] -> [2] { fc1 = Linear(2) }",
        "                 ~",
        "a label stands before `:`, not before `=`\nhelp: write `fc1: …`",
    );
}

#[test]
fn arguments() {
    check_error(
        "[1, 8, 8] { Conv2d(6, kernel: 5) }",
        "                            ~",
        "an option is given with `=`, not with `:`\nhelp: write `kernel = 5`",
    );
    check_error(
        "[4] -> [2] { Linear(4, 2) }",
        "                    ~",
        "`Linear` infers the size of its input\nhelp: state only the output: `Linear(2)`",
    );
    check_error(
        "[1, 8, 8] { Conv2d(1, 6, 3, padding = 1) }",
        "                   ~",
        "`Conv2d` infers the size of its input\nhelp: state only the output: `Conv2d(6, 3, padding = 1)`",
    );
    check_error(
        "[1, 8, 8] { Conv2d(1, 6, kernel = 3) }",
        "                   ~",
        "`Conv2d` infers the size of its input\nhelp: state only the output: `Conv2d(6, kernel = 3)`",
    );
    check_error(
        "[4] { Linear(out_features = 3) }",
        "             ~~~~~~~~~~~~",
        "`Linear` has no option `out_features`\nhelp: did you mean `out`?",
    );
    check_error(
        "[1, 8, 8] { Conv2d(6, kernel_size = 3) }",
        "                      ~~~~~~~~~~~",
        "`Conv2d` has no option `kernel_size`\nhelp: did you mean `kernel`?",
    );
    check_error(
        "[4] { Dropout(50) }",
        "              ~~",
        "`p` is a probability and cannot be 50\nhelp: for 50 % write `0.5`",
    );
    // The kernel may stand without its name.
    assert!(super::errors("[1, 8, 8] { Conv2d(6, 5) }").is_empty());
}

#[test]
fn what_stands_behind() {
    for (rest, underlined, help) in [
        (
            "struct B: [3] { Relu }",
            "struct",
            "one `network!` declares one network",
        ),
        (
            "#[derive(Debug)] struct B: [3] { Relu }",
            "#",
            "one `network!` declares one network",
        ),
        (
            "budget: { macs <= 3 }",
            "budget",
            "write `budget { parameters <= 62_000 }`",
        ),
        (
            "weights \"net.safetensors\"",
            "weights",
            "write `weights = \"net.safetensors\"`",
        ),
        (";", ";", "remove it"),
        ("foo bar", "foo", "remove it"),
    ] {
        check_whole(
            &format!("struct Net: [4] {{ Linear(2) }} {rest}"),
            underlined,
            &format!(
                "expected a setting, `budget {{ … }}`, or the end of the declaration\nhelp: {help}"
            ),
        );
    }
}
