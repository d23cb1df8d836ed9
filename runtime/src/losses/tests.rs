use super::*;
use crate::Lanes;
use crate::gradient_check::{assert_close, check_loss, evaluate_loss, uniform};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::vec::Vec;

const SAMPLES: usize = 19;
const C: usize = 5;

fn rng() -> StdRng {
    StdRng::seed_from_u64(3)
}

/// Rows of numbers in ±`bound`.
fn rows<T: Scalar, const N: usize>(seed: u64, bound: f64) -> Vec<[T; N]> {
    uniform::<T>(&mut StdRng::seed_from_u64(seed), SAMPLES * N, bound)
        .as_chunks()
        .0
        .to_vec()
}

/// Rows of probabilities that add up to 1.
fn distributions() -> Vec<[f64; C]> {
    let normalised = |row: [f64; C]| {
        let row = row.map(f64::exp);
        row.map(|p| p / row.iter().sum::<f64>())
    };
    rows(5, 2.0).into_iter().map(normalised).collect()
}

const REDUCTIONS: [Reduction; 3] = [Reduction::Mean, Reduction::Sum, Reduction::BatchMean];

macro_rules! distances {
    ($($test:ident: $loss:ident { $($field:ident: $value:expr),* };)*) => {$(
        #[test]
        fn $test() {
            let y = uniform(&mut rng(), SAMPLES * 6, 3.0);
            let targets: Vec<[f64; 6]> = rows(4, 3.0);
            for reduction in REDUCTIONS {
                let loss = $loss { $($field: $value,)* reduction };
                check_loss::<[f64; 6], _, _>(&loss, &y, &targets);
                // The same numbers as images.
                let images: Vec<[[[f64; 3]; 2]; 1]> = bytemuck::cast_slice(&targets).to_vec();
                let a = evaluate_loss::<f64, [f64; 6], _, _, f64>(&loss, &y, &targets);
                let b = evaluate_loss::<f64, [[[f64; 3]; 2]; 1], _, _, f64>(&loss, &y, &images);
                assert_eq!(a, b);
            }
        }
    )*};
}
distances! {
    mse: MseLoss {};
    l1: L1Loss {};
    smooth_l1: SmoothL1Loss { beta: 1.0 };
    smooth_l1_with_beta: SmoothL1Loss { beta: 0.3 };
    smooth_l1_without_parabola: SmoothL1Loss { beta: 0.0 };
    huber: HuberLoss { delta: 1.0 };
    huber_with_delta: HuberLoss { delta: 2.0 };
}

#[test]
fn smooth_l1_of_equal_numbers_is_zero_for_every_beta() {
    for beta in [0.0, 1.0] {
        let loss = SmoothL1Loss {
            beta,
            ..SmoothL1Loss::default()
        };
        let result = evaluate_loss::<f32, [f32; 1], _, _, f32>(&loss, &[2.0], &[[2.0]]);
        assert_eq!(result, (0.0, [0.0].to_vec()));
    }
}

#[test]
fn bce() {
    for reduction in REDUCTIONS {
        let y: Vec<f64> = uniform(&mut rng(), SAMPLES * C, 0.49);
        let y: Vec<f64> = y.into_iter().map(|y| y + 0.5).collect();
        check_loss::<[f64; C], _, _>(&BceLoss { reduction }, &y, &distributions());
    }
}

#[test]
fn bce_of_certain_outputs_is_limited() {
    // PyTorch 1.13: nn.BCELoss(reduction='none') of these, and the gradients.
    let targets = [[0.0, 1.0, 0.0, 1.0]];
    let loss = BceLoss {
        reduction: Reduction::Sum,
    };
    let (total, gradient) =
        evaluate_loss::<f32, [f32; 4], _, _, f32>(&loss, &[0.0, 0.0, 1.0, 1.0], &targets);
    assert_eq!(total, 200.0);
    assert_close("gradient", &gradient, &[0.0, -1e12, 1e12, 0.0], 1e-6);
}

#[test]
fn bce_with_logits() {
    let y = uniform(&mut rng(), SAMPLES * C, 3.0);
    let weights = [0.5, 1.0, 2.0, 0.0, 3.0];
    for reduction in REDUCTIONS {
        for pos_weight in [None, Some(&weights[..])] {
            let loss = BceWithLogitsLoss {
                pos_weight,
                reduction,
            };
            check_loss::<[f64; C], _, _>(&loss, &y, &distributions());
        }
    }
}

