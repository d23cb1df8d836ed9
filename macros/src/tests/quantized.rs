//! `quantize = int8`: what has no integer form, and what is derived.

use super::{check_error, network};
use crate::model::QuantizedWork;

#[test]
fn int8_layers_without_an_integer_form_are_named() {
    check_error(
        "[4, 6] { Lstm(3) } quantize = int8",
        "         ~~~~                     ",
        "`Lstm(3)` carries its state from step to step, so it cannot be quantised\n\
         help: leave `quantize = int8` away, or put the layer into a network of its own",
    );
    check_error(
        "[4] { Linear(8), norm: LayerNorm, Linear(2) } quantize = int8",
        "                       ~~~~~~~~~                             ",
        "`norm` divides by what it computes from its input, so it cannot be quantised",
    );
    check_error(
        "[4] { Softmax, Linear(2) } quantize = int8",
        "      ~~~~~~~                             ",
        "`Softmax` does not end the network, so it cannot be quantised",
    );
    check_error(
        "[4] { Linear(8), mine::Layer } quantize = int8",
        "                       ~~~~~                  ",
        "`mine::Layer` is a layer of your own, of which nothing is known, so it cannot be quantised",
    );
}

/// The calls of the integer network, by their first letters.
fn calls(source: &str) -> String {
    let network = network(&format!("{source} quantize = int8"));
    let quantized = network.quantized.expect("an integer network");
    let calls = quantized.operations.iter().map(|call| match &call.work {
        QuantizedWork::Quantize { .. } => "quantize".to_owned(),
        QuantizedWork::Weights { norms, clamp, .. } => {
            let clamp = if clamp.is_some() { " clamp" } else { "" };
            format!("weights{}{clamp}", " norm".repeat(norms.len()))
        }
        QuantizedWork::Rows { norms, clamp, .. } => {
            let clamp = if clamp.is_some() { " clamp" } else { "" };
            format!("rows{}{clamp}", " norm".repeat(norms.len()))
        }
        QuantizedWork::Norms { .. } => "norms".to_owned(),
        QuantizedWork::Function => "table".to_owned(),
        QuantizedWork::Max { .. } => "max".to_owned(),
        QuantizedWork::Mean { .. } => "mean".to_owned(),
        QuantizedWork::Join { clamp, .. } => {
            format!("join{}", if clamp.is_some() { " clamp" } else { "" })
        }
        QuantizedWork::Concat { .. } => "concat".to_owned(),
        QuantizedWork::Dequantize => "dequantize".to_owned(),
        QuantizedWork::NumberFunction => "function in numbers".to_owned(),
        QuantizedWork::NumberLayer => "layer in numbers".to_owned(),
    });
    calls.collect::<Vec<_>>().join(", ")
}

#[test]
fn int8_calls_take_in_what_follows_weights() {
    assert_eq!(
        calls("[1, 8, 8] { Conv2d(4, 3), BatchNorm2d, Relu, MaxPool2d(2), Flatten, Linear(3) }"),
        "quantize, weights norm clamp, max, weights"
    );
    assert_eq!(
        calls("[8] { Linear(8), Tanh, Residual { Linear(8) }, Relu, Linear(3), Sigmoid }"),
        "quantize, weights, table, weights, join clamp, weights, function in numbers"
    );
    assert_eq!(
        calls("[8] { Linear(8), Relu, Heads { a: { Linear(2), Softmax } b: { } } }"),
        "quantize, weights clamp, weights, layer in numbers, dequantize"
    );
    assert_eq!(
        calls("[8] { EmbeddingBag(100, 16), BatchNorm1d, Relu, Linear(2) }"),
        "rows norm clamp, weights"
    );
    // A batch norm of a sequence has a factor for each step, and not for each output.
    assert_eq!(
        calls("[8] { Embedding(100, 16), BatchNorm1d, Linear(4), BatchNorm1d }"),
        "rows, norms, weights, norms, dequantize"
    );
    assert_eq!(
        calls(
            "{ words: [4], more: [3] } { Concat { { words, SparseLinear(9, 5), Relu } { more } }, Linear(1) }"
        ),
        "quantize, rows clamp, concat, weights"
    );
    assert_eq!(
        calls("[2, 6] { MaxPool1d(2), BatchNorm1d, Relu, Flatten }"),
        "quantize, max, norms, dequantize"
    );
}

#[test]
fn int8_training_rounds_where_the_integer_network_does() {
    let network = network(
        "[1, 8, 8] { Repeat(2) { Residual { Conv2d(1, 3, padding = 1), Relu } }, Flatten, Linear(3) } quantize = int8",
    );
    let quantized = network.quantized.expect("an integer network");
    let layers: Vec<&str> = quantized
        .training
        .layers
        .iter()
        .map(|layer| layer.text.as_str())
        .filter(|text| !text.starts_with("Conv2d"))
        .collect();
    let round = "FakeQuantize";
    let block = ["Relu", round, "Residual", round];
    let expected = [
        [round].as_slice(),
        &block,
        &block,
        &["Flatten", "Linear(3)"],
    ]
    .concat();
    assert_eq!(layers, expected);
}
