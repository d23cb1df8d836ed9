//! The kernels against their equations, on every instruction set.

use super::*;
use crate::simd::Isa;
use bytemuck::Zeroable;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const IDENTITY: &dyn Fn(usize) -> [f32; 2] = &|_| [1.0, 0.0];

/// `q` as the equation says: `clamp(zero + round(sum·factor), low, high)`.
fn requantized(sum: i64, unit: f64, output: Affine, relu: bool) -> [u8; 2] {
    let exact = sum as f64 * unit / f64::from(output.scale) + f64::from(output.zero);
    let low = if relu { f64::from(output.zero) } else { 0.0 };
    // The factor has 31 bits: a tie may go either way.
    [exact - 1e-4, exact + 1e-4].map(|q| (q + 0.5).floor().clamp(low, 127.0) as u8)
}

struct Case {
    weight: Vec<f32>,
    bias: Vec<f32>,
    input: Affine,
    output: Affine,
    x: Vec<u8>,
}

impl Case {
    fn new(rng: &mut StdRng, inputs: usize, patch: usize, outputs: usize) -> Self {
        Self {
            weight: (0..patch * outputs)
                .map(|_| rng.random_range(-0.7..0.9))
                .collect(),
            bias: (0..outputs).map(|_| rng.random_range(-0.5..0.5)).collect(),
            input: Affine::covering(rng.random_range(-2.0..0.0), 1.5),
            output: Affine::covering(-1.5, rng.random_range(1.0..3.0)),
            x: (0..inputs).map(|_| rng.random_range(0..128)).collect(),
        }
    }

    fn weights(&self, outputs: usize) -> Weights<'_> {
        Weights {
            weight: &self.weight,
            bias: &self.bias,
            outputs,
            fold: IDENTITY,
        }
    }

    /// The weight of an output as a whole number, the unit of its sums, and the bias.
    fn whole(&self, outputs: usize, output: usize) -> (Vec<i64>, f64, i64) {
        let column = || self.weight.iter().skip(output).step_by(outputs);
        let scale = column().fold(0.0_f32, |a, w| a.max(w.abs())) / 127.0;
        let unit = f64::from(scale) * f64::from(self.input.scale);
        let weights = column()
            .map(|w| i64::from((w / scale).round_ties_even() as i8))
            .collect();
        (
            weights,
            unit,
            (f64::from(self.bias[output]) / unit).round() as i64,
        )
    }
}

