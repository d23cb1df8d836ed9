//! Finite differences in `f64`, and one sample against lanes, for any layer and any loss: for the tests beside them.
//!
//! A layer is checked by the scalar `Σ c·y` with random `c`, so one backward pass gives every derivative.

use crate::layer::{Backward, Forward, Layer, Randomness};
use crate::losses::Loss;
use crate::network::{scalars, scalars_mut};
use crate::simd::Isa;
use crate::{Element, Lanes, Scalar, Shape};
use bytemuck::Zeroable;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::vec;
use std::vec::Vec;

/// Half the width of a central difference. Its error is about `h²` from the curvature and `ε/h` from rounding.
const STEP: f64 = 1e-5;
/// What a derivative may differ from a difference, relative to `1 + |derivative|`.
const TOLERANCE: f64 = 1e-7;

/// Numbers in ±`bound`.
pub(crate) fn uniform<T: Scalar>(rng: &mut StdRng, len: usize, bound: f64) -> Vec<T> {
    (0..len)
        .map(|_| T::from_f64((rng.random::<f64>() * 2.0 - 1.0) * bound))
        .collect()
}

/// What a forward and a backward pass left, sample after sample.
#[derive(Debug, PartialEq)]
pub(crate) struct Passed<T> {
    pub(crate) outputs: Vec<T>,
    pub(crate) d_inputs: Vec<T>,
    pub(crate) gradients: Vec<T>,
}

/// Samples, one after the other, as lane groups `[feature][lane]`; the last sample (or zero) fills the last group up.
fn pack<T: Scalar, E: Element<T>>(samples: &[T], len: usize, repeat: bool) -> Vec<E> {
    let count = samples.len() / len;
    let groups = count.div_ceil(E::LANES);
    let mut packed = vec![E::splat(T::ZERO); groups * len];
    for (i, scalar) in E::scalars_mut(&mut packed).iter_mut().enumerate() {
        let (group, feature, lane) = (i / (len * E::LANES), i / E::LANES % len, i % E::LANES);
        let sample = group * E::LANES + lane;
        if sample < count || repeat {
            *scalar = samples[sample.min(count - 1) * len + feature];
        }
    }
    packed
}

fn unpack<T: Scalar, E: Element<T>>(packed: &[E], len: usize, count: usize) -> Vec<T> {
    let scalars = E::scalars(packed);
    let at = |sample: usize, feature: usize| {
        let (group, lane) = (sample / E::LANES, sample % E::LANES);
        scalars[(group * len + feature) * E::LANES + lane]
    };
    (0..count * len).map(|i| at(i / len, i % len)).collect()
}

/// Runs a layer in training mode, forward and backward, over `inputs` (sample after sample).
pub(crate) fn pass<T: Scalar, L: Layer<T>, E: Element<T>>(
    layer: &L,
    parameters: &L::Parameters,
    inputs: &[T],
    d_outputs: &[T],
) -> Passed<T> {
    pass_on::<T, L, E>(Isa::detect(), layer, parameters, inputs, d_outputs)
}

fn pass_on<T: Scalar, L: Layer<T>, E: Element<T>>(
    isa: Isa,
    layer: &L,
    parameters: &L::Parameters,
    inputs: &[T],
    d_outputs: &[T],
) -> Passed<T> {
    let (n, m) = (L::Input::LEN, L::Output::LEN);
    let samples = inputs.len() / n;
    let x = pack::<T, E>(inputs, n, true);
    let dy = pack::<T, E>(d_outputs, m, false);
    let groups = x.len() / n;
    let mut y = vec![E::splat(T::ZERO); groups * m];
    // Every element is to be written.
    let mut dx = vec![E::splat(T::from_f64(f64::NAN)); groups * n];
    let mut saved = vec![E::splat(T::ZERO); groups * L::SAVED];
    let buffers = L::Buffers::zeroed();
    let mut gradients = L::Parameters::zeroed();
    let randomness = Randomness::new(1, 2, 0);
    layer.forward_training::<E>(
        Forward {
            parameters,
            buffers: &buffers,
            saved: &mut saved,
            samples,
            frozen: false,
            randomness,
            isa,
        },
        L::Input::values(&x),
        L::Output::values_mut(&mut y),
    );
    layer.backward_training::<E>(
        Backward {
            parameters,
            gradients: &mut gradients,
            saved: &mut saved,
            input_gradient: true,
            overwrite: false,
            samples,
            frozen: false,
            randomness,
            isa,
        },
        L::Input::values(&x),
        L::Output::values(&y),
        L::Output::values(&dy),
        L::Input::values_mut(&mut dx),
    );
    Passed {
        outputs: unpack(&y, m, samples),
        d_inputs: unpack(&dx, n, samples),
        gradients: scalars::<T, _>(&gradients).to_vec(),
    }
}

