use chainrule::losses::*;
use chainrule::prelude::*;
use chainrule_tests::{Golden, check_loss};

/// A table of losses; each becomes the tests `<case>::f32` and `<case>::f64`, in which `T` is the scalar. A loss is
/// given by its reduction, which takes PyTorch's values in turn.
macro_rules! losses {
    ($($case:ident: $outputs:ty, $targets:ident, |$reduction:ident| $loss:expr;)*) => {$(
        mod $case {
            use super::*;
            losses!(@scalar $case f32 $outputs, $targets, $reduction $loss);
            losses!(@scalar $case f64 $outputs, $targets, $reduction $loss);
        }
    )*};
    (@scalar $case:ident $scalar:ident $outputs:ty, $targets:ident, $reduction:ident $loss:expr) => {
        #[test]
        fn $scalar() {
            type T = core::primitive::$scalar;
            #[allow(dead_code)] // most losses have no weights
            const WEIGHT: &[T] = &[0.5, 2.0, 1.0, 0.25, 1.5];
            #[allow(dead_code)]
            const POS_WEIGHT: &[T] = &[0.5, 3.0, 1.0];
            let golden = Golden::open("losses");
            for ($reduction, suffix) in [(Reduction::Mean, "mean"), (Reduction::Sum, "sum")] {
                let case = golden.case(&format!("{}_{suffix}", stringify!($case)));
                check_loss::<T, $outputs, _, _>(&$loss, &case, &case.$targets("target"));
            }
        }
    };
}

losses! {
    mse: [T; 4], arrays, |reduction| MseLoss { reduction };
    l1: [T; 4], arrays, |reduction| L1Loss { reduction };
    smooth_l1: [T; 4], arrays, |reduction| SmoothL1Loss { reduction, ..Default::default() };
    smooth_l1_beta: [T; 4], arrays, |reduction| SmoothL1Loss { beta: 0.5, reduction };
    huber: [T; 4], arrays, |reduction| HuberLoss { reduction, ..Default::default() };
    huber_delta: [T; 4], arrays, |reduction| HuberLoss { delta: 0.75, reduction };

    cross_entropy: [T; 5], classes, |reduction| CrossEntropyLoss { reduction, ..Default::default() };
    cross_entropy_extreme: [T; 5], classes, |reduction| CrossEntropyLoss { reduction, ..Default::default() };
    cross_entropy_weight: [T; 5], classes,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), reduction, ..Default::default() };
    cross_entropy_smoothing: [T; 5], classes,
        |reduction| CrossEntropyLoss { label_smoothing: 0.125, reduction, ..Default::default() };
    cross_entropy_smoothing_weight: [T; 5], classes,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), label_smoothing: 0.125, reduction, ..Default::default() };
    cross_entropy_ignore: [T; 5], classes,
        |reduction| CrossEntropyLoss { ignore_index: 2, reduction, ..Default::default() };
    cross_entropy_ignore_smoothing_weight: [T; 5], classes,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), ignore_index: 2, label_smoothing: 0.125, reduction };
    cross_entropy_probabilities: [T; 5], arrays,
        |reduction| CrossEntropyLoss { reduction, ..Default::default() };
    cross_entropy_probabilities_extreme: [T; 5], arrays,
        |reduction| CrossEntropyLoss { reduction, ..Default::default() };
    cross_entropy_probabilities_weight: [T; 5], arrays,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), reduction, ..Default::default() };
    cross_entropy_probabilities_smoothing: [T; 5], arrays,
        |reduction| CrossEntropyLoss { label_smoothing: 0.125, reduction, ..Default::default() };
    cross_entropy_probabilities_smoothing_weight: [T; 5], arrays,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), label_smoothing: 0.125, reduction, ..Default::default() };

    nll: [T; 5], classes, |reduction| NllLoss { reduction, ..Default::default() };
    nll_weight: [T; 5], classes, |reduction| NllLoss { weight: Some(WEIGHT), reduction, ..Default::default() };
    nll_ignore: [T; 5], classes, |reduction| NllLoss { ignore_index: 2, reduction, ..Default::default() };
    nll_ignore_weight: [T; 5], classes,
        |reduction| NllLoss { weight: Some(WEIGHT), ignore_index: 2, reduction };

    cross_entropy_positions: [[T; 5]; 3], positions,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), ignore_index: 2, label_smoothing: 0.125, reduction };
    nll_positions: [[T; 5]; 3], positions,
        |reduction| NllLoss { weight: Some(WEIGHT), ignore_index: 2, reduction };

    bce: [T; 3], arrays, |reduction| BceLoss { reduction };
    bce_soft_targets: [T; 3], arrays, |reduction| BceLoss { reduction };
    bce_certain: [T; 3], arrays, |reduction| BceLoss { reduction };
    bce_with_logits: [T; 3], arrays, |reduction| BceWithLogitsLoss { reduction, ..Default::default() };
    bce_with_logits_soft_targets: [T; 3], arrays, |reduction| BceWithLogitsLoss { reduction, ..Default::default() };
    bce_with_logits_extreme: [T; 3], arrays, |reduction| BceWithLogitsLoss { reduction, ..Default::default() };
    bce_with_logits_pos_weight: [T; 3], arrays,
        |reduction| BceWithLogitsLoss { pos_weight: Some(POS_WEIGHT), reduction };

    kl_div: [T; 5], arrays, |reduction| KlDivLoss { reduction, ..Default::default() };
    kl_div_log_target: [T; 5], arrays, |reduction| KlDivLoss { log_target: true, reduction };
}

#[test]
fn kl_div_batch_mean() {
    let case = Golden::open("losses").case("kl_div_batchmean");
    let loss = KlDivLoss {
        reduction: Reduction::BatchMean,
        ..Default::default()
    };
    check_loss::<f64, [f64; 5], [f64; 5], _>(&loss, &case, &case.arrays("target"));
}

network! {
    struct Net<T>: [2] {
        Heads { class: { Linear(5) }, sizes: { Linear(3) }, image: { Linear(4), Reshape([2, 2]) } },
    }
}

fn check_heads<T: Scalar>() {
    let case = Golden::open("losses").case("heads");
    let split = |target: [T; 8]| {
        let [class, a, b, c, d, e, f, g] = target;
        (class.to_f64() as usize, [a, b, c], [[d, e], [f, g]])
    };
    let targets: Vec<(usize, [T; 3], [[T; 2]; 2])> =
        case.arrays("target").into_iter().map(split).collect();
    let weight = [0.5, 2.0, 1.0, 0.25, 1.5].map(T::from_f64);
    let class = CrossEntropyLoss {
        weight: Some(&weight),
        ignore_index: 2,
        ..CrossEntropyLoss::default()
    };
    let sizes = Weighted {
        weight: 0.25,
        loss: MseLoss {
            reduction: Reduction::Sum,
        },
    };
    let image = Weighted {
        weight: 3.0,
        loss: SmoothL1Loss::default(),
    };
    check_loss::<T, NetOutput<T>, _, _>(&(class, sizes, image), &case, &targets);
}

#[test]
fn heads_f32() {
    check_heads::<f32>();
}

#[test]
fn heads_f64() {
    check_heads::<f64>();
}
