//! Two-dimensional convolution and its gradients, straight from the definition: no im2col.
//!
//! Shapes: `x: [channels][height][width][L]`, `y: [outputs][out_height][out_width][L]`,
//! `W: [channels / groups][kernel_height][kernel_width][outputs]`, `b: [outputs]` or empty. `L` is 1 or [`LANES`].
//!
//! The forward pass and the gradient of the input are both correlations of planes with weights ([`Correlation`]), the
//! gradient of the weights one of planes with planes. For one sample, each has a second form with the outputs in the SIMD
//! lanes instead of a row of positions (`*_sample`), and a choice by sizes. Most work on [`Blocks`] of positions and taps whose
//! source lies in a [`Window`]: the planes themselves, or where there is padding a copy of bounded size on the stack with
//! zeros around it. Within a block a tap is one distance in memory, the same for all positions, so that the inner loops
//! are one loop over a list of distances. The order in which a sum is added up depends on the sizes alone.
//!
//! [`Blocks`]: blocks::Blocks
//! [`Correlation`]: correlate::Correlation
//! [`Window`]: window::Window

mod backward_input;
mod backward_weight;
mod backward_weight_planes;
mod backward_weight_sample;
mod blocks;
mod correlate;
mod correlate_sample;
mod extent;
mod forward;
mod forward_sample;
mod line;
mod taps;
mod turn;
mod window;

pub(crate) use backward_input::backward_input;
pub(crate) use backward_weight::backward_weight;
pub(crate) use backward_weight_planes::BackwardWeight;
pub(crate) use backward_weight_sample::BackwardWeightSample;
pub(crate) use correlate::Correlate;
pub(crate) use correlate_sample::CorrelateSample;
pub(crate) use forward::forward;
pub(crate) use forward_sample::ForwardSample;

use super::window::Axis;
use line::Line;

/// The sizes of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub(crate) channels: usize,
    pub(crate) outputs: usize,
    pub(crate) groups: usize,
    pub(crate) rows: Axis,
    pub(crate) columns: Axis,
}

impl Geometry {
    /// Input channels of one group.
    #[inline(always)]
    fn group_channels(&self) -> usize {
        self.channels / self.groups.max(1)
    }

    /// Outputs of one group.
    #[inline(always)]
    fn group_outputs(&self) -> usize {
        self.outputs / self.groups.max(1)
    }

    /// Positions of a plane of outputs.
    #[inline(always)]
    fn positions(&self) -> usize {
        self.rows.output * self.columns.output
    }

    /// Outputs as positions, along each axis.
    #[inline(always)]
    fn forward_lines(&self) -> [Line; 2] {
        [Line::forward(self.rows), Line::forward(self.columns)]
    }

    /// The same with all positions in one row, where that makes no difference: each output sees the input at its place and
    /// no other.
    #[inline(always)]
    fn in_one_row(self) -> Self {
        let Self { rows, columns, .. } = self;
        let place_by_place = |axis: Axis| {
            axis.kernel == 1 && axis.stride == 1 && axis.padding == 0 && axis.input == axis.output
        };
        if !place_by_place(rows) || !place_by_place(columns) {
            return self;
        }
        let positions = rows.input * columns.input;
        Self {
            rows: Axis {
                input: 1,
                output: 1,
                ..rows
            },
            columns: Axis {
                input: positions,
                output: positions,
                ..columns
            },
            ..self
        }
    }

