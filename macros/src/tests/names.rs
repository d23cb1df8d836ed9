//! Names of fields.

use super::network;

fn fields(source: &str) -> Vec<String> {
    let fields = network(source)
        .layers
        .into_iter()
        .filter_map(|layer| layer.field);
    fields.map(|field| field.to_string()).collect()
}

#[test]
fn kind_and_number_where_there_is_no_label() {
    assert_eq!(
        fields(
            "[3, 8, 8] { Conv2d(4, 3), BatchNorm2d, Relu, stem: Conv2d(4, 3), Conv2d(4, 3), Flatten, Linear(2) }"
        ),
        ["conv2d1", "batch_norm2d1", "stem", "conv2d3", "linear1"]
    );
}

#[test]
fn labels_of_the_user_win() {
    assert_eq!(
        fields("[4] { Linear(4), linear1: Linear(4), Linear(4) }"),
        ["linear2", "linear1", "linear3"]
    );
    assert_eq!(
        fields("[4] { Gain<4>, my::Gain<4>, Dropout }"),
        ["gain1", "gain2"]
    );
}

#[test]
fn labels_do_not_meet_the_variables_of_the_expansion() {
    let layers =
        network("[4] { x0: Linear(4), gradients: Linear(4), saved1: Linear(4), x: Linear(4) }")
            .layers;
    let locals: Vec<String> = layers.iter().map(|layer| layer.local.to_string()).collect();
    assert_eq!(locals, ["x0_layer", "gradients_layer", "saved1_layer", "x"]);
}

#[test]
fn blocks_are_steps_of_a_path() {
    assert_eq!(
        fields(
            "[4] { stem: Linear(4), Repeat(2) { Linear(4), block: Residual(project = Linear(4)) { Linear(4) } }, \
             Concat { left: { Linear(3) } { out: Linear(2) } }, Linear(4) }"
        ),
        [
            "stem",
            "repeat1.0.linear1",
            "repeat1.0.block.linear1",
            "repeat1.0.block.project",
            "repeat1.1.linear1",
            "repeat1.1.block.linear1",
            "repeat1.1.block.project",
            "concat1.left.linear1",
            "concat1.branch2.out",
            "linear2"
        ]
    );
}

#[test]
fn a_name_may_stand_in_several_blocks() {
    let layers = network(
        "[4] { a: Residual { fc: Linear(4) }, b: Residual { fc: Linear(4) }, fc: Linear(4) }",
    )
    .layers;
    let locals = layers.iter().map(|layer| layer.local.to_string());
    let locals: Vec<String> = locals.collect();
    assert_eq!(locals, ["fc", "a", "fc_2", "b", "fc_3"]);
}