#[test]
fn kl_div() {
    let y = uniform(&mut rng(), SAMPLES * C, 3.0);
    let mut targets = distributions();
    for reduction in REDUCTIONS {
        let log_targets: Vec<[f64; C]> = rows(6, 2.0);
        let log = KlDivLoss {
            log_target: true,
            reduction,
        };
        check_loss::<[f64; C], _, _>(&log, &y, &log_targets);
        targets[1][2] = 0.0;
        let plain = KlDivLoss {
            log_target: false,
            reduction,
        };
        check_loss::<[f64; C], _, _>(&plain, &y, &targets);
    }
}

#[test]
fn nll() {
    let y = uniform(&mut rng(), SAMPLES * C, 3.0);
    let weights = [0.5, 1.0, 2.0, 0.3, 3.0];
    let labels: Vec<usize> = (0..SAMPLES).map(|i| i * i % C).collect();
    for reduction in REDUCTIONS {
        for (weight, ignore_index) in [(None, -100), (Some(&weights[..]), 1)] {
            let loss = NllLoss {
                weight,
                ignore_index,
                reduction,
            };
            check_loss::<[f64; C], _, _>(&loss, &y, &labels);
        }
    }
}

#[test]
fn cross_entropy() {
    let y = uniform(&mut rng(), SAMPLES * C, 3.0);
    let weights = [0.5, 1.0, 2.0, 0.3, 3.0];
    let labels: Vec<u8> = (0..SAMPLES).map(|i| (i * i % C) as u8).collect();
    for reduction in REDUCTIONS {
        for (weight, ignore_index) in [(None, -100), (Some(&weights[..]), 1)] {
            for label_smoothing in [0.0, 0.1] {
                let loss = CrossEntropyLoss {
                    weight,
                    ignore_index,
                    label_smoothing,
                    reduction,
                };
                check_loss::<[f64; C], _, _>(&loss, &y, &labels);
                check_loss::<[f64; C], _, _>(&loss, &y, &distributions());
            }
        }
    }
}

/// PyTorch 1.13 of the same numbers in `double`: `(weight, ignore_index, label_smoothing, loss)`.
#[test]
fn cross_entropy_means_are_pytorchs() {
    let y = [
        0.5, -1.0, 2.0, 1.5, 0.0, -0.5, -2.0, 0.25, 1.0, 0.75, 3.0, -1.25,
    ];
    let labels = [0_i64, 1, 2, 1];
    let weights = [1.0, 2.0, 0.5];
    for (weight, ignore_index, label_smoothing, expected) in [
        (None, -100, 0.0, PYTORCH[0]),
        (None, 1, 0.1, PYTORCH[1]),
        (Some(&weights[..]), -100, 0.0, PYTORCH[2]),
        (Some(&weights[..]), 2, 0.1, PYTORCH[3]),
    ] {
        let loss = CrossEntropyLoss {
            weight,
            ignore_index,
            label_smoothing,
            ..CrossEntropyLoss::default()
        };
        let (total, _) = evaluate_loss::<f64, [f64; 3], _, _, f64>(&loss, &y, &labels);
        assert_close("loss", &[total], &[expected], 1e-12);
    }
}
const PYTORCH: [f64; 4] = [
    1.020205338397112,
    1.143218742357335,
    1.052753114260631,
    1.125663780055237,
];

/// A position counts as a sample does, but for the number of samples; what errors name is the sample.
#[test]
fn positions_of_a_sequence_are_samples_one_behind_the_other() {
    const L: usize = 3;
    let y = uniform::<f64>(&mut rng(), 19 * L * C, 3.0);
    let labels: Vec<[i64; L]> = (0..19)
        .map(|i| core::array::from_fn(|t| ((i + t * t) % C) as i64))
        .collect();
    let weights = [0.5, 1.0, 2.0, 0.3, 3.0];
    for reduction in REDUCTIONS {
        let loss = CrossEntropyLoss {
            weight: Some(&weights),
            ignore_index: 1,
            label_smoothing: 0.1,
            reduction,
        };
        let nll = NllLoss {
            weight: Some(&weights),
            ignore_index: 1,
            reduction,
        };
        check_loss::<[[f64; C]; L], _, _>(&loss, &y, &labels);
        check_loss::<[[f64; C]; L], _, _>(&nll, &y, &labels);
        let factor = match reduction {
            Reduction::BatchMean => L as f64,
            Reduction::Mean | Reduction::Sum => 1.0,
        };
        let sequences = evaluate_loss::<f64, [[f64; C]; L], _, _, f64>(&loss, &y, &labels);
        let flat = evaluate_loss::<f64, [f64; C], _, _, f64>(&loss, &y, labels.as_flattened());
        assert_close("loss", &[sequences.0], &[factor * flat.0], 1e-12);
        let flat: Vec<f64> = flat.1.iter().map(|d| factor * d).collect();
        assert_close("gradient", &sequences.1, &flat, 1e-12);
    }
    let error = TargetError::ClassOutOfRange {
        sample: 1,
        class: 5,
        classes: C,
    };
    let scale = Loss::<f64, [[f64; C]; L], _>::scale;
    let targets = [[0, 1, 2], [0, 1, 5]];
    assert_eq!(
        scale(&CrossEntropyLoss::default(), targets.iter()),
        Err(error)
    );
}

