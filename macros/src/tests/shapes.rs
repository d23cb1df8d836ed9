//! Shape arithmetic, against PyTorch's.

use super::network;
use crate::size::windows;

fn output(source: &str) -> String {
    network(source).output().to_string()
}

#[test]
fn lenet() {
    let network = network(
        "[1, 28, 28] -> [10] {
            Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2), Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
            Flatten, Linear(120), Relu, Linear(84), Relu, Linear(10) }
         budget { parameters <= 61_706, macs <= 416_520 }",
    );
    let shapes: Vec<String> = network
        .layers
        .iter()
        .map(|layer| layer.output.to_string())
        .collect();
    assert_eq!(shapes[0], "[6, 28, 28]");
    assert_eq!(shapes[5], "[16, 5, 5]");
    assert_eq!(shapes[6], "[400]");
    let parameters: Option<u64> = network
        .layers
        .iter()
        .map(|layer| layer.parameters.known())
        .sum();
    assert_eq!(parameters, Some(61_706));
}

#[test]
fn windows_as_in_pytorch() {
    // torch.nn.functional.max_pool2d / conv2d, PyTorch 1.13.
    for (input, kernel, stride, padding, dilation, ceil_mode, expected) in [
        (28, 5, 1, 2, 1, false, 28),
        (28, 2, 2, 0, 1, false, 14),
        (9, 3, 2, 0, 2, false, 3),
        (7, 3, 2, 1, 1, true, 4),
        (5, 2, 2, 0, 1, true, 3),
        (5, 2, 2, 0, 1, false, 2),
        // The last window would start in the right padding, so it does not count.
        (5, 2, 4, 1, 1, true, 2),
        (3, 1, 3, 0, 1, true, 1),
        (6, 3, 3, 1, 1, true, 3),
        (4, 3, 3, 1, 1, true, 2),
    ] {
        assert_eq!(
            windows(input, kernel, stride, padding, dilation, ceil_mode),
            expected,
            "{input} {kernel} {stride} {padding} {dilation} {ceil_mode}"
        );
    }
}

#[test]
fn rectangles_and_options() {
    assert_eq!(
        output("[3, 20, 30] { Conv2d(4, (3, 5), stride = (2, 1), padding = (1, 0)) }"),
        "[4, 10, 26]"
    );
    assert_eq!(
        output("[3, 20, 30] { Conv2d(6, 3, padding = same, dilation = 2, groups = 3) }"),
        "[6, 20, 30]"
    );
    assert_eq!(
        output("[3, 20, 2] { Conv2d(6, (4, 6), padding = same) }"),
        "[6, 20, 2]"
    );
    assert_eq!(output("[3, 20, 30] { MaxPool2d(3, 2) }"), "[3, 9, 14]");
    assert_eq!(
        output("[3, 20, 30] { AvgPool2d(3, stride = 2, ceil_mode = true) }"),
        "[3, 10, 15]"
    );
    assert_eq!(
        output("[3, 20, 30] { AdaptiveAvgPool2d((2, 3)), Flatten }"),
        "[18]"
    );
    assert_eq!(
        output("[4, 6] { Reshape([3, 8]), Softmax(0), Prelu(3), BatchNorm1d(affine = false) }"),
        "[3, 8]"
    );
}

#[test]
fn gates_halve() {
    assert_eq!(output("[6] { Glu, Linear(4), SwiGlu }"), "[2]");
    assert_eq!(output("[6, 4, 3] { Glu(0), SwiGlu(dim = 1) }"), "[3, 2, 3]");
    assert_eq!(output("[2 * WIDTH] { Linear(WIDTH), Glu }"), "[WIDTH / 2]");
}

#[test]
fn sizes_of_the_compiler_are_shown_as_arithmetic() {
    assert_eq!(
        output("[C, HEIGHT, 8] { Conv2d(OUT, 5, padding = 1) }"),
        "[OUT, HEIGHT - 2, 6]"
    );
    assert_eq!(
        output("[C, HEIGHT, 8] { MaxPool2d(2), Flatten }"),
        "[C * ((HEIGHT - 2) / 2 + 1) * 4]"
    );
    assert_eq!(output("[2 * 3 + 1] { Linear(2 * WIDTH) }"), "[2 * WIDTH]");
}

#[test]
fn behind_a_layer_of_the_user_sizes_come_from_its_type() {
    let network = network("[4] -> [2] { Gain<4>, Relu, Linear(3), Linear(2) }");
    assert_eq!(
        network.layers[1].output.to_string(),
        "the output of `Gain<4>`"
    );
    assert_eq!(network.layers[2].output.to_string(), "[3]");
    // What arrives at `Gain`, and the rank at `Linear`.
    assert_eq!(network.checks.len(), 2);
}