#[test]
fn int8_linear_is_its_equation_on_every_instruction_set() {
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..60 {
        let (inputs, outputs) = (rng.random_range(1..150), rng.random_range(1..150));
        let rows = rng.random_range(1..4);
        let (relu, layer) = (rng.random(), Dense::new(inputs, outputs));
        let case = Case::new(&mut rng, rows * inputs, inputs, outputs);
        let target = Target::Bytes {
            output: case.output,
            low: if relu { 0.0 } else { f32::NEG_INFINITY },
            high: f32::INFINITY,
        };
        let mut lines = vec![Line::zeroed(); layer.lines()];
        let mut last = lines.clone();
        let weights = case.weights(outputs);
        layer
            .quantize(&mut LinesMut::new(&mut lines), weights, case.input, target)
            .unwrap();
        layer
            .quantize(
                &mut LinesMut::new(&mut last),
                weights,
                case.input,
                Target::Numbers,
            )
            .unwrap();
        for isa in Isa::for_tests() {
            let (mut y, mut numbers) = (vec![0; rows * outputs], vec![0.0; rows * outputs]);
            layer.forward(isa, &mut Lines::new(&lines), &case.x, &mut y);
            layer.forward_last(isa, &mut Lines::new(&last), &case.x, &mut numbers);
            for output in 0..outputs {
                let (weights, unit, bias) = case.whole(outputs, output);
                for row in 0..rows {
                    let x = &case.x[row * inputs..][..inputs];
                    let products = weights
                        .iter()
                        .zip(x)
                        .map(|(w, x)| w * (i64::from(*x) - i64::from(case.input.zero)));
                    let sum = bias + products.sum::<i64>();
                    let expected = requantized(sum, unit, case.output, relu);
                    assert!(expected.contains(&y[row * outputs + output]), "{isa:?}");
                    assert_eq!(
                        numbers[row * outputs + output],
                        sum as f32 * unit as f32,
                        "{isa:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn int8_convolution_is_its_equation_on_every_instruction_set() {
    let mut rng = StdRng::seed_from_u64(2);
    for _ in 0..120 {
        let mut pair = |range: core::ops::Range<usize>| {
            [rng.random_range(range.clone()), rng.random_range(range)]
        };
        let (kernel, stride, dilation) = (pair(1..6), pair(1..4), pair(1..3));
        let (padding, output) = (pair(0..3), pair(1..9));
        let extra = pair(0..2);
        let size = |axis: usize| {
            let reach = (output[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
            (reach + extra[axis])
                .saturating_sub(2 * padding[axis])
                .max(1)
        };
        let input = [size(0), size(1)];
        let groups = rng.random_range(1..4);
        let (per_group, outputs) = (rng.random_range(1..7), groups * rng.random_range(1..8));
        let layer = Convolution {
            channels: groups * per_group,
            input,
            outputs,
            output,
            kernel,
            stride,
            padding,
            dilation,
            groups,
        };
        let patch = per_group * kernel[0] * kernel[1];
        let case = Case::new(
            &mut rng,
            groups * per_group * input[0] * input[1],
            patch,
            outputs,
        );
        let target = Target::Bytes {
            output: case.output,
            low: 0.0,
            high: f32::INFINITY,
        };
        let mut lines = vec![Line::zeroed(); layer.lines()];
        let mut last = lines.clone();
        let weights = case.weights(outputs);
        layer
            .quantize(&mut LinesMut::new(&mut lines), weights, case.input, target)
            .unwrap();
        layer
            .quantize(
                &mut LinesMut::new(&mut last),
                weights,
                case.input,
                Target::Numbers,
            )
            .unwrap();
        let positions = output[0] * output[1];
        for isa in Isa::for_tests() {
            let mut room = vec![Line::zeroed(); layer.room()];
            let (mut y, mut numbers) =
                (vec![0; outputs * positions], vec![0.0; outputs * positions]);
            layer.forward(isa, &mut Lines::new(&lines), &case.x, &mut y, &mut room);
            layer.forward_last(
                isa,
                &mut Lines::new(&last),
                &case.x,
                &mut numbers,
                &mut room,
            );
            for o in 0..outputs {
                let (weights, unit, bias) = case.whole(outputs, o);
                let first = o / (outputs / groups) * per_group;
                for position in 0..positions {
                    let at = [position / output[1], position % output[1]];
                    let mut sum = bias;
                    for (index, w) in weights.iter().enumerate() {
                        let (c, tap) = (
                            index / (kernel[0] * kernel[1]),
                            index % (kernel[0] * kernel[1]),
                        );
                        let tap = [tap / kernel[1], tap % kernel[1]];
                        let place = [0, 1].map(|a| {
                            (at[a] * stride[a] + tap[a] * dilation[a]).wrapping_sub(padding[a])
                        });
                        if place[0] < input[0] && place[1] < input[1] {
                            let x =
                                case.x[((first + c) * input[0] + place[0]) * input[1] + place[1]];
                            sum += w * (i64::from(x) - i64::from(case.input.zero));
                        }
                    }
                    let index = o * positions + position;
                    let expected = requantized(sum, unit, case.output, true);
                    assert!(
                        expected.contains(&y[index]),
                        "{isa:?} {layer:?}: {} is not {expected:?}",
                        y[index]
                    );
                    assert_eq!(numbers[index], sum as f32 * unit as f32, "{isa:?}");
                }
            }
        }
    }
}