/// Parameters as the layer starts them plus some noise, and `samples` inputs and output gradients in ±3 and ±1.
pub(crate) fn random_case<T: Scalar, L: Layer<T>>(
    layer: &L,
    samples: usize,
) -> (L::Parameters, Vec<T>, Vec<T>) {
    let mut rng = StdRng::seed_from_u64(7);
    let (mut parameters, mut buffers) = (L::Parameters::zeroed(), L::Buffers::zeroed());
    layer.init(&mut parameters, &mut buffers, &mut rng);
    let flat = scalars_mut::<T, _>(&mut parameters);
    let noise = uniform::<T>(&mut rng, flat.len(), 0.5);
    flat.iter_mut()
        .zip(noise)
        .for_each(|(p, noise)| *p += noise);
    let inputs = uniform(&mut rng, samples * L::Input::LEN, 3.0);
    let d_outputs = uniform(&mut rng, samples * L::Output::LEN, 1.0);
    (parameters, inputs, d_outputs)
}

fn assert_derivative(what: &str, index: usize, derivative: f64, difference: f64) {
    let error = (derivative - difference).abs() / (1.0 + derivative.abs());
    assert!(
        error < TOLERANCE,
        "{what} {index}: the derivative is {derivative}, the difference quotient {difference}"
    );
}

/// The derivative of a layer by its inputs and its parameters against central differences, over 19 samples in lanes, on
/// every instruction set; and the lanes against single samples, unless the layer mixes samples.
#[track_caller]
pub(crate) fn check_layer<L: Layer<f64>>(layer: L) {
    for isa in Isa::for_tests() {
        check_derivatives(layer, isa);
    }
    if !L::CROSS_SAMPLE {
        check_lanes::<f64, L>(layer, 1e-12);
    }
}

#[track_caller]
fn check_derivatives<L: Layer<f64>>(layer: L, isa: Isa) {
    let (mut parameters, mut inputs, d_outputs) = random_case::<f64, L>(&layer, 19);
    let run = |parameters: &L::Parameters, inputs: &[f64]| {
        pass_on::<f64, L, Lanes<f64>>(isa, &layer, parameters, inputs, &d_outputs)
    };
    let passed = run(&parameters, &inputs);
    let objective = |parameters: &L::Parameters, inputs: &[f64]| -> f64 {
        let y = run(parameters, inputs).outputs;
        y.iter().zip(&d_outputs).map(|(y, dy)| y * dy).sum()
    };
    for i in 0..inputs.len() {
        let x = inputs[i];
        inputs[i] = x + STEP;
        let above = objective(&parameters, &inputs);
        inputs[i] = x - STEP;
        let below = objective(&parameters, &inputs);
        inputs[i] = x;
        let difference = (above - below) / (2.0 * STEP);
        assert_derivative("input", i, passed.d_inputs[i], difference);
    }
    for i in 0..passed.gradients.len() {
        let mut moved = |step: f64| {
            scalars_mut::<f64, _>(&mut parameters)[i] += step;
            let value = objective(&parameters, &inputs);
            scalars_mut::<f64, _>(&mut parameters)[i] -= step;
            value
        };
        let difference = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        assert_derivative("parameter", i, passed.gradients[i], difference);
    }
}

