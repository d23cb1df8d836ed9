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
        fields("[4] { Scale<4>, my::Scale<4>, Dropout }"),
        ["scale1", "scale2"]
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
