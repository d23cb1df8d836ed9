//! What holds by definition, whatever the numbers.

use chainrule::__private::Isa;
use chainrule::Lanes;
use chainrule::layers::*;
use chainrule::prelude::*;
use chainrule_tests::Tolerance::Forward;
use chainrule_tests::{State, Training, assert_close, infer, train, uniform};

/// Training with all parameters 1 (weights) or 0 (biases).
fn train_plain<L: Layer<f64>, E: Element<f64>>(
    layer: L,
    inputs: &[f64],
    d_outputs: &[f64],
) -> Training<f64, L> {
    let start = |name: &str| if name == "bias" { 0.0 } else { 1.0 };
    let state = State::new(|tensor| vec![start(tensor.name); tensor.len()]);
    train::<f64, L, E>(layer, Isa::detect(), &state, inputs, d_outputs, true)
}

#[test]
fn batch_norm_outputs_have_mean_0_and_variance_1() {
    const SAMPLES: usize = 37;
    const AREA: usize = 6;
    let layer = BatchNorm::<[[[f64; 3]; 2]; 4], 4, 4>::new(0.0, 0.1);
    let inputs: Vec<f64> = uniform(&mut StdRng::seed_from_u64(1), 1.0, SAMPLES * 4 * AREA)
        .chunks(AREA)
        .enumerate()
        .flat_map(|(i, row)| row.iter().map(move |x| 7.0 + x * (1 + i % 4) as f64))
        .collect();
    let outputs = train_plain::<_, Lanes<f64>>(layer, &inputs, &vec![0.0; inputs.len()]).outputs;
    for channel in 0..4 {
        let values = || outputs.chunks(AREA).skip(channel).step_by(4).flatten();
        let mean =
            |f: &dyn Fn(f64) -> f64| values().map(|&y| f(y)).sum::<f64>() / (SAMPLES * AREA) as f64;
        let what = format!("mean and variance of channel {channel}");
        assert_close::<f64>(
            &what,
            &[mean(&|y| y), mean(&|y| y * y)],
            &[0.0, 1.0],
            Forward,
        );
    }
}

#[test]
fn batch_norm_does_not_see_a_shift_or_a_scale() {
    let layer = BatchNorm::<[f64; 3], 3, 3>::new(0.0, 0.1);
    let inputs = uniform(&mut StdRng::seed_from_u64(2), 2.0, 21 * 3);
    let moved: Vec<f64> = inputs.iter().map(|x| 100.0 + 8.0 * x).collect();
    let d_outputs = uniform(&mut StdRng::seed_from_u64(3), 1.0, 21 * 3);
    let (a, b) = (
        train_plain::<_, Lanes<f64>>(layer, &inputs, &d_outputs),
        train_plain::<_, Lanes<f64>>(layer, &moved, &d_outputs),
    );
    assert_close::<f64>("outputs", &b.outputs, &a.outputs, Forward);
    // So neither shift nor scale has a gradient.
    let sum: f64 = a.d_inputs.iter().sum();
    let product: f64 = a.d_inputs.iter().zip(&inputs).map(|(dx, x)| dx * x).sum();
    assert!(
        sum.abs() < 1e-12 && product.abs() < 1e-12,
        "{sum:e} {product:e}"
    );
}

#[test]
fn softmax_sums_to_1() {
    let inputs: Vec<f64> = uniform(&mut StdRng::seed_from_u64(4), 700.0, 21 * 24);
    let state = State::new(|_| unreachable!("softmax has no tensors"));
    let softmax = Softmax::<[[[f64; 4]; 2]; 3]>::new(0);
    let outputs = infer::<f64, _, Lanes<f64>>(softmax, Isa::detect(), &state, &inputs);
    let state = State::new(|_| unreachable!("log softmax has no tensors"));
    let log_softmax = LogSoftmax::<[[[f64; 4]; 2]; 3]>::new(0);
    let logarithms = infer::<f64, _, Lanes<f64>>(log_softmax, Isa::detect(), &state, &inputs);
    for (sample, logarithms) in outputs.chunks(24).zip(logarithms.chunks(24)) {
        assert!(sample.iter().all(|y| (0.0..=1.0).contains(y)));
        for position in 0..8 {
            let sum = |values: &[f64]| values.iter().skip(position).step_by(8).sum::<f64>();
            assert_close::<f64>("sum over channels", &[sum(sample)], &[1.0], Forward);
        }
        let exponentials: Vec<f64> = logarithms.iter().map(|l| l.exp()).collect();
        assert_close::<f64>("exp(log softmax)", &exponentials, sample, Forward);
    }
}

