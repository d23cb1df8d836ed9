//! Layers of sequences: the shapes of PyTorch, and a report for each mistake.

use super::{check_error, network};

fn output(source: &str) -> String {
    network(source).output().to_string()
}

/// The configuration of the first layer, as generated.
fn value(source: &str) -> String {
    network(source).layers[0].value.to_string().replace(' ', "")
}

#[test]
fn convolutions_along_a_length() {
    assert_eq!(
        output("[2, 20] { Conv1d(3, 5, stride = 2, padding = 1, dilation = 3) }"),
        "[3, 5]"
    );
    assert_eq!(
        output("[4, 20] { Conv1d(6, 4, padding = same, groups = 2) }"),
        "[6, 20]"
    );
    assert_eq!(
        output("[2, 20] { Conv1d(3, 5, padding = valid) }"),
        "[3, 16]"
    );
    assert_eq!(
        output("[2, 20] { Conv1d(3, 5, causal = true, dilation = 9) }"),
        "[3, 20]"
    );
    assert_eq!(
        output("[2, 20] { Conv1d(3, 5, causal = true, stride = 3) }"),
        "[3, 7]"
    );
    assert_eq!(
        output("[2, LENGTH] { Conv1d(3, 5, padding = 1), Conv1d(2, K, causal = true) }"),
        "[2, LENGTH - 2]"
    );
}

#[test]
fn zeros_stand_before_the_input() {
    let padding = |options: &str| {
        let value = value(&format!("[2, 20] {{ Conv1d(3, {options}) }}"));
        let (_, behind) = value.split_once("padding:").expect("a field");
        behind.split(',').next().map(str::to_owned)
    };
    assert_eq!(padding("4").as_deref(), Some("0"));
    assert_eq!(padding("4, padding = 3").as_deref(), Some("3"));
    assert_eq!(padding("4, padding = same").as_deref(), Some("1"));
    assert_eq!(
        padding("4, padding = same, dilation = 3").as_deref(),
        Some("4")
    );
    assert_eq!(
        padding("4, causal = true, dilation = 2").as_deref(),
        Some("6")
    );
}

#[test]
fn an_image_or_a_vector_is_no_sequence() {
    check_error(
        "[1, 8, 8] { Conv1d(2, 3) }",
        "            ~~~~~~",
        "`Conv1d` takes [channels, length], but receives [1, 8, 8]\n\
         note: the input of `Net` on line 1 is [1, 8, 8]\n\
         help: use `Conv2d`",
    );
    check_error(
        "[8] { Conv1d(2, 3) }",
        "      ~~~~~~",
        "`Conv1d` takes [channels, length], but receives [8]\n\
         note: the input of `Net` on line 1 is [8]\n\
         help: insert `Reshape([1, 8])` before `Conv1d(2, 3)`",
    );
}

#[test]
fn a_kernel_longer_than_its_input() {
    check_error(
        "[1, 6] { Conv1d(2, kernel = 5, padding = 1, dilation = 2) }",
        "                            ~",
        "the kernel of `Conv1d` with its dilation covers 9, but the length with its padding is only 8\n\
         note: the input of `Net` on line 1 is [1, 6]\n\
         help: use a kernel of at most 4, or more padding",
    );
}

#[test]
fn causal_and_same_have_their_conditions() {
    check_error(
        "[1, 6] { Conv1d(2, 3, causal = true, padding = 1) }",
        "                                               ~",
        "`causal` pads by itself, so `padding` cannot be given\nhelp: remove `padding`",
    );
    check_error(
        "[1, 6] { Conv1d(2, 3, stride = 2, padding = same) }",
        "                                            ~~~~",
        "`padding = same` needs a stride of 1, as in PyTorch",
    );
    check_error(
        "[3, 6] { Conv1d(4, 3, groups = 2) }",
        "                               ~",
        "2 groups do not divide the 3 channels that arrive",
    );
}

#[test]
fn pools_along_a_length() {
    assert_eq!(
        output("[2, 20] { MaxPool1d(3, 2, padding = 1) }"),
        "[2, 10]"
    );
    assert_eq!(
        output("[2, 20] { MaxPool1d(3, 1, dilation = 4, padding = 1) }"),
        "[2, 14]"
    );
    assert_eq!(
        output("[2, 20, 9] { MaxPool2d(3, 2, dilation = (4, 1)) }"),
        "[2, 6, 4]"
    );
    assert_eq!(
        output("[2, 20] { AvgPool1d(3, 2, ceil_mode = true) }"),
        "[2, 10]"
    );
    assert_eq!(
        output("[2, LENGTH] { MaxPool1d(K) }"),
        "[2, (LENGTH + 2 * 0 - 1 * (K - 1) - 1) / K + 1]"
    );
    assert_eq!(
        output("[2, 20] { AdaptiveAvgPool1d(6), AdaptiveMaxPool1d(9) }"),
        "[2, 9]"
    );
    assert_eq!(
        output("[2, 20, 3] { AdaptiveMaxPool2d((3, 4)) }"),
        "[2, 3, 4]"
    );
    check_error(
        "[1, 8] { AvgPool1d(3, padding = 2) }",
        "                                ~",
        "the padding of `AvgPool1d` is 2, more than half of its kernel of 3",
    );
    check_error(
        "[1, 8, 8] { MaxPool1d(2) }",
        "            ~~~~~~~~~",
        "`MaxPool1d` takes [channels, length], but receives [1, 8, 8]\n\
         note: the input of `Net` on line 1 is [1, 8, 8]\n\
         help: use `MaxPool2d`",
    );
}

#[test]
fn global_pools_leave_the_channels() {
    assert_eq!(output("[2, 20] { GlobalAvgPool }"), "[2]");
    assert_eq!(output("[C, 20, 3] { GlobalMaxPool }"), "[C]");
    assert_eq!(
        output("[4] { Gain<4>, GlobalMaxPool }"),
        "[Gain<4>.output[0]]"
    );
    check_error(
        "[8] { GlobalAvgPool }",
        "      ~~~~~~~~~~~~~",
        "`GlobalAvgPool` takes [channels, …], but receives [8]\n\
         note: the input of `Net` on line 1 is [8]\n\
         help: it needs at least one dimension behind the channels",
    );
}
