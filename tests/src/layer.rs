//! A layer against its golden case.

use crate::compare::{Tolerance, assert_close};
use crate::golden::Case;
use crate::pass::{State, infer, tensors, train};
use chainrule::__private::Isa;
use chainrule::prelude::*;
use chainrule::{Lanes, Tensor};

/// Factors of the upstream gradient for the repetitions of a golden batch, so that lanes which change places show.
/// Exact in both scalars.
const FACTORS: [f64; 7] = [1.0, -0.5, 2.0, 0.25, -1.0, 1.5, 0.5];

/// Inference and training of `layer` against a case, for one sample an element and for sixteen.
pub fn check_layer<T: Scalar, L: Layer<T>>(layer: L, case: &Case) {
    check_inference::<T, L>(layer, case);
    check_training::<T, L>(layer, case);
}

/// Inference: against `output`, or against `inference` with the buffers after training for a layer that has some.
pub fn check_inference<T: Scalar, L: Layer<T>>(layer: L, case: &Case) {
    check_inference_as::<T, L, T>(layer, case);
    check_inference_as::<T, L, Lanes<T>>(layer, case);
}

/// Training: output, gradient of the input, gradients of the parameters, buffers after it.
pub fn check_training<T: Scalar, L: Layer<T>>(layer: L, case: &Case) {
    check_training_as::<T, L, T>(layer, case);
    check_training_as::<T, L, Lanes<T>>(layer, case);
}

fn check_inference_as<T: Scalar, L: Layer<T>, E: Element<T>>(layer: L, case: &Case) {
    let (suffix, outputs) = match L::BUFFERS {
        [] => ("", "output"),
        _ => ("_after", "inference"),
    };
    let is_buffer = |tensor: &Tensor| L::BUFFERS.contains(tensor);
    let state = State::<T, L>::new(|tensor| {
        let suffix = if is_buffer(tensor) { suffix } else { "" };
        case.get_shaped(&format!("{}{suffix}", tensor.name), tensor)
            .to_vec()
    });
    let batch = Repeated::of(case, L::CROSS_SAMPLE);
    let want = batch.repeat(case.get(outputs), |_| 1.0);
    for isa in Isa::for_tests() {
        let what = format!(
            "{} output of inference ({} samples an element)",
            case.name(),
            E::LANES
        );
        let got = infer::<T, L, E>(
            layer,
            isa,
            &state,
            &batch.repeat(case.get("input"), |_| 1.0),
        );
        assert_close::<T>(&what, &got, &want, Tolerance::Forward);
    }
}

fn check_training_as<T: Scalar, L: Layer<T>, E: Element<T>>(layer: L, case: &Case) {
    let state = State::<T, L>::new(|tensor| case.get_shaped(tensor.name, tensor).to_vec());
    let batch = Repeated::of(case, L::CROSS_SAMPLE);
    let inputs = batch.repeat(case.get("input"), |_| 1.0);
    let d_outputs = batch.repeat(case.get("d_output"), Repeated::factor);
    let outputs = batch.repeat(case.get("output"), |_| 1.0);
    let d_inputs = batch.repeat(case.get("d_input"), Repeated::factor);
    let what = |part: &str| {
        format!(
            "{} {part} of {} samples ({} an element)",
            case.name(),
            batch.samples(),
            E::LANES
        )
    };
    for isa in Isa::for_tests() {
        let got = train::<T, L, E>(layer, isa, &state, &inputs, &d_outputs, true);
        assert_close::<T>(&what("output"), &got.outputs, &outputs, Tolerance::Forward);
        assert_close::<T>(
            &what("input gradient"),
            &got.d_inputs,
            &d_inputs,
            Tolerance::Gradient,
        );
        for (tensor, values) in tensors::<T, _>(L::PARAMETERS, &*got.gradients) {
            let golden = case.get_shaped(&format!("d_{}", tensor.name), &tensor);
            let want: Vec<f64> = golden
                .iter()
                .map(|d| 1.0 + d * batch.sum_of_factors())
                .collect();
            assert_close::<T>(
                &what(&format!("1 + gradient of {}", tensor.name)),
                &values,
                &want,
                Tolerance::Gradient,
            );
        }
        for (tensor, values) in tensors::<T, _>(L::BUFFERS, &*got.buffers) {
            let want = case.get_shaped(&format!("{}_after", tensor.name), &tensor);
            assert_close::<T>(&what(tensor.name), &values, want, Tolerance::Forward);
        }

        let without = train::<T, L, E>(layer, isa, &state, &inputs, &d_outputs, false);
        assert_eq!(
            tensors::<T, _>(L::PARAMETERS, &*without.gradients),
            tensors::<T, _>(L::PARAMETERS, &*got.gradients),
            "{} must not depend on whether the input gradient is asked for",
            what("gradient")
        );
    }
}

/// A golden batch several times over, so that a few stored samples fill a lane group and a part of the next. Where
/// samples mix, once.
pub(crate) struct Repeated {
    samples: usize,
    times: usize,
}

impl Repeated {
    pub(crate) fn of(case: &Case, cross_sample: bool) -> Self {
        let samples = case.samples("input");
        assert!(samples > 0, "{} is empty", case.name());
        let times = if cross_sample {
            1
        } else {
            (21 / samples).max(1)
        };
        Self { samples, times }
    }

    pub(crate) fn repeat(&self, values: &[f64], factor: impl Fn(usize) -> f64) -> Vec<f64> {
        assert_eq!(values.len() % self.samples, 0);
        (0..self.times)
            .flat_map(|time| values.iter().map(move |value| (time, value)))
            .map(|(time, value)| value * factor(time))
            .collect()
    }

    pub(crate) fn factor(time: usize) -> f64 {
        FACTORS[time % FACTORS.len()]
    }

    /// How many samples all repetitions have.
    pub(crate) fn samples(&self) -> usize {
        self.samples * self.times
    }

    fn sum_of_factors(&self) -> f64 {
        (0..self.times).map(Self::factor).sum()
    }
}
