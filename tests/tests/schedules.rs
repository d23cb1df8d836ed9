//! Schedules against PyTorch's learning rates of 60 steps (see `goldens/make_schedules.py`).

use chainrule::optimizers::{Adam, Optimizer};
use chainrule::schedules::{
    Anneal, ConstantLr, CosineAnnealingLr, CosineAnnealingWarmRestarts, ExponentialLr, LinearLr,
    Mode, MultiStepLr, OneCycleLr, PolynomialLr, ReduceLrOnPlateau, Schedule, StepLr, Threshold,
};
use safetensors::SafeTensors;

fn golden(name: &str) -> Vec<f64> {
    let file = SafeTensors::deserialize(include_bytes!("../goldens/schedules.safetensors"))
        .expect("the golden file is whole");
    let tensor = file.tensor(name).expect("the schedule is in the file");
    let values = tensor.data().as_chunks().0.iter();
    values.map(|&bytes| f64::from_le_bytes(bytes)).collect()
}

/// PyTorch computes many of these from the learning rate before, and rounds each time.
#[track_caller]
fn compare(name: &str, found: impl Iterator<Item = f64>) {
    let expected = golden(name);
    assert_eq!(expected.len(), 60);
    for (step, (found, expected)) in found.zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= 1e-13,
            "{name}, step {step}: {found}, PyTorch {expected}"
        );
    }
}

#[track_caller]
fn check(name: &str, schedule: impl Schedule) {
    compare(name, (0..60).map(|step| schedule.learning_rate(step)));
}

#[test]
fn schedules_match_pytorch() {
    let constant = ConstantLr::new(0.3, 7);
    check(
        "constant",
        ConstantLr {
            factor: 0.25,
            ..constant
        },
    );
    check("linear_default", LinearLr::new(0.3, 5));
    let linear = LinearLr::new(0.3, 23);
    check(
        "linear",
        LinearLr {
            start_factor: 0.1,
            end_factor: 0.8,
            ..linear
        },
    );
    check(
        "step",
        StepLr {
            gamma: 0.6,
            ..StepLr::new(0.3, 7)
        },
    );
    let multi_step = MultiStepLr::new(0.3, [5, 20, 20, 41]);
    check(
        "multi_step",
        MultiStepLr {
            gamma: 0.5,
            ..multi_step
        },
    );
    check("exponential", ExponentialLr::new(0.3, 0.93));
    let polynomial = PolynomialLr::new(0.3, 37);
    check("polynomial_line", polynomial);
    check(
        "polynomial",
        PolynomialLr {
            power: 1.7,
            ..polynomial
        },
    );
    let cosine = CosineAnnealingLr::new(0.3, 25);
    check(
        "cosine",
        CosineAnnealingLr {
            eta_min: 0.01,
            ..cosine
        },
    );
    check("warm_restarts", CosineAnnealingWarmRestarts::new(0.3, 9));
    let longer = CosineAnnealingWarmRestarts {
        t_mult: 2,
        eta_min: 0.02,
        ..CosineAnnealingWarmRestarts::new(0.3, 5)
    };
    check("warm_restarts_longer", longer);
    let one_cycle = OneCycleLr::new(0.4, 60);
    check("one_cycle", one_cycle);
    check(
        "one_cycle_three",
        OneCycleLr {
            three_phase: true,
            ..one_cycle
        },
    );
    let linear = OneCycleLr {
        pct_start: 0.41,
        anneal_strategy: Anneal::Linear,
        div_factor: 10.0,
        final_div_factor: 50.0,
        ..one_cycle
    };
    check("one_cycle_linear", linear);
}

#[test]
fn a_sequence_matches_pytorch() {
    let warm_up = LinearLr {
        start_factor: 0.1,
        ..LinearLr::new(0.3, 10)
    };
    let cosine = CosineAnnealingLr {
        eta_min: 0.001,
        ..CosineAnnealingLr::new(0.3, 30)
    };
    let schedule = warm_up
        .then(10, cosine)
        .then(40, ExponentialLr::new(0.3, 0.9));
    check("sequence", schedule);
}

#[test]
fn plateaus_match_pytorch() {
    let default = ReduceLrOnPlateau::new(0.3);
    let max = ReduceLrOnPlateau {
        mode: Mode::Max,
        factor: 0.5,
        patience: 3,
        threshold: Threshold::Absolute(0.01),
        cooldown: 2,
        min_learning_rate: 0.02,
        ..default
    };
    let min = ReduceLrOnPlateau {
        factor: 0.5,
        patience: 4,
        threshold: Threshold::Relative(0.05),
        cooldown: 1,
        ..default
    };
    for (name, mut schedule, sign) in [
        ("plateau", default, 1.0),
        ("plateau_max", max, -1.0),
        ("plateau_min", min, 1.0),
    ] {
        let metrics = golden("plateau_metrics");
        let rates = metrics.into_iter().map(|metric| {
            let before = schedule.learning_rate(0);
            schedule.update(sign * metric);
            before
        });
        let rates: Vec<f64> = rates.collect();
        assert_ne!(rates.first(), rates.last(), "{name} never changes");
        compare(name, rates.into_iter());
    }
}

#[test]
fn an_optimizer_follows_a_schedule() {
    const SCHEDULE: StepLr = StepLr::new(0.5, 2);
    let mut adam = Adam::with_state([0.0_f32; 3], [0.0; 3]);
    let mut rates = Vec::new();
    for _ in 0..5 {
        adam.follow(&SCHEDULE);
        adam.step_slices(&mut [1.0; 3], &[1.0; 3]);
        rates.push(adam.current_learning_rate());
    }
    assert_eq!(rates, [0.5, 0.5, 0.05, 0.05, 0.5 * 0.1 * 0.1]);
    adam.follow(&0.25);
    assert_eq!(adam.current_learning_rate(), 0.25);
}

#[test]
fn lengths_of_zero_and_late_steps_are_learning_rates() {
    for step in [0, 1, 7, 1 << 40, u64::MAX] {
        for rate in [
            StepLr::new(0.1, 0).learning_rate(step),
            LinearLr::new(0.1, 0).learning_rate(step),
            PolynomialLr::new(0.1, 0).learning_rate(step),
            CosineAnnealingLr::new(0.1, 0).learning_rate(step),
            CosineAnnealingWarmRestarts::new(0.1, 0).learning_rate(step),
            CosineAnnealingWarmRestarts {
                t_mult: 3,
                ..CosineAnnealingWarmRestarts::new(0.1, 0)
            }
            .learning_rate(step),
            OneCycleLr::new(0.1, 0).learning_rate(step),
            OneCycleLr::new(0.1, 1).learning_rate(step),
            ExponentialLr::new(0.1, 0.9).learning_rate(step),
        ] {
            assert!((0.0..=0.1).contains(&rate), "step {step}: {rate}");
        }
    }
}
