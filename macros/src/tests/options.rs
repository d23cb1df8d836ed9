//! Arguments of layers: their names, their types, and what values they may have.

use super::{check_error, errors};

#[test]
fn options_are_checked_by_name() {
    check_error(
        "[4] { Linear(8, bais = false) }",
        "                ~~~~",
        "`Linear` has no option `bais`\nhelp: did you mean `bias`?",
    );
    check_error(
        "[4] { Linear(8, momentum = 1) }",
        "                ~~~~~~~~",
        "`Linear` has no option `momentum`\nhelp: its options are `out`, `bias`, `init` and `bias_init`",
    );
    check_error(
        "[4] { Linear(8, bias = false, bias = true) }",
        "                              ~~~~",
        "`bias` is given twice",
    );
    check_error(
        "[4] { Linear(8, out = 3) }",
        "                ~~~",
        "`out` is given twice",
    );
    check_error(
        "[4] { Relu(3) }",
        "           ~",
        "`Relu` takes no arguments\nhelp: remove it",
    );
    check_error(
        "[4] { Softplus(1, 20, 3) }",
        "                      ~",
        "`Softplus` takes only `beta` and `threshold` without a name\nhelp: remove it",
    );
}

#[test]
fn missing_arguments_are_named() {
    check_error(
        "[4] { Linear }",
        "      ~~~~~~",
        "`Linear` needs `out`\nhelp: write `Linear(10)`",
    );
    check_error(
        "[4] { Linear(bias = false) }",
        "      ~~~~~~",
        "`Linear` needs `out`",
    );
    check_error(
        "[1, 8, 8] { Conv2d(8) }",
        "            ~~~~~~",
        "`Conv2d` needs `kernel`\nhelp: write `Conv2d(10, kernel = 3)`",
    );
    check_error(
        "[1, 8, 8] { MaxPool2d }",
        "            ~~~~~~~~~",
        "`MaxPool2d` needs `kernel`\nhelp: write `MaxPool2d(2)`",
    );
}

#[test]
fn values_have_types() {
    check_error(
        "[4] { Linear(8, bias = 3) }",
        "                       ~",
        "`bias` is `true` or `false`, found `3`",
    );
    check_error(
        "[4] { Elu(alpha = true) }",
        "                  ~~~~",
        "`alpha` is a number, found `true`",
    );
    check_error(
        "[4] { Gelu(approximate = tahn) }",
        "                         ~~~~",
        "`approximate` has no choice `tahn`\nhelp: did you mean `tanh`?",
    );
    check_error(
        "[1, 8, 8] { MaxPool2d((2, 2, 2)) }",
        "                      ~~~~~~~~~",
        "`kernel` takes one number or two, found 3",
    );
    check_error(
        "[4] { Dropout(1.5) }",
        "              ~~~",
        "`p` is a probability and cannot be 1.5",
    );
    check_error(
        "[4] { Reshape(4) }",
        "              ~",
        "`shape` is a shape in brackets",
    );
}

#[test]
fn sizes_are_whole_and_positive() {
    check_error(
        "[4] { Linear(0) }",
        "             ~",
        "`out` of `Linear` is 0, but must be at least 1",
    );
    check_error("[0] { Linear(2) }", " ~", "`size` of `input` is 0");
    check_error(
        "[4] { Linear(-1) }",
        "             ~~",
        "a size cannot be negative, but this is `-1`",
    );
    check_error(
        "[4] { Linear(1.5) }",
        "             ~~~",
        "`1.5` is not a size",
    );
    check_error(
        "[4] { Linear(2 - 3) }",
        "             ~~~~~",
        "a size cannot be negative, but this is `2 - 3`",
    );
    check_error(
        "[4] { Linear(Self::N) }",
        "             ~~~~",
        "a size cannot use `Self`",
    );
    check_error(
        "[] { Linear(1) }",
        "~~",
        "a shape has one to eight sizes, this has 0",
    );
}