    /// The weights of the taps from `(channel, row, column)` on.
    #[inline(always)]
    fn weight_index(&self, channel: usize, row: usize, column: usize) -> usize {
        ((channel * self.rows.kernel + row) * self.columns.kernel + column) * self.outputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scalar;
    use crate::element::LANES;
    use crate::kernels::test_values::{assert_close, random};
    use crate::simd::Isa;

    fn axis(input: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> Axis {
        let span = input + 2 * padding - (kernel - 1) * dilation - 1;
        Axis {
            input,
            output: span / stride + 1,
            kernel,
            stride,
            padding,
            dilation,
        }
    }

    /// Channels, outputs, groups, and the two axes.
    fn geometries() -> [Geometry; 33] {
        [
            (1, 1, 1, axis(1, 1, 1, 0, 1), axis(1, 1, 1, 0, 1)),
            (1, 6, 1, axis(9, 5, 1, 2, 1), axis(13, 5, 1, 2, 1)),
            (6, 16, 1, axis(7, 5, 1, 0, 1), axis(11, 5, 1, 0, 1)),
            (3, 17, 1, axis(5, 3, 2, 1, 1), axis(7, 3, 2, 1, 1)),
            (7, 33, 1, axis(3, 1, 1, 0, 1), axis(5, 1, 2, 0, 1)),
            (10, 34, 2, axis(5, 1, 1, 0, 1), axis(7, 1, 1, 0, 1)),
            (5, 5, 5, axis(5, 3, 1, 1, 1), axis(33, 3, 1, 1, 1)),
            (4, 10, 2, axis(9, 3, 2, 3, 2), axis(8, 2, 3, 1, 3)),
            (6, 3, 3, axis(3, 2, 1, 1, 2), axis(1, 3, 1, 2, 1)),
            (2, 3, 1, axis(3, 2, 1, 0, 1), axis(130, 1, 1, 0, 1)),
            // More channels, columns, taps than a block takes, and all but one tap in the padding.
            (40, 20, 1, axis(4, 3, 1, 1, 1), axis(5, 3, 1, 1, 1)),
            (1, 2, 1, axis(3, 3, 1, 1, 1), axis(600, 3, 1, 1, 1)),
            (1, 2, 1, axis(20, 18, 1, 2, 1), axis(19, 18, 1, 1, 1)),
            (1, 1, 1, axis(1, 1, 1, 0, 1), axis(7, 300, 1, 150, 1)),
            (2, 8, 1, axis(1, 5, 1, 2, 1), axis(1, 5, 1, 2, 1)),
            // More positions than a block has where one sample has outputs in the lanes.
            (1, 40, 1, axis(2, 2, 1, 0, 1), axis(300, 2, 1, 0, 1)),
            (2, 40, 1, axis(20, 3, 1, 1, 1), axis(30, 3, 1, 1, 1)),
            // Strides beyond the kernel, and one sample with outputs in the lanes.
            (2, 3, 1, axis(9, 2, 4, 1, 1), axis(10, 1, 3, 0, 1)),
            (3, 20, 1, axis(9, 3, 2, 1, 1), axis(9, 3, 2, 1, 2)),
            (20, 40, 1, axis(4, 3, 1, 1, 1), axis(4, 3, 1, 1, 1)),
            (4, 34, 2, axis(6, 3, 1, 1, 1), axis(7, 3, 1, 1, 1)),
            // One sample with channels in the lanes on the way back: more than fill vectors, more vectors than a window
            // has room for, fewer results than a tile, strides, groups.
            (9, 70, 1, axis(4, 3, 1, 1, 1), axis(5, 3, 1, 1, 1)),
            (5, 300, 1, axis(4, 5, 1, 2, 1), axis(4, 5, 1, 2, 1)),
            (3, 64, 1, axis(5, 3, 2, 1, 1), axis(6, 3, 2, 1, 1)),
            (12, 80, 2, axis(3, 3, 1, 1, 1), axis(3, 2, 1, 0, 1)),
            // One sample with runs of seven and of three positions, of planes and of copies, two vectors of outputs and one.
            (2, 33, 1, axis(3, 3, 1, 1, 1), axis(14, 3, 1, 1, 1)),
            (2, 35, 1, axis(3, 2, 1, 0, 1), axis(8, 2, 1, 0, 1)),
            (3, 40, 1, axis(3, 3, 1, 1, 1), axis(3, 3, 1, 1, 1)),
            (2, 33, 1, axis(5, 3, 1, 0, 1), axis(8, 3, 1, 0, 1)),
            (2, 18, 1, axis(4, 5, 1, 2, 1), axis(14, 5, 1, 2, 1)),
            (2, 16, 1, axis(3, 3, 1, 0, 1), axis(9, 3, 1, 0, 1)),
            // The same of several blocks: of channels, and of columns with fewer left than a run has.
            (33, 40, 1, axis(3, 3, 1, 1, 1), axis(8, 3, 1, 1, 1)),
            (1, 16, 1, axis(1, 3, 1, 1, 1), axis(2730, 3, 1, 1, 1)),
        ]
        .map(|(channels, outputs, groups, rows, columns)| Geometry {
            channels,
            outputs,
            groups,
            rows,
            columns,
        })
    }

    /// Calls `visit` with the indices in weight, input and output of every product of the convolution.
    fn for_each_product(g: Geometry, mut visit: impl FnMut(usize, usize, usize)) {
        let (group_channels, group_outputs) = (g.channels / g.groups, g.outputs / g.groups);
        let pairs = |a: usize, b: usize| (0..a).flat_map(move |i| (0..b).map(move |j| (i, j)));
        for (o, c) in pairs(g.outputs, group_channels) {
            let channel = o / group_outputs * group_channels + c;
            for (oh, ow) in pairs(g.rows.output, g.columns.output) {
                for (kh, kw) in pairs(g.rows.kernel, g.columns.kernel) {
                    let h = (oh * g.rows.stride + kh * g.rows.dilation)
                        .checked_sub(g.rows.padding)
                        .filter(|&h| h < g.rows.input);
                    let w = (ow * g.columns.stride + kw * g.columns.dilation)
                        .checked_sub(g.columns.padding)
                        .filter(|&w| w < g.columns.input);
                    if let (Some(h), Some(w)) = (h, w) {
                        visit(
                            ((c * g.rows.kernel + kh) * g.columns.kernel + kw) * g.outputs + o,
                            (channel * g.rows.input + h) * g.columns.input + w,
                            (o * g.rows.output + oh) * g.columns.output + ow,
                        );
                    }
                }
            }
        }
    }

    fn agrees_with_the_definition<T: Scalar>() {
        for (seed, geometry) in geometries().into_iter().enumerate() {
            let Geometry { rows, columns, .. } = geometry;
            let taps = rows.kernel * columns.kernel;
            let weights = geometry.channels / geometry.groups * taps * geometry.outputs;
            let plane = rows.output * columns.output;
            for (lanes, biases) in [1, LANES]
                .into_iter()
                .flat_map(|lanes| [(lanes, geometry.outputs), (lanes, 0)])
            {
                let inputs = geometry.channels * rows.input * columns.input * lanes;
                let outputs = geometry.outputs * plane * lanes;
                let mut values =
                    random::<T, 5>(seed as u64, [weights, biases, inputs, outputs, weights]);
                if plane > 256 {
                    // Sixteenths: long sums are exact, in whatever order.
                    for value in values.iter_mut().flatten() {
                        *value = T::from_f64((value.to_f64() * 16.0).round() / 16.0);
                    }
                }
                let [w, b, x, dy, dw_before] = values;
                let wide = |values: &[T]| values.iter().map(|v| v.to_f64()).collect::<Vec<_>>();
                let [mut y_expected, mut dx_expected] = [vec![0.0; outputs], vec![0.0; inputs]];
                let [mut dw_expected, mut db_expected] = [wide(&dw_before), wide(&b)];
                for (output, y) in y_expected
                    .iter_mut()
                    .enumerate()
                    .take(outputs * biases.min(1))
                {
                    let o = output / (plane * lanes);
                    *y = b[o].to_f64();
                    db_expected[o] += dy[output].to_f64();
                }
                for_each_product(geometry, |weight, input, output| {
                    for lane in 0..lanes {
                        let (input, output) = (input * lanes + lane, output * lanes + lane);
                        let (w, x) = (w[weight].to_f64(), x[input].to_f64());
                        y_expected[output] += w * x;
                        dx_expected[input] += w * dy[output].to_f64();
                        dw_expected[weight] += x * dy[output].to_f64();
                    }
                });
                let products = weights.max(plane * lanes);
                let fresh = |sums: &[f64], before: &[T]| -> Vec<f64> {
                    let pairs = sums.iter().zip(before);
                    pairs.map(|(sum, before)| sum - before.to_f64()).collect()
                };
                for isa in Isa::for_tests() {
                    let mut y = vec![T::ONE; outputs];
                    forward(isa, lanes, geometry, &w, &b, &x, &mut y);
                    assert_close(&y, &y_expected, products);
                    let mut dx = vec![T::ONE; inputs];
                    backward_input(isa, lanes, geometry, &w, &[], &dy, &mut dx);
                    assert_close(&dx, &dx_expected, products);
                    // A bias for each channel of the input, as a transposed convolution has.
                    let channels: Vec<T> = (0..geometry.channels).map(T::from_usize).collect();
                    backward_input(isa, lanes, geometry, &w, &channels, &dy, &mut dx);
                    let plane = rows.input * columns.input * lanes;
                    let biased: Vec<f64> = dx_expected
                        .iter()
                        .enumerate()
                        .map(|(i, dx)| dx + (i / plane) as f64)
                        .collect();
                    assert_close(&dx, &biased, products);
                    let (mut dw, mut db) = (dw_before.clone(), b.clone());
                    backward_weight(isa, lanes, geometry, false, &x, &dy, &mut dw, &mut db);
                    assert_close(&dw, &dw_expected, products);
                    assert_close(&db, &db_expected, products);
                    backward_weight(isa, lanes, geometry, true, &x, &dy, &mut dw, &mut db);
                    assert_close(&dw, &fresh(&dw_expected, &dw_before), products);
                    assert_close(&db, &fresh(&db_expected, &b), products);
                }
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_in_f32() {
        agrees_with_the_definition::<f32>();
    }

    #[test]
    fn agrees_with_the_definition_in_f64() {
        agrees_with_the_definition::<f64>();
    }
}