/// The loss is finite, and no gradient is greater than a difference of probabilities can be.
#[test]
fn large_logits_are_stable() {
    fn check<S: Shape<Scalar = f32>, Y>(loss: &impl Loss<f32, S, Y>, y: &[f32], targets: &[Y]) {
        let (total, gradient) = evaluate_loss::<f32, S, Y, _, Lanes<f32>>(loss, y, targets);
        assert!(total.is_finite() && total >= 0.0, "{total}");
        assert!(gradient.iter().all(|d| d.abs() <= 1.0), "{gradient:?}");
    }
    for size in [60.0, 1e4, 1e30] {
        let y = [size, -size, 0.0, -size, size, size];
        check::<[f32; 3], _>(&CrossEntropyLoss::default(), &y, &[1, 0]);
        check::<[f32; 3], _>(
            &CrossEntropyLoss::default(),
            &y,
            &[[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]],
        );
        let targets = [[0.0, 1.0, 0.5], [1.0, 1.0, 0.0]];
        check::<[f32; 3], _>(&BceWithLogitsLoss::default(), &y, &targets);
    }
    // With the right class far ahead there is nothing to lose, and the other way round all of the distance.
    let loss = CrossEntropyLoss::default();
    let sure = evaluate_loss::<f32, [f32; 2], _, _, f32>(&loss, &[60.0, -60.0], &[0]);
    assert_eq!(sure.0, 0.0);
    let wrong = evaluate_loss::<f32, [f32; 2], _, _, f32>(&loss, &[60.0, -60.0], &[1]);
    assert_eq!(wrong, (120.0, [1.0, -1.0].to_vec()));
}

#[test]
fn an_impossible_class_costs_nothing_unless_it_is_the_target() {
    let y = [1.0, f32::NEG_INFINITY, 1.0];
    let loss = CrossEntropyLoss::default();
    let (total, gradient) = evaluate_loss::<f32, [f32; 3], _, _, f32>(&loss, &y, &[0]);
    assert_close("loss", &[total], &[core::f32::consts::LN_2], 1e-6);
    assert_close("gradient", &gradient, &[-0.5, 0.0, 0.5], 1e-6);
    let (total, _) = evaluate_loss::<f32, [f32; 3], _, _, f32>(&loss, &y, &[1]);
    assert_eq!(total, f32::INFINITY);
}

#[test]
fn nan_reaches_the_loss_except_from_ignored_samples() {
    let y = [f32::NAN, 0.0, 1.0, 2.0];
    let loss = CrossEntropyLoss::default();
    let (total, _) = evaluate_loss::<f32, [f32; 2], _, _, f32>(&loss, &y, &[1, 0]);
    assert!(total.is_nan());
    let (total, gradient) = evaluate_loss::<f32, [f32; 2], _, _, Lanes<f32>>(&loss, &y, &[-100, 0]);
    assert!(total.is_finite() && gradient.iter().all(|d| d.is_finite()));
}

#[test]
fn single_precision_in_lanes_gives_the_bits_of_single_samples() {
    fn check<Y>(loss: impl Loss<f32, [f32; C], Y>, targets: &[Y]) {
        let y = uniform::<f32>(&mut rng(), SAMPLES * C, 3.0);
        let lanes = evaluate_loss::<f32, [f32; C], Y, _, Lanes<f32>>(&loss, &y, targets);
        let single = evaluate_loss::<f32, [f32; C], Y, _, f32>(&loss, &y, targets);
        assert_eq!(lanes.1, single.1);
        assert_close("loss", &[lanes.0], &[single.0], 1e-6);
    }
    let labels: Vec<u16> = (0..SAMPLES).map(|i| (i % C) as u16).collect();
    let targets: Vec<[f32; C]> = distributions()
        .iter()
        .map(|p| p.map(|p| p as f32))
        .collect();
    check(MseLoss::default(), &targets);
    check(L1Loss::default(), &targets);
    check(SmoothL1Loss::default(), &targets);
    check(HuberLoss::default(), &targets);
    check(BceWithLogitsLoss::default(), &targets);
    check(KlDivLoss::default(), &targets);
    check(CrossEntropyLoss::default(), &targets);
    check(CrossEntropyLoss::default(), &labels);
    check(NllLoss::default(), &labels);
}

