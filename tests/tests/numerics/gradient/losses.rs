use chainrule::losses::*;
use chainrule::prelude::*;
use chainrule_tests::{check_loss_gradient, uniform};

const SAMPLES: usize = 18;
const WEIGHT: &[f64] = &[0.5, 2.0, 1.0, 0.25];

/// A table of losses over outputs `[f64; 4]`; each becomes a test, with reduction mean and sum.
macro_rules! losses {
    ($($name:ident: $outputs:ident, $targets:ident, |$reduction:ident| $loss:expr;)*) => {$(
        #[test]
        fn $name() {
            let mut rng = StdRng::seed_from_u64(3);
            let (outputs, targets) = ($outputs(&mut rng), $targets(&mut rng));
            for $reduction in [Reduction::Mean, Reduction::Sum] {
                check_loss_gradient::<[f64; 4], _, _>(&$loss, outputs.as_flattened(), &targets);
            }
        }
    )*};
}

losses! {
    mse: numbers, numbers, |reduction| MseLoss { reduction };
    l1: numbers, numbers, |reduction| L1Loss { reduction };
    smooth_l1: numbers, numbers, |reduction| SmoothL1Loss { beta: 0.5, reduction };
    huber: numbers, numbers, |reduction| HuberLoss { delta: 0.75, reduction };

    cross_entropy: numbers, classes, |reduction| CrossEntropyLoss { reduction, ..Default::default() };
    cross_entropy_options: numbers, classes,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), ignore_index: 1, label_smoothing: 0.2, reduction };
    cross_entropy_probabilities: numbers, distributions,
        |reduction| CrossEntropyLoss { reduction, ..Default::default() };
    cross_entropy_probabilities_options: numbers, distributions,
        |reduction| CrossEntropyLoss { weight: Some(WEIGHT), label_smoothing: 0.2, reduction, ..Default::default() };
    nll: numbers, classes, |reduction| NllLoss { reduction, ..Default::default() };
    nll_options: numbers, classes, |reduction| NllLoss { weight: Some(WEIGHT), ignore_index: 1, reduction };

    bce: distributions, distributions, |reduction| BceLoss { reduction };
    bce_with_logits: numbers, distributions, |reduction| BceWithLogitsLoss { reduction, ..Default::default() };
    bce_with_logits_pos_weight: numbers, distributions,
        |reduction| BceWithLogitsLoss { pos_weight: Some(WEIGHT), reduction };
    kl_div: numbers, distributions, |reduction| KlDivLoss { reduction, ..Default::default() };
    kl_div_log_target: numbers, numbers, |reduction| KlDivLoss { log_target: true, reduction };
}

fn numbers(rng: &mut StdRng) -> Vec<[f64; 4]> {
    uniform(rng, 2.0, SAMPLES * 4).as_chunks().0.to_vec()
}

fn classes(rng: &mut StdRng) -> Vec<usize> {
    (0..SAMPLES).map(|_| rng.random_range(0..4)).collect()
}

/// Softmax of random numbers.
fn distributions(rng: &mut StdRng) -> Vec<[f64; 4]> {
    let mut samples = numbers(rng);
    for sample in &mut samples {
        let exponentials = sample.map(f64::exp);
        *sample = exponentials.map(|e| e / exponentials.iter().sum::<f64>());
    }
    samples
}

#[test]
fn classes_at_each_position() {
    let mut rng = StdRng::seed_from_u64(3);
    let outputs: Vec<[f64; 12]> = uniform(&mut rng, 2.0, SAMPLES * 12).as_chunks().0.to_vec();
    let targets: Vec<[usize; 3]> = (0..SAMPLES)
        .map(|_| std::array::from_fn(|_| rng.random_range(0..4)))
        .collect();
    for reduction in [Reduction::Mean, Reduction::Sum] {
        let loss = CrossEntropyLoss {
            weight: Some(WEIGHT),
            ignore_index: 1,
            label_smoothing: 0.2,
            reduction,
        };
        check_loss_gradient::<[[f64; 4]; 3], _, _>(&loss, outputs.as_flattened(), &targets);
        let loss = NllLoss {
            reduction,
            ..Default::default()
        };
        check_loss_gradient::<[[f64; 4]; 3], _, _>(&loss, outputs.as_flattened(), &targets);
    }
    // Probabilities at each position.
    let targets: Vec<[[f64; 4]; 3]> = distributions(&mut rng)
        .into_iter()
        .map(|p| [p, [0.25; 4], p])
        .collect();
    let loss = CrossEntropyLoss::default();
    check_loss_gradient::<[[f64; 4]; 3], _, _>(&loss, outputs.as_flattened(), &targets);
}

network! {
    #[network(scalar = f64)]
    struct Net: [2] {
        Heads { class: { Linear(4) }, only: { Linear(2), Linear(4) } },
    }
}

#[test]
fn heads() {
    let mut rng = StdRng::seed_from_u64(3);
    let outputs: Vec<[f64; 8]> = uniform(&mut rng, 2.0, SAMPLES * 8).as_chunks().0.to_vec();
    let targets: Vec<(usize, [f64; 4])> = classes(&mut rng)
        .into_iter()
        .zip(numbers(&mut rng))
        .collect();
    let loss = (
        Weighted {
            weight: -0.5,
            loss: CrossEntropyLoss::default(),
        },
        HuberLoss::default(),
    );
    check_loss_gradient::<NetOutput<f64>, _, _>(&loss, outputs.as_flattened(), &targets);
}
