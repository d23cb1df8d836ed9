//! One sample: a row of windows lies in the SIMD lanes.

use super::{Geometry, larger};
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::window::Taps;
use crate::simd::Vector;

/// `y = max x` over each window.
#[inline(always)]
pub(super) fn forward_planes<T: Scalar, V: Vector<T>, const WIDTH: usize>(
    geometry: Geometry,
    x: &[T],
    y: &mut [T],
) {
    if geometry.halves() {
        if const { WIDTH == LANES * size_of::<T>() } {
            vectors::<T, V>(geometry, x, y);
        } else {
            pairs(geometry, x, y);
        }
        return;
    }
    match geometry.columns.stride {
        1 => planes::<T, 1>(geometry, 1, x, y),
        2 => planes::<T, 2>(geometry, 2, x, y),
        stride => planes::<T, 0>(geometry, stride, x, y),
    }
}

/// The windows of 2 × 2 that lie side by side, sixteen at a time, where a vector is one register and part of one costs
/// no more than all of it.
#[inline(always)]
fn vectors<T: Scalar, V: Vector<T>>(Geometry { rows, columns }: Geometry, x: &[T], y: &mut [T]) {
    let (width, outputs) = (columns.input.max(1), columns.output);
    let planes = y.chunks_exact_mut((rows.output * outputs).max(1));
    for (x, y) in x.chunks_exact((rows.input * width).max(1)).zip(planes) {
        let two_rows = x.chunks_exact((2 * width).max(1));
        for (x, y) in two_rows.zip(y.chunks_exact_mut(outputs.max(1))) {
            let (upper, lower) = x.split_at_checked(width).unwrap_or_default();
            let inputs = upper.chunks(2 * LANES).zip(lower.chunks(2 * LANES));
            for ((upper, lower), y) in inputs.zip(y.chunks_mut(LANES)) {
                let (upper_behind, lower_behind) = (
                    upper.get(LANES..).unwrap_or_default(),
                    lower.get(LANES..).unwrap_or_default(),
                );
                let first = V::load_partial(lower).larger(V::load_partial(upper));
                let second = V::load_partial(lower_behind).larger(V::load_partial(upper_behind));
                let [even, odd] = first.even_and_odd(second);
                odd.larger(even).store_partial(y);
            }
        }
    }
}

/// The windows of 2 × 2 that lie side by side.
#[inline(always)]
fn pairs<T: Scalar>(Geometry { rows, columns }: Geometry, x: &[T], y: &mut [T]) {
    let (width, outputs) = (columns.input.max(1), columns.output);
    let planes = y.chunks_exact_mut((rows.output * outputs).max(1));
    for (x, y) in x.chunks_exact((rows.input * width).max(1)).zip(planes) {
        let two_rows = x.chunks_exact((2 * width).max(1));
        for (x, y) in two_rows.zip(y.chunks_exact_mut(outputs.max(1))) {
            let (upper, lower) = x.split_at_checked(width).unwrap_or_default();
            let mut at = 0;
            // The last tile of a row may overlap the one before it and write the same values again.
            while at < outputs {
                let rest = outputs - at;
                at = if outputs >= 8 && rest > 4 {
                    pairs_at::<T, 8, 16>(at.min(outputs - 8), upper, lower, y)
                } else if outputs >= 4 && rest > 1 {
                    pairs_at::<T, 4, 8>(at.min(outputs - 4), upper, lower, y)
                } else {
                    pairs_at::<T, 1, 2>(at, upper, lower, y)
                };
            }
        }
    }
}

/// `N` windows from `at` on, which have `M` = 2·`N` inputs in each row. Returns their end.
#[inline(always)]
fn pairs_at<T: Scalar, const N: usize, const M: usize>(
    at: usize,
    upper: &[T],
    lower: &[T],
    y: &mut [T],
) -> usize {
    let row = |x: &[T]| x.get(2 * at..).and_then(<[T]>::first_chunk::<M>).copied();
    if let (Some(upper), Some(lower)) = (row(upper), row(lower))
        && let Some(y) = y.get_mut(at..).and_then(<[T]>::first_chunk_mut::<N>)
    {
        let mut best = upper;
        for i in 0..M {
            best[i] = larger(lower[i], best[i]);
        }
        for i in 0..N {
            y[i] = larger(best[2 * i + 1], best[2 * i]);
        }
    }
    at + N
}

/// `STRIDE` is the stride of the columns where it is constant, else 0.
#[inline(always)]
fn planes<T: Scalar, const STRIDE: usize>(geometry: Geometry, stride: usize, x: &[T], y: &mut [T]) {
    let Geometry { rows, columns } = geometry;
    let planes = y.chunks_exact_mut((rows.output * columns.output).max(1));
    let interior = columns.interior();
    for (x, y) in x
        .chunks_exact((rows.input * columns.input).max(1))
        .zip(planes)
    {
        for (oh, y) in y.chunks_exact_mut(columns.output.max(1)).enumerate() {
            let rows = rows.taps(oh);
            let x = x.get(rows.input * columns.input..).unwrap_or_default();
            let rows = Rows {
                count: rows.count,
                step: geometry.rows.dilation * columns.input,
                column_step: columns.dilation,
            };
            let mut ow = 0;
            while ow < columns.output {
                // The last tile of a row may overlap the one before it and write the same values again.
                let left = interior.end - interior.end.min(ow);
                let inside = ow >= interior.start && left > 0;
                let (wide, narrow) = (interior.len() >= 8 && left > 4, interior.len() >= 4);
                if inside && wide {
                    let at = ow.min(interior.end - 8);
                    let taps = columns.taps(at);
                    tile::<T, STRIDE, 8>(stride, rows, taps, x, y.get_mut(at..));
                    ow = at + 8;
                } else if inside && narrow && left > 1 {
                    let at = ow.min(interior.end - 4);
                    let taps = columns.taps(at);
                    tile::<T, STRIDE, 4>(stride, rows, taps, x, y.get_mut(at..));
                    ow = at + 4;
                } else {
                    let taps = columns.taps(ow);
                    tile::<T, STRIDE, 1>(stride, rows, taps, x, y.get_mut(ow..));
                    ow += 1;
                }
            }
        }
    }
}

/// The rows that a window reads: how many, the distance of one to the next, and of neighbouring taps in one.
#[derive(Clone, Copy)]
struct Rows {
    count: usize,
    step: usize,
    column_step: usize,
}

/// `N` windows side by side over the rows from the first in `x` on, whose taps fall inside the input for the same
/// columns.
#[inline(always)]
fn tile<T: Scalar, const STRIDE: usize, const N: usize>(
    stride: usize,
    rows: Rows,
    taps: Taps,
    x: &[T],
    y: Option<&mut [T]>,
) {
    let stride = if STRIDE == 0 { stride } else { STRIDE };
    let span = (N - 1) * stride + 1;
    let mut best = [-T::INFINITY; N];
    for row in 0..rows.count {
        let x = x.get(row * rows.step..).unwrap_or_default();
        for tap in 0..taps.count {
            let at = taps.input + tap * rows.column_step;
            let Some(x) = x.get(at..at + span) else {
                break;
            };
            for i in 0..N {
                let Some(&x) = x.get(i * stride) else { break };
                best[i] = larger(x, best[i]);
            }
        }
    }
    if let Some(y) = y.and_then(<[T]>::first_chunk_mut) {
        *y = best;
    }
}
