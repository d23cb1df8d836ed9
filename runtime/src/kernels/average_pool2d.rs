//! The mean of each window, and its gradient.
//!
//! Shapes: `x: [channels][height][width][L]`, `y: [channels][out_height][out_width][L]`. `L` is 1, one sample, or [`LANES`].

mod sample;

use super::window::Axis;
use crate::Scalar;
use crate::element::LANES;
use crate::simd::kernel;
use core::ops::Range;

/// The inputs that output `o` reads where `input` positions are shared out among `output`.
#[inline(always)]
pub(crate) fn adaptive(input: usize, output: usize, o: usize) -> Range<usize> {
    let output = output.max(1);
    o * input / output..((o + 1) * input).div_ceil(output)
}

/// The windows along one axis.
#[derive(Clone, Copy, Debug)]
pub enum Windows {
    /// A sliding window; the padding counts as zeros in the mean or not at all.
    Sliding { axis: Axis, count_include_pad: bool },
    /// Windows that share out `input` positions among `output`, PyTorch's rule: from `⌊o·input/output⌋` to
    /// `⌈(o + 1)·input/output⌉`.
    Adaptive { input: usize, output: usize },
}

impl Windows {
    /// The height of what has one dimension.
    pub(crate) const ONE: Self = Self::Adaptive {
        input: 1,
        output: 1,
    };

    #[inline(always)]
    fn input(self) -> usize {
        match self {
            Self::Sliding { axis, .. } => axis.input,
            Self::Adaptive { input, .. } => input,
        }
    }

    #[inline(always)]
    fn output(self) -> usize {
        match self {
            Self::Sliding { axis, .. } => axis.output,
            Self::Adaptive { output, .. } => output,
        }
    }

    /// The inputs that output `o` reads, and how many the mean counts.
    #[inline(always)]
    fn window(self, o: usize) -> (Range<usize>, usize) {
        match self {
            Self::Sliding {
                axis,
                count_include_pad,
            } => {
                let taps = axis.taps(o);
                let window = taps.input..taps.input + taps.count;
                // What hangs over the padding behind the input, as `ceil_mode` allows, counts in no case.
                let end = axis.input + 2 * axis.padding;
                let padded = axis.kernel.min(end.saturating_sub(o * axis.stride));
                (
                    window,
                    if count_include_pad {
                        padded
                    } else {
                        taps.count
                    },
                )
            }
            Self::Adaptive { input, output } => {
                let window = adaptive(input, output, o);
                (window.clone(), window.len())
            }
        }
    }
}

/// By how much the sum of a window is divided, where the mean counts so many rows and columns.
#[inline(always)]
fn divisor<T: Scalar>(row_count: usize, column_count: usize) -> T {
    T::from_usize((row_count * column_count).max(1))
}

kernel! {
    /// `y = mean x` over each window, for `lanes` samples side by side.
    Forward: pub(crate) fn forward<T, FMA, TILE>(
        lanes: usize,
        windows: [Windows; 2],
        x: &[T],
        y: &mut [T],
    ) {
        if lanes == 1 {
            sample::forward_planes(windows, x, y);
        } else {
            forward_planes(windows, x.as_chunks().0, y.as_chunks_mut().0);
        }
    }
}

#[inline(always)]
fn forward_planes<T: Scalar>(
    [rows, columns]: [Windows; 2],
    x: &[[T; LANES]],
    y: &mut [[T; LANES]],
) {
    let planes = y.chunks_exact_mut((rows.output() * columns.output()).max(1));
    let x_planes = x.chunks_exact((rows.input() * columns.input()).max(1));
    for (x, y) in x_planes.zip(planes) {
        for (oh, y) in y.chunks_exact_mut(columns.output().max(1)).enumerate() {
            let (rows, row_count) = rows.window(oh);
            for (ow, y) in y.iter_mut().enumerate() {
                let (window, column_count) = columns.window(ow);
                let mut sum = [T::ZERO; LANES];
                for row in rows.clone() {
                    let start = row * columns.input();
                    let x = x.get(start + window.start..start + window.end);
                    for x in x.unwrap_or_default() {
                        for l in 0..LANES {
                            sum[l] += x[l];
                        }
                    }
                }
                let count: T = divisor(row_count, column_count);
                for l in 0..LANES {
                    y[l] = sum[l] / count;
                }
            }
        }
    }
}

kernel! {
    /// `dx = Σ dy / count` over the windows that read `x`, for `lanes` samples side by side.
    Backward: pub(crate) fn backward<T, FMA, TILE>(
        lanes: usize,
        windows: [Windows; 2],
        dy: &[T],
        dx: &mut [T],
    ) {
        dx.fill(T::ZERO);
        if lanes == 1 {
            sample::backward_planes(windows, dy, dx);
        } else {
            backward_planes(windows, dy.as_chunks().0, dx.as_chunks_mut().0);
        }
    }
}

