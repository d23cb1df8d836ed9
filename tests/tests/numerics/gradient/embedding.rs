use chainrule::layers::{BagMode, Embedding, EmbeddingBag, SparseLinear};
use chainrule::prelude::*;

/// With indices below `rows` and −1 as inputs. An index that moves by a step is none, on either side, so the difference
/// quotient is zero, as is the derivative.
fn check<L: Layer<f64>>(layer: L, rows: i32) {
    chainrule_tests::check_gradients_at(layer, |rng| f64::from(rng.random_range(-1..rows)));
}

#[test]
fn embedding() {
    check(Embedding::<3, 4, 5>::default(), 4);
    check(Embedding::<2, 3, 35>::default(), 3);
}

#[test]
fn embedding_bag_mean() {
    check(EmbeddingBag::<3, 4, 5>::default(), 4);
    let padding_idx = Some(2);
    check(
        EmbeddingBag::<4, 3, 18> {
            padding_idx,
            ..Default::default()
        },
        3,
    );
}

#[test]
fn embedding_bag_sum() {
    let mode = BagMode::Sum;
    check(
        EmbeddingBag::<3, 4, 5> {
            mode,
            ..Default::default()
        },
        4,
    );
    let padding_idx = Some(0);
    check(
        EmbeddingBag::<4, 3, 18> {
            mode,
            padding_idx,
            ..Default::default()
        },
        3,
    );
}

#[test]
fn sparse_linear() {
    check(SparseLinear::<3, 4, 5, 5>::default(), 4);
    check(SparseLinear::<2, 3, 35, 0>::default(), 3);
}