#[test]
fn targets_that_do_not_fit_are_errors() {
    fn error<S: Shape<Scalar = f32>, Y>(
        loss: impl Loss<f32, S, Y, Scale = f32>,
        targets: &[Y],
    ) -> TargetError {
        loss.scale(targets.iter()).unwrap_err()
    }
    let out_of_range = |class| TargetError::ClassOutOfRange {
        sample: 1,
        class,
        classes: 3,
    };
    let not_finite = TargetError::NotFinite {
        sample: 1,
        element: 0,
        value: f64::INFINITY,
    };
    let weight_count = TargetError::WeightCount {
        weights: 2,
        classes: 3,
    };
    let not_a_probability = |value| TargetError::NotAProbability {
        sample: 0,
        element: 1,
        value,
    };

    type Three = [f32; 3];
    assert_eq!(
        error::<Three, u8>(CrossEntropyLoss::default(), &[0, 3]),
        out_of_range(3)
    );
    assert_eq!(
        error::<Three, i32>(NllLoss::default(), &[0, -1]),
        out_of_range(-1)
    );
    assert_eq!(
        error::<Three, usize>(NllLoss::default(), &[0, usize::MAX]),
        out_of_range(i64::MAX)
    );
    let weight = Some(&[1.0, 2.0][..]);
    let weighted = CrossEntropyLoss {
        weight,
        ..CrossEntropyLoss::default()
    };
    assert_eq!(error::<Three, u8>(weighted, &[0]), weight_count);
    assert_eq!(
        error::<Three, u8>(
            NllLoss {
                weight,
                ..NllLoss::default()
            },
            &[0]
        ),
        weight_count
    );
    let pos_weighted = BceWithLogitsLoss {
        pos_weight: weight,
        ..BceWithLogitsLoss::default()
    };
    assert_eq!(
        error::<Three, Three>(pos_weighted, &[[0.0; 3]]),
        weight_count
    );

    assert_eq!(
        error::<Three, i64>(CrossEntropyLoss::default(), &[-100, -100]),
        TargetError::NothingCounts
    );
    let weight = Some(&[0.0, 2.0, 1.0][..]);
    assert_eq!(
        error::<Three, u8>(
            NllLoss {
                weight,
                ..NllLoss::default()
            },
            &[0]
        ),
        TargetError::NothingCounts
    );

    let infinite = [[0.0; 3], [f32::INFINITY, 0.0, 0.0]];
    assert_eq!(
        error::<Three, Three>(CrossEntropyLoss::default(), &infinite),
        not_finite
    );
    assert_eq!(
        error::<Three, Three>(MseLoss::default(), &infinite),
        not_finite
    );
    assert_eq!(
        error::<Three, Three>(HuberLoss::default(), &infinite),
        not_finite
    );
    let log = KlDivLoss {
        log_target: true,
        ..KlDivLoss::default()
    };
    assert_eq!(error::<Three, Three>(log, &infinite), not_finite);
    let negative = [[0.0, -0.5, 0.0]];
    assert_eq!(
        error::<Three, Three>(BceLoss::default(), &negative),
        not_a_probability(-0.5)
    );
    assert_eq!(
        error::<Three, Three>(KlDivLoss::default(), &negative),
        not_a_probability(-0.5)
    );
    let large = [[0.0, 1.5, 0.0]];
    assert_eq!(
        error::<Three, Three>(BceWithLogitsLoss::default(), &large),
        not_a_probability(1.5)
    );
    assert!(matches!(
        error::<Three, Three>(BceLoss::default(), &[[0.0, f32::NAN, 0.0]]),
        TargetError::NotAProbability { value, .. } if value.is_nan()
    ));
}

#[test]
fn a_sum_over_ignored_samples_is_zero() {
    let loss = CrossEntropyLoss {
        reduction: Reduction::Sum,
        ..CrossEntropyLoss::default()
    };
    let result = evaluate_loss::<f32, [f32; 2], _, _, f32>(&loss, &[1.0, 2.0], &[-100]);
    assert_eq!(result, (0.0, [0.0, 0.0].to_vec()));
}