#[test]
fn every_zero_is_reported_once() {
    let errors = errors(
        "[1, 0, 8] { Conv2d(0, kernel = 3, stride = 0), MaxPool2d(0), Flatten, Linear(0), Reshape([0, 2]), \
         Conv2d(1, (0, 0), dilation = (0, 1), groups = 0), AdaptiveAvgPool2d(0), Prelu(0) }",
    );
    let texts: Vec<&str> = errors.iter().map(|(_, text)| text.as_str()).collect();
    let zero = |name: &str| format!("`{name} is 0, but must be at least 1");
    assert_eq!(
        texts,
        [
            zero("size` of `input`"),
            zero("out` of `Conv2d`"),
            zero("stride` of `Conv2d`"),
            zero("kernel` of `MaxPool2d`"),
            zero("out` of `Linear`"),
            zero("shape` of `Reshape`"),
            "`Conv2d` takes [channels, height, width], but receives [?, 2]\n\
             note: `Reshape([0, 2])` on line 1 produces [?, 2]\n\
             help: insert `Reshape([channels, height, width])` before `Conv2d(1, (0, 0), dilation = (0, 1), groups = 0)`".into(),
            zero("kernel` of `Conv2d`"),
            zero("dilation` of `Conv2d`"),
            zero("groups` of `Conv2d`"),
            zero("out` of `AdaptiveAvgPool2d`"),
            zero("num_parameters` of `Prelu`"),
        ]
    );
}

#[test]
fn what_no_memory_holds_is_reported() {
    check_error(
        "[1048576, 1048577] { Relu }",
        "~~~~~~~~~~~~~~~~~~",
        "this shape is larger than any memory",
    );
    check_error(
        "[1, 1048576, 1048576] { Conv2d(8, 1), Relu }",
        "                        ~~~~~~",
        "`Conv2d` puts out [8, 1048576, 1048576], more than any memory holds",
    );
    check_error(
        "[1099511627776] { Linear(1099511627776), Relu }",
        "                  ~~~~~~",
        "`Linear` has more parameters than any memory holds",
    );
    check_error(
        "[4] { Linear(3 / 0) }",
        "             ~~~~~",
        "`3 / 0` divides by zero",
    );
}

#[test]
fn initialisations_are_checked() {
    check_error(
        "[4] { Linear(2, init = kaiming_unifrm) }",
        "                       ~~~~~~~~~~~~~~",
        "there is no initialisation `kaiming_unifrm`\nhelp: did you mean `kaiming_uniform`?",
    );
    check_error(
        "[4] { Linear(2, init = normal(mean = 0.0)) }",
        "                       ~~~~~~~~~~~~~~~~~~",
        "`normal` needs `std`",
    );
    check_error(
        "[4] { Linear(2, init = kaiming_normal(mode = out)) }",
        "                                             ~~~",
        "`mode` is `fan_in` or `fan_out`, found `out`",
    );
}

#[test]
fn limits_are_in_order() {
    check_error(
        "[4] { Clamp }",
        "      ~~~~~",
        "`Clamp` needs `min`, `max` or both\nhelp: write `Clamp(0.0, 1.0)`, or `Clamp(max = 1.0)`",
    );
    check_error(
        "[4] { Clamp(1, -1) }",
        "               ~~",
        "`max` must not be less than `min`, 1",
    );
    check_error(
        "[4] { ClippedRelu(0) }",
        "                  ~",
        "`max` of `ClippedRelu` must be greater than 0, and is 0",
    );
    check_error(
        "[4] { SquaredClippedRelu(max = -1.5) }",
        "                               ~~~~",
        "`max` of `SquaredClippedRelu` must be greater than 0, and is -1.5",
    );
    check_error(
        "[4] { Threshold(0.5) }",
        "      ~~~~~~~~~",
        "`Threshold` needs `value`\nhelp: write `Threshold(0.0, 0.0)`",
    );
}

#[test]
fn a_bias_is_not_orthogonal() {
    check_error(
        "[4] { Linear(4, init = orthogonal, bias_init = orthogonal(gain = 2.0)) }",
        "                                               ~~~~~~~~~~~~~~~~~~~~~~",
        "`orthogonal` starts matrices, and a bias is a vector",
    );
}
