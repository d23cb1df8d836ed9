//! `freeze`: what it reaches, and what it cannot.

use super::{check_error, errors, network};

fn frozen(source: &str) -> Vec<String> {
    let layers = network(source).layers.into_iter();
    let frozen = layers.filter(|layer| layer.frozen && layer.may_have_parameters());
    frozen.map(|layer| layer.local.to_string()).collect()
}

#[test]
fn layers_blocks_parts_and_networks() {
    assert_eq!(
        frozen(
            "[4] { a: Linear(4, freeze), b: Linear(4), c: Linear(4, freeze = true), d: Linear(4, bias = false, freeze = false), e: Linear(freeze, 2) }"
        ),
        ["a", "c", "e"]
    );
    assert_eq!(
        frozen(
            "[4] { Repeat(2, freeze) { a: Linear(4), Residual(project = p: Linear(4)) { b: Linear(4) } }, Add(freeze) { { c: Linear(4) } { } }, d: Linear(4) }"
        ),
        ["a", "b", "p", "a_2", "b_2", "p_2", "c"]
    );
    assert_eq!(
        frozen("[8, 4] { l: Lstm(3, layers = 2, freeze), Linear(4), t: TransformerEncoderLayer(2, feedforward = 8, freeze) }").len(),
        2 + 5
    );
    assert_eq!(
        frozen("[4] { encoder: Encoder(freeze), Gain<4>(freeze = 1.0), my::Gain<4>(2.0, freeze) }"),
        ["encoder", "gain2"]
    );
    assert_eq!(
        frozen(
            "[4] { a: Linear(4, freeze), b: tied(a), c: Linear(4), Residual(freeze) { d: Linear(4), e: tied(c) } }"
        ),
        ["a", "b", "d"]
    );
}

#[test]
fn the_word_alone_is_no_argument_of_the_layer() {
    check_error(
        "[4] { Linear(freeze) }",
        "      ~~~~~~          ",
        "`Linear` needs `out`",
    );
}

#[test]
fn nothing_to_freeze() {
    check_error(
        "[4] { Linear(4), Relu(freeze) }",
        "                      ~~~~~~   ",
        "`Relu` has no parameters to freeze",
    );
    check_error(
        "[4] { Residual(freeze) { Tanh, Relu } }",
        "               ~~~~~~                  ",
        "nothing in this `Residual` has parameters to freeze",
    );
    // It has statistics, which freeze.
    assert_eq!(
        errors("[4] { BatchNorm1d(affine = false, freeze), Linear(2) }"),
        []
    );
}

#[test]
fn wrong_values() {
    check_error(
        "[4] { Linear(4, freeze = 1) }",
        "                         ~   ",
        "`freeze` takes `true` or `false`, found `1`",
    );
    check_error(
        "[4] { Repeat(2, freeze = yes) { Linear(4) } }",
        "                         ~~~                 ",
        "`freeze` takes `true` or `false`, found `yes`",
    );
    check_error(
        "[4] { Linear(4, freeze, freeze = true) }",
        "                        ~~~~~~~~~~~~~   ",
        "`freeze` is given twice",
    );
}
