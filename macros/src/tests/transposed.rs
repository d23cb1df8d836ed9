//! Transposed convolutions: the shapes of PyTorch, and a report for each mistake.

use super::{check_error, errors, network};

fn output(source: &str) -> String {
    network(source).output().to_string()
}

#[test]
fn sizes_as_in_pytorch() {
    // torch.nn.functional.conv_transpose1d, PyTorch 1.13.
    for (options, expected) in [
        ("3", 7),
        ("1", 5),
        ("1, stride = 3", 13),
        ("4, stride = 2, padding = 1", 10),
        ("3, stride = 2, padding = 1, output_padding = 1", 10),
        ("2, stride = 2, dilation = 3, output_padding = 2", 14),
        ("2, padding = 2", 2),
    ] {
        assert_eq!(
            output(&format!("[2, 5] {{ ConvTranspose1d(3, {options}) }}")),
            format!("[3, {expected}]"),
            "{options}"
        );
    }
    assert_eq!(
        output(
            "[2, 3, 4] { ConvTranspose2d(6, (2, 3), stride = (2, 1), padding = (0, 1), groups = 2) }"
        ),
        "[6, 6, 4]"
    );
}

#[test]
fn sizes_of_the_compiler_are_shown_as_arithmetic() {
    assert_eq!(
        output("[C, LENGTH] { ConvTranspose1d(OUT, 4, stride = 2, padding = 1) }"),
        "[OUT, LENGTH * 2]"
    );
    assert_eq!(
        output("[2, LENGTH] { ConvTranspose1d(3, 5), ConvTranspose1d(3, 2, padding = 2) }"),
        "[3, LENGTH + 4 - 3]"
    );
    assert_eq!(
        output("[2, 5] { ConvTranspose1d(3, K, stride = 2) }"),
        "[3, 10 + K - 1 + 1 - 2]"
    );
}

#[test]
fn parameters_and_multiply_adds() {
    let network = network("[4, 3, 5] { ConvTranspose2d(6, 2, stride = 2, groups = 2) }");
    let layer = &network.layers[0];
    assert_eq!(layer.parameters.known(), Some(4 * 3 * 4 + 6));
    assert_eq!(layer.macs.known(), Some(3 * 5 * 4 * 3 * 4));
}

#[test]
fn padding_leaves_something() {
    check_error(
        "[1, 3] { ConvTranspose1d(2, 2, padding = 2) }",
        "                                         ~",
        "`ConvTranspose1d` makes a length of 4, of which `padding` cuts off 4\n\
         note: the input of `Net` on line 1 is [1, 3]\n\
         help: pad by at most 1",
    );
    check_error(
        "[1, 2, 2] { ConvTranspose2d(2, 1, padding = 1) }",
        "                                            ~",
        "`ConvTranspose2d` makes a height of 2, of which `padding` cuts off 2",
    );
}

#[test]
fn output_padding_is_less_than_a_step() {
    check_error(
        "[1, 3] { ConvTranspose1d(2, 2, stride = 2, output_padding = 2) }",
        "                                                            ~",
        "`output_padding` is 2, but must be less than the stride or the dilation\n\
         help: choose at most 1",
    );
}

#[test]
fn groups_must_divide() {
    check_error(
        "[6, 8] { ConvTranspose1d(8, 3, groups = 3) }",
        "                                        ~",
        "3 groups do not divide the 8 channels that leave",
    );
}

#[test]
fn a_sequence_has_one_number() {
    assert_eq!(
        errors("[6, 8] { ConvTranspose1d(8, (3, 3)) }").len(),
        1,
        "one report"
    );
}
