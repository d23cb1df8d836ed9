//! The constants that name the parameters of layers and blocks.

use super::{check_error, errors, network};
use crate::passes::group_names;

fn names(source: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let groups = group_names(&network(source)).into_iter();
    let groups = groups.map(|group| (group.name.to_string(), group.layers));
    groups.collect()
}

#[test]
fn paths_in_upper_case() {
    let expected = [
        ("LINEAR1", 0..1),
        ("STAGE", 2..8),
        ("STAGE_0", 2..4),
        ("STAGE_0_RESIDUAL1", 2..4),
        ("STAGE_0_RESIDUAL1_FC", 2..3),
        ("STAGE_0_RESIDUAL1_NORM", 3..4),
        ("STAGE_1", 6..8),
        ("STAGE_1_RESIDUAL1", 6..8),
        ("STAGE_1_RESIDUAL1_FC", 6..7),
        ("STAGE_1_RESIDUAL1_NORM", 7..8),
        ("LAYERS_", 10..11),
        ("TYPE", 11..12),
    ];
    let expected = expected.map(|(name, layers)| (name.to_owned(), layers));
    assert_eq!(
        names(
            "[4] { Linear(4), Relu, stage: Repeat(2) { Residual { fc: Linear(4), norm: LayerNorm, Relu } }, \
             layers: Linear(4), r#type: Linear(2) }"
        ),
        expected
    );
}

#[test]
fn layers_of_several_parts_are_one() {
    let names =
        names("[8, 4] { lstm: Lstm(3, layers = 2, last = true), again: Linear(3), tied(again) }");
    let names: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["LSTM", "LSTM_L0", "LSTM_L1", "AGAIN"]);
}

#[test]
fn what_has_no_parameters_has_no_constant() {
    assert_eq!(
        names("[4] { norm: BatchNorm1d(affine = false), drop: Dropout, Relu }"),
        []
    );
    assert_eq!(names("[4] { custom: Custom<4> }").len(), 1);
}

#[test]
fn two_paths_that_would_be_one_constant() {
    check_error(
        "[4] { FC: Linear(4), fc: Linear(2) }",
        "                     ~~            ",
        "the parameters of `FC` and of `fc` would both be the constant `FC`",
    );
    let errors = errors("[4] { stage_0: Linear(4), stage: Repeat(2) { Linear(4) } }");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].1.contains("of `stage_0` and of `stage.0`"),
        "{errors:?}"
    );
}