#[inline(always)]
fn backward_planes<T: Scalar>(
    [rows, columns]: [Windows; 2],
    dy: &[[T; LANES]],
    dx: &mut [[T; LANES]],
) {
    let planes = dx.chunks_exact_mut((rows.input() * columns.input()).max(1));
    let d_planes = dy.chunks_exact((rows.output() * columns.output()).max(1));
    for (dx, dy) in planes.zip(d_planes) {
        for (oh, dy) in dy.chunks_exact(columns.output().max(1)).enumerate() {
            let (rows, row_count) = rows.window(oh);
            for (ow, dy) in dy.iter().enumerate() {
                let (window, column_count) = columns.window(ow);
                let count: T = divisor(row_count, column_count);
                let share = dy.map(|dy| dy / count);
                for row in rows.clone() {
                    let start = row * columns.input();
                    let dx = dx.get_mut(start + window.start..start + window.end);
                    for dx in dx.unwrap_or_default() {
                        for l in 0..LANES {
                            dx[l] += share[l];
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_values::{assert_close, random};
    use crate::simd::Isa;

    fn sliding(
        input: usize,
        output: usize,
        [kernel, stride, padding]: [usize; 3],
        count_include_pad: bool,
    ) -> Windows {
        let axis = Axis {
            input,
            output,
            kernel,
            stride,
            padding,
            dilation: 1,
        };
        Windows::Sliding {
            axis,
            count_include_pad,
        }
    }

    /// What PyTorch's loop over one axis computes: start and end inside the input, and the divisor.
    fn naive(windows: Windows, o: usize) -> (usize, usize, usize) {
        match windows {
            Windows::Sliding {
                axis,
                count_include_pad,
            } => {
                let [input, kernel, stride, padding] =
                    [axis.input, axis.kernel, axis.stride, axis.padding].map(|n| n as isize);
                let start = o as isize * stride - padding;
                let end = (start + kernel).min(input + padding);
                let pool = end - start;
                let (start, end) = (start.max(0), end.min(input));
                let divisor = if count_include_pad { pool } else { end - start };
                (start as usize, end as usize, divisor as usize)
            }
            Windows::Adaptive { input, output } => {
                let start = (o as f64 * input as f64 / output as f64).floor() as usize;
                let end = ((o + 1) as f64 * input as f64 / output as f64).ceil() as usize;
                (start, end, end - start)
            }
        }
    }

    fn agrees_with_the_definition<T: Scalar>() {
        let adaptive = |input, output| Windows::Adaptive { input, output };
        for windows in [
            [
                sliding(4, 2, [2, 2, 0], true),
                sliding(6, 3, [2, 2, 0], true),
            ],
            [
                sliding(7, 4, [3, 2, 1], true),
                sliding(5, 5, [3, 1, 1], true),
            ],
            [
                sliding(7, 4, [3, 2, 1], false),
                sliding(5, 5, [3, 1, 1], false),
            ],
            // Overhang of `ceil_mode`, with and without padding.
            [
                sliding(6, 3, [3, 2, 0], true),
                sliding(7, 4, [4, 2, 1], true),
            ],
            [
                sliding(6, 4, [3, 2, 1], false),
                sliding(17, 6, [3, 3, 0], true),
            ],
            [adaptive(5, 3), adaptive(7, 7)],
            [adaptive(2, 5), adaptive(33, 1)],
            // A whole plane, and windows that share a row out evenly.
            [adaptive(5, 1), adaptive(33, 1)],
            [adaptive(6, 2), adaptive(8, 4)],
            // Pairs with padding, whose first and last window hang over it.
            [
                sliding(5, 3, [2, 2, 1], false),
                sliding(8, 5, [2, 2, 1], true),
            ],
        ] {
            let [rows, columns] = windows;
            for (planes, lanes) in [(1, 1), (3, LANES), (5, 1)] {
                let inputs = planes * rows.input() * columns.input() * lanes;
                let outputs = planes * rows.output() * columns.output() * lanes;
                let [x, dy] = random::<T, 2>(3, [inputs, outputs]);
                let mut expected = Vec::new();
                let mut d_expected = vec![0.0; inputs];
                for output in 0..outputs {
                    let (lane, position) = (output % lanes, output / lanes);
                    let (ow, oh) = (position % columns.output(), position / columns.output());
                    let (plane, oh) = (oh / rows.output(), oh % rows.output());
                    let (top, bottom, height) = naive(rows, oh);
                    let (left, right, width) = naive(columns, ow);
                    let divisor = (height * width) as f64;
                    let mut sum = 0.0;
                    for (h, w) in (top..bottom).flat_map(|h| (left..right).map(move |w| (h, w))) {
                        let row = plane * rows.input() + h;
                        let index = (row * columns.input() + w) * lanes + lane;
                        sum += x[index].to_f64();
                        d_expected[index] += dy[output].to_f64() / divisor;
                    }
                    expected.push(sum / divisor);
                }
                for isa in Isa::for_tests() {
                    let (mut y, mut dx) = (vec![T::ONE; outputs], vec![T::ONE; inputs]);
                    forward(isa, lanes, windows, &x, &mut y);
                    backward(isa, lanes, windows, &dy, &mut dx);
                    assert_close(&y, &expected, 33);
                    assert_close(&dx, &d_expected, 33);
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