#[test]
fn dropout_keeps_the_mean_and_its_mask() {
    const LEN: usize = 1000;
    const SAMPLES: usize = 21;
    let layer = Dropout::<[f64; LEN]>::new(0.3);
    let (inputs, d_outputs) = (vec![1.0; SAMPLES * LEN], vec![2.0; SAMPLES * LEN]);
    let lanes = train_plain::<_, Lanes<f64>>(layer, &inputs, &d_outputs);
    let kept = 1.0 / 0.7;
    let dropped = lanes.outputs.iter().filter(|&&y| y == 0.0).count();
    assert!(
        lanes
            .outputs
            .iter()
            .all(|&y| y == 0.0 || (y - kept).abs() < 1e-15)
    );
    // 0.3 ± 5 standard deviations of a mean over 21,000 draws.
    let share = dropped as f64 / (SAMPLES * LEN) as f64;
    assert!(
        (share - 0.3).abs() < 5.0 * (0.3_f64 * 0.7 / 21_000.0).sqrt(),
        "dropped {share}"
    );
    // Samples and elements draw apart: no two samples have the same mask, no element is always dropped.
    let masks: std::collections::HashSet<Vec<bool>> = lanes
        .outputs
        .chunks(LEN)
        .map(|sample| sample.iter().map(|&y| y == 0.0).collect())
        .collect();
    assert_eq!(masks.len(), SAMPLES);
    assert!((0..LEN).all(|i| lanes.outputs.chunks(LEN).any(|sample| sample[i] != 0.0)));
    let doubled: Vec<f64> = lanes.outputs.iter().map(|y| 2.0 * y).collect();
    assert_eq!(
        lanes.d_inputs, doubled,
        "the backward pass must see the mask of the forward pass"
    );

    let single = train_plain::<_, f64>(layer, &inputs, &d_outputs);
    assert_eq!(
        single.outputs, lanes.outputs,
        "the mask must not depend on the lanes"
    );
}

#[test]
fn dropout_of_everything_is_zero() {
    let inputs = uniform(&mut StdRng::seed_from_u64(5), 2.0, 21 * 8);
    let training = train_plain::<_, Lanes<f64>>(Dropout::<[f64; 8]>::new(1.0), &inputs, &inputs);
    assert_eq!(training.outputs, vec![0.0; 21 * 8]);
    assert_eq!(training.d_inputs, vec![0.0; 21 * 8]);
}

#[test]
fn max_pool_gives_a_tie_to_the_first() {
    let layer = MaxPool2d::<1, 4, 4, 2, 2> {
        kernel: [2, 2],
        stride: [2, 2],
        padding: [0, 0],
        dilation: [1, 1],
    };
    #[rustfmt::skip]
    let inputs = [
        1.0, 1.0,   0.0, 2.0,
        1.0, 1.0,   2.0, 2.0,

       -1.0, -3.0,  0.0, -0.0,
       -1.0, -1.0, -0.0, 0.0,
    ];
    #[rustfmt::skip]
    let gradient = [
        10.0, 0.0,   0.0, 20.0,
        0.0, 0.0,    0.0, 0.0,

        30.0, 0.0,   40.0, 0.0,
        0.0, 0.0,    0.0, 0.0,
    ];
    let training = train_plain::<_, Lanes<f64>>(layer, &inputs, &[10.0, 20.0, 30.0, 40.0]);
    assert_eq!(training.outputs, [1.0, 2.0, -1.0, 0.0]);
    assert_eq!(training.d_inputs, gradient);
}

#[test]
fn pools_hand_on_the_whole_gradient() {
    let mut rng = StdRng::seed_from_u64(6);
    let inputs = uniform(&mut rng, 2.0, 21 * 35);
    let sum = |values: &[f64]| values.iter().sum::<f64>();

    let max = MaxPool2d::<1, 5, 7, 3, 4> {
        kernel: [3, 3],
        stride: [2, 2],
        padding: [1, 1],
        dilation: [1, 1],
    };
    let d_outputs = uniform(&mut rng, 1.0, 21 * 12);
    let training = train_plain::<_, Lanes<f64>>(max, &inputs, &d_outputs);
    assert_close::<f64>(
        "max pool",
        &[sum(&training.d_inputs)],
        &[sum(&d_outputs)],
        Forward,
    );

    let adaptive = AdaptiveAvgPool2d::<1, 5, 7, 3, 2>;
    let d_outputs = uniform(&mut rng, 1.0, 21 * 6);
    let training = train_plain::<_, Lanes<f64>>(adaptive, &inputs, &d_outputs);
    assert_close::<f64>(
        "adaptive pool",
        &[sum(&training.d_inputs)],
        &[sum(&d_outputs)],
        Forward,
    );
}