/// A layer gives every sample in lanes what it gives the sample alone, up to a relative `tolerance`; the gradients of
/// parameters, whose order of addition differs, up to a thousand roundings more.
#[track_caller]
pub(crate) fn check_lanes<T: Scalar, L: Layer<T>>(layer: L, tolerance: f64) {
    let (parameters, inputs, d_outputs) = random_case::<T, L>(&layer, 19);
    let lanes = pass::<T, L, Lanes<T>>(&layer, &parameters, &inputs, &d_outputs);
    let single = pass::<T, L, T>(&layer, &parameters, &inputs, &d_outputs);
    assert_close("outputs", &lanes.outputs, &single.outputs, tolerance);
    assert_close("d_inputs", &lanes.d_inputs, &single.d_inputs, tolerance);
    let rounding = T::from_f64(1.0 + 1e-7).to_f64() - 1.0;
    let tolerance = tolerance + 1e3 * rounding.max(f64::EPSILON);
    assert_close("gradients", &lanes.gradients, &single.gradients, tolerance);
}

/// Two runs of scalars, up to a tolerance relative to `1 + |value|`; with 0 they must be equal.
#[track_caller]
pub(crate) fn assert_close<T: Scalar>(what: &str, left: &[T], right: &[T], tolerance: f64) {
    assert_eq!(left.len(), right.len(), "{what}");
    for (i, (a, b)) in left.iter().zip(right).enumerate() {
        let (a, b) = (a.to_f64(), b.to_f64());
        let error = (a - b).abs() / (1.0 + b.abs());
        assert!(error <= tolerance, "{what} {i}: {a} and {b}");
    }
}

/// The loss of a batch, and its gradient by every output, sample after sample.
pub(crate) fn evaluate_loss<T, S, Y, L, E>(loss: &L, outputs: &[T], targets: &[Y]) -> (T, Vec<T>)
where
    T: Scalar,
    S: Shape<Scalar = T>,
    L: Loss<T, S, Y>,
    E: Element<T>,
{
    let scale = loss.scale(targets.iter()).unwrap();
    let y = pack::<T, E>(outputs, S::LEN, true);
    // Every element is to be written, also in the lanes without a sample.
    let mut dy = vec![E::splat(T::from_f64(f64::NAN)); y.len()];
    let mut total = T::ZERO;
    let groups = S::values::<E>(&y).iter().zip(S::values_mut::<E>(&mut dy));
    for ((y, dy), targets) in groups.zip(targets.chunks(E::LANES)) {
        total += loss.evaluate::<E>(Isa::detect(), scale, y, targets.iter(), dy);
    }
    let gradients = unpack(&dy, S::LEN, targets.len());
    for (i, d) in E::scalars(&dy).iter().enumerate() {
        let sample = i / (S::LEN * E::LANES) * E::LANES + i % E::LANES;
        let used = sample < targets.len();
        assert!(
            used || *d == T::ZERO,
            "the gradient of a lane without a sample is {d}"
        );
    }
    (total, gradients)
}

/// The gradient of a loss against central differences, and the lanes against single samples.
#[track_caller]
pub(crate) fn check_loss<S, Y, L>(loss: &L, outputs: &[f64], targets: &[Y])
where
    S: Shape<Scalar = f64>,
    L: Loss<f64, S, Y>,
{
    let mut outputs = outputs.to_vec();
    let (total, gradients) = evaluate_loss::<f64, S, Y, L, Lanes<f64>>(loss, &outputs, targets);
    let single = evaluate_loss::<f64, S, Y, L, f64>(loss, &outputs, targets);
    assert_close("loss", &[total], &[single.0], 1e-12);
    assert_close("gradient", &gradients, &single.1, 0.0);
    for i in 0..outputs.len() {
        let y = outputs[i];
        let mut moved = |step: f64| {
            outputs[i] = y + step;
            evaluate_loss::<f64, S, Y, L, Lanes<f64>>(loss, &outputs, targets).0
        };
        let difference = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        outputs[i] = y;
        assert_derivative("output", i, gradients[i], difference);
    }
}
