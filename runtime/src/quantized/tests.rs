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

/// Sums of rows with weights that are ±127 in every output's units, and a few of any size.
fn row_sum_is_its_equation(layer: RowSum, biased: bool, rng: &mut StdRng) {
    let RowSum {
        rows,
        outputs,
        bag,
        bags,
        skipped,
        mean,
    } = layer;
    let weight: Vec<f32> = (0..rows * outputs)
        .map(|i| match i / outputs {
            // The largest rows, of both signs.
            0 => 127.0,
            1 => -127.0,
            _ => rng.random_range(-127.0..127.0),
        })
        .collect();
    let bias: Vec<f32> = match biased {
        true => (0..outputs).map(|_| rng.random_range(-9e4..9e4)).collect(),
        false => Vec::new(),
    };
    let weights = Weights {
        weight: &weight,
        bias: &bias,
        outputs,
        fold: IDENTITY,
    };
    let reach = 1.1 * 127.0 * bag as f32;
    let output = Affine::covering(-reach, reach);
    let target = Target::Bytes {
        output,
        low: f32::NEG_INFINITY,
        high: f32::INFINITY,
    };
    let mut lines = vec![Line::zeroed(); layer.lines()];
    let mut last = lines.clone();
    layer
        .quantize(&mut LinesMut::new(&mut lines), weights, target)
        .unwrap();
    layer
        .quantize(&mut LinesMut::new(&mut last), weights, Target::Numbers)
        .unwrap();
    let count = bag * bags;
    let random: Vec<f32> = (0..count)
        .map(|_| rng.random_range(-1..=rows as i32) as f32)
        .collect();
    // One of the largest rows as often as there is room, and what is no index.
    let inputs = [
        vec![0.0; count],
        vec![1.0; count],
        vec![-1.0; count],
        vec![f32::NAN; count],
        random,
    ];
    for x in &inputs {
        let mut all = Vec::new();
        for isa in Isa::for_tests() {
            let (mut y, mut numbers) = (vec![0; bags * outputs], vec![0.0; bags * outputs]);
            layer.forward(isa, &mut Lines::new(&lines), x, &mut y);
            layer.forward_last(isa, &mut Lines::new(&last), x, &mut numbers);
            for (index, indices) in x.chunks(bag).enumerate() {
                let chosen = indices.iter().filter(|i| **i >= 0.0 && **i < rows as f32);
                let chosen: Vec<usize> = chosen
                    .map(|i| *i as usize)
                    .filter(|i| Some(*i) != skipped)
                    .collect();
                for o in 0..outputs {
                    let whole =
                        |row: &usize| i64::from(weight[row * outputs + o].round_ties_even() as i8);
                    let sum: i64 = chosen.iter().map(whole).sum();
                    let bias = bias.get(o).map_or(0, |b| f64::from(*b).round() as i64);
                    let exact = match mean {
                        true => sum as f64 / chosen.len().max(1) as f64,
                        false => (sum + bias) as f64,
                    };
                    let found = f64::from(numbers[index * outputs + o]);
                    // A mean has sixteen bits behind the point; whole numbers are exact.
                    let tolerance = if mean { 1.0 / 65536.0 } else { 0.0 };
                    assert!((found - exact).abs() <= tolerance, "{found} is not {exact}");
                    let q = exact / f64::from(output.scale) + f64::from(output.zero);
                    let near =
                        [q - 1e-3, q + 1e-3].map(|q| (q + 0.5).floor().clamp(0.0, 127.0) as u8);
                    assert!(near.contains(&y[index * outputs + o]), "{isa:?} {layer:?}");
                }
            }
            all.push((y, numbers));
        }
        assert!(all.iter().all(|one| *one == all[0]));
    }
}

#[test]
fn int8_sums_of_the_largest_rows_fit_16_bits_as_often_as_they_stay_there() {
    let mut rng = StdRng::seed_from_u64(3);
    // Around 255 rows, where sums are widened, and far beyond: 2000·127 needs 18 bits.
    for bag in [1, 2, 32, 254, 255, 256, 257, 258, 259, 510, 511, 2000] {
        for outputs in [1, 16, 70] {
            let layer = RowSum {
                rows: 5,
                outputs,
                bag,
                bags: 1,
                skipped: None,
                mean: false,
            };
            row_sum_is_its_equation(layer, true, &mut rng);
        }
    }
}

#[test]
fn int8_means_and_rows_one_by_one_are_their_equation() {
    let mut rng = StdRng::seed_from_u64(4);
    for (bag, bags, mean, skipped) in [
        (1, 9, false, None),
        (3, 1, true, None),
        (7, 1, true, Some(2)),
        (300, 1, true, Some(0)),
        (300, 1, false, Some(1)),
    ] {
        let layer = RowSum {
            rows: 6,
            outputs: 35,
            bag,
            bags,
            skipped,
            mean,
        };
        row_sum_is_its_equation(layer, false, &mut rng);
    }
}
