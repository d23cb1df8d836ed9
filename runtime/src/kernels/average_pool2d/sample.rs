//! One sample: outputs of a row lie in the SIMD lanes, or the inputs where there is a single output.

use super::Windows;
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
    if let [1, 1] = [rows, columns].map(Windows::output)
        && let (Windows::Adaptive { .. }, Windows::Adaptive { .. }) = (rows, columns)
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
            y.fill(T::ZERO);
            for number in rows {
                let x = x.get(number * width..(number + 1) * width);
                add_windows(&row, x.unwrap_or_default(), y);
            }
            for (ow, _, count) in row.outside() {
                if let Some(y) = y.get_mut(ow) {
                    *y /= divisor(row_count, count);
                }
            }
            let count = divisor(row_count, row.count);
            for y in y.get_mut(row.inside.clone()).unwrap_or_default() {
                *y /= count;
            }
        }
    }
}

/// Adds the sum of each window of a row to its output.
#[inline(always)]
fn add_windows<T: Scalar>(row: &Row, x: &[T], y: &mut [T]) {
    for (ow, window, _) in row.outside() {
        if let (Some(y), Some(x)) = (y.get_mut(ow), x.get(window)) {
            *y += total(x);
        }
    }
    let y = y.get_mut(row.inside.clone()).unwrap_or_default();
    let x = x.get(row.start..).unwrap_or_default();
    match (row.stride, row.kernel) {
        (2, 2) => {
            for (y, [a, b]) in y.iter_mut().zip(x.as_chunks().0) {
                *y += *a + *b;
            }
        }
        (1, kernel) => {
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
            for number in rows {
                let dx = dx.get_mut(number * width..(number + 1) * width);
                share_out(&row, row_count, dy, dx.unwrap_or_default());
            }
        }
    }
}

/// Adds to each input of a row its share of the gradients of the windows that read it.
#[inline(always)]
fn share_out<T: Scalar>(row: &Row, row_count: usize, dy: &[T], dx: &mut [T]) {
    for (ow, window, count) in row.outside() {
        if let (Some(&dy), Some(dx)) = (dy.get(ow), dx.get_mut(window)) {
            add(dy / divisor(row_count, count), dx);
        }
    }
    let count = divisor::<T>(row_count, row.count);
    let dy = dy.get(row.inside.clone()).unwrap_or_default();
    let dx = dx.get_mut(row.start..).unwrap_or_default();
    match (row.stride, row.kernel) {
        (2, 2) => {
            for ([a, b], &dy) in dx.as_chunks_mut().0.iter_mut().zip(dy) {
                let share = dy / count;
                (*a, *b) = (*a + share, *b + share);
            }
        }
        (1, kernel) => {
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

/// By how much a sum is divided.
#[inline(always)]
fn divisor<T: Scalar>(row_count: usize, column_count: usize) -> T {
    T::from_usize((row_count * column_count).max(1))
}
