//! One sample, row by row: the outputs of a row, or the inputs of a long window, lie in the SIMD lanes.

use super::{Windows, divisor};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use core::ops::Range;

/// The windows of a row.
struct Row {
    windows: Windows,
    /// The outputs whose windows have one length, at one distance.
    inside: Range<usize>,
    /// Where the first of these windows starts.
    start: usize,
    kernel: usize,
    stride: usize,
    /// How many inputs the mean of one counts.
    count: usize,
}

impl Row {
    #[inline(always)]
    fn new(windows: Windows) -> Self {
        let (inside, kernel, stride) = match windows {
            Windows::Sliding { axis, .. } => (axis.interior(), axis.kernel, axis.stride),
            Windows::Adaptive { input, output } => {
                let length = input / output.max(1);
                let even = length * output == input;
                (0..if even { output } else { 0 }, length, length)
            }
        };
        let (first, count) = windows.window(inside.start);
        Self {
            windows,
            inside,
            start: first.start,
            kernel,
            stride,
            count,
        }
    }

    /// The other outputs, with what they read and how many inputs their mean counts.
    #[inline(always)]
    fn outside(&self) -> impl Iterator<Item = (usize, Range<usize>, usize)> {
        let outside = (0..self.inside.start).chain(self.inside.end..self.windows.output());
        outside.map(|ow| {
            let (window, count) = self.windows.window(ow);
            (ow, window, count)
        })
    }
}

/// `y = mean x` over each window.
#[inline(always)]
pub(super) fn forward_planes<T: Scalar>([rows, columns]: [Windows; 2], x: &[T], y: &mut [T]) {
    let x_planes = x.chunks_exact((rows.input() * columns.input()).max(1));
    if let (Windows::Adaptive { output: 1, .. }, Windows::Adaptive { output: 1, .. }) =
        (rows, columns)
    {
        for (x, y) in x_planes.zip(y) {
            *y = total(x) / T::from_usize(x.len());
        }
        return;
    }
    let row = Row::new(columns);
    let (width, outputs) = (columns.input(), columns.output().max(1));
    let planes = y.chunks_exact_mut((rows.output() * outputs).max(1));
    for (x, y) in x_planes.zip(planes) {
        for (oh, y) in y.chunks_exact_mut(outputs).enumerate() {
            let (rows, row_count) = rows.window(oh);
            for (ow, window, count) in row.outside() {
                let mut sum = T::ZERO;
                for number in rows.clone() {
                    let start = number * width;
                    let x = x.get(start + window.start..start + window.end);
                    sum += total(x.unwrap_or_default());
                }
                if let Some(y) = y.get_mut(ow) {
                    *y = sum / divisor(row_count, count);
                }
            }
            let y = y.get_mut(row.inside.clone()).unwrap_or_default();
            y.fill(T::ZERO);
            for number in rows {
                let x = x.get(number * width + row.start..(number + 1) * width);
                add_windows(&row, x.unwrap_or_default(), y);
            }
            let count = divisor(row_count, row.count);
            for y in y {
                *y /= count;
            }
        }
    }
}

/// Adds the sum of each window [inside](Row::inside) a row to its output.
#[inline(always)]
fn add_windows<T: Scalar>(row: &Row, x: &[T], y: &mut [T]) {
    match (row.stride, row.kernel) {
        (2, 2) => {
            for (y, [a, b]) in y.iter_mut().zip(x.as_chunks().0) {
                *y += *a + *b;
            }
        }
        (1, kernel) if y.len() > 1 => {
            for k in 0..kernel {
                for (y, x) in y.iter_mut().zip(x.get(k..).unwrap_or_default()) {
                    *y += *x;
                }
            }
        }
        (stride, kernel) => {
            for (i, y) in y.iter_mut().enumerate() {
                let window = x.get(i * stride..i * stride + kernel);
                *y += total(window.unwrap_or_default());
            }
        }
    }
}

/// `Σ x`
#[inline(always)]
fn total<T: Scalar>(x: &[T]) -> T {
    let (vectors, rest) = x.as_chunks::<LANES>();
    let mut total = T::ZERO;
    if !vectors.is_empty() {
        let mut sums = [T::ZERO; LANES];
        for x in vectors {
            for lane in 0..LANES {
                sums[lane] += x[lane];
            }
        }
        total = Lanes(sums).sum();
    }
    for &x in rest {
        total += x;
    }
    total
}

/// `dx += dy / count` for the windows that read `x`.
#[inline(always)]
pub(super) fn backward_planes<T: Scalar>([rows, columns]: [Windows; 2], dy: &[T], dx: &mut [T]) {
    let row = Row::new(columns);
    let (width, outputs) = (columns.input(), columns.output().max(1));
    let planes = dx.chunks_exact_mut((rows.input() * width).max(1));
    let d_planes = dy.chunks_exact((rows.output() * outputs).max(1));
    for (dx, dy) in planes.zip(d_planes) {
        for (oh, dy) in dy.chunks_exact(outputs).enumerate() {
            let (rows, row_count) = rows.window(oh);
            for (ow, window, count) in row.outside() {
                let Some(&dy) = dy.get(ow) else { continue };
                let share = dy / divisor(row_count, count);
                for number in rows.clone() {
                    let start = number * width;
                    let dx = dx.get_mut(start + window.start..start + window.end);
                    add(share, dx.unwrap_or_default());
                }
            }
            let dy = dy.get(row.inside.clone()).unwrap_or_default();
            let count = divisor(row_count, row.count);
            for number in rows {
                let dx = dx.get_mut(number * width + row.start..(number + 1) * width);
                share_out(&row, count, dy, dx.unwrap_or_default());
            }
        }
    }
}

/// Adds to each input of a row its share of the gradients of the windows [inside](Row::inside) it that read it.
#[inline(always)]
fn share_out<T: Scalar>(row: &Row, count: T, dy: &[T], dx: &mut [T]) {
    match (row.stride, row.kernel) {
        (2, 2) => {
            for ([a, b], &dy) in dx.as_chunks_mut().0.iter_mut().zip(dy) {
                let share = dy / count;
                (*a, *b) = (*a + share, *b + share);
            }
        }
        (1, kernel) if dy.len() > 1 => {
            for k in 0..kernel {
                for (dx, &dy) in dx.get_mut(k..).unwrap_or_default().iter_mut().zip(dy) {
                    *dx += dy / count;
                }
            }
        }
        (stride, kernel) => {
            for (i, &dy) in dy.iter().enumerate() {
                let window = dx.get_mut(i * stride..i * stride + kernel);
                add(dy / count, window.unwrap_or_default());
            }
        }
    }
}

/// `dx += share`
#[inline(always)]
fn add<T: Scalar>(share: T, dx: &mut [T]) {
    for dx in dx {
        *dx += share;
    }
}
