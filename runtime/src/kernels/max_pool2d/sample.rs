//! One sample: a row of windows lies in the SIMD lanes.

use super::{Geometry, larger};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
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
        if const { WIDTH == LANES * size_of::<T>() } && 2 * geometry.columns.output <= ROOM {
            vectors::<T, V>(geometry, x, y);
        } else {
            pairs(geometry, x, y);
        }
        return;
    }
    planes(geometry, x, y);
}

/// Scalars of the rows that are joined before neighbours are compared.
const ROOM: usize = 512;

/// The windows of 2 × 2 that lie side by side, sixteen at a time, where a vector is one register. For rows that fit.
///
/// The larger of each two rows are put one behind the other, so that the outputs, too, are: whole vectors, whatever the
/// width.
#[inline(always)]
fn vectors<T: Scalar, V: Vector<T>>(geometry: Geometry, x: &[T], y: &mut [T]) {
    let Geometry { rows, columns } = geometry;
    let mut joined = [Lanes([T::ZERO; LANES]); ROOM / LANES];
    let joined = Lanes::scalars_mut(&mut joined);
    let (two_rows, outputs) = ((2 * columns.input).max(1), columns.output.max(1));
    let batch = (ROOM / (2 * outputs)).max(1);
    // The rows of all planes follow one another, unless each plane has one that is left out.
    let all = rows.input.is_multiple_of(2);
    let plane = if all {
        x.len()
    } else {
        rows.input * columns.input
    };
    let plane_of_y = if all { y.len() } else { rows.output * outputs };
    let planes = y.chunks_exact_mut(plane_of_y.max(1));
    for (x, y) in x.chunks_exact(plane.max(1)).zip(planes) {
        for (x, y) in x
            .chunks((batch * two_rows).max(1))
            .zip(y.chunks_mut((batch * outputs).max(1)))
        {
            let rows = joined.chunks_exact_mut((2 * outputs).max(1));
            for (two_rows, to) in x.chunks_exact(two_rows).zip(rows) {
                let (upper, lower) = two_rows.split_at_checked(columns.input).unwrap_or_default();
                larger_of_rows::<T, V>(upper, lower, to);
            }
            halve::<T, V>(joined.get(..2 * y.len()).unwrap_or_default(), y);
        }
    }
}

/// The last vector may overlap the one before it.
#[inline(always)]
fn larger_of_rows<T: Scalar, V: Vector<T>>(upper: &[T], lower: &[T], to: &mut [T]) {
    let (Some(upper), Some(lower)) = (upper.get(..to.len()), lower.get(..to.len())) else {
        return;
    };
    let vectors = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
    for ((upper, lower), to) in vectors.zip(to.as_chunks_mut().0) {
        V::load(lower).larger(V::load(upper)).store(to);
    }
    if let (Some(upper), Some(lower)) = (upper.last_chunk(), lower.last_chunk())
        && let Some(to) = to.last_chunk_mut()
    {
        V::load(lower).larger(V::load(upper)).store(to);
    } else {
        V::load_partial(lower)
            .larger(V::load_partial(upper))
            .store_partial(to);
    }
}

/// Writes the larger of each two neighbours.
#[inline(always)]
fn halve<T: Scalar, V: Vector<T>>(x: &[T], y: &mut [T]) {
    let (pairs, x_rest) = x.as_chunks::<{ 2 * LANES }>();
    let (vectors, y_rest) = y.as_chunks_mut::<LANES>();
    for (x, y) in pairs.iter().zip(vectors) {
        if let [first, second] = x.as_chunks().0 {
            let [even, odd] = V::load(first).even_and_odd(V::load(second));
            odd.larger(even).store(y);
        }
    }
    let second = x_rest.get(LANES..).unwrap_or_default();
    let [even, odd] = V::load_partial(x_rest).even_and_odd(V::load_partial(second));
    odd.larger(even).store_partial(y_rest);
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

/// Windows of any size and stride.
#[inline(always)]
fn planes<T: Scalar>(geometry: Geometry, x: &[T], y: &mut [T]) {
    let Geometry { rows, columns } = geometry;
    let stride = columns.stride;
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
                    let y = y.get_mut(at..);
                    match stride {
                        1 => tile::<T, 8>(1, rows, taps, x, y),
                        2 => tile::<T, 8>(2, rows, taps, x, y),
                        stride => tile::<T, 8>(stride, rows, taps, x, y),
                    }
                    ow = at + 8;
                } else if inside && narrow && left > 1 {
                    let at = ow.min(interior.end - 4);
                    let taps = columns.taps(at);
                    tile::<T, 4>(stride, rows, taps, x, y.get_mut(at..));
                    ow = at + 4;
                } else {
                    let taps = columns.taps(ow);
                    tile::<T, 1>(stride, rows, taps, x, y.get_mut(ow..));
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
/// columns. Where the caller has a constant stride, its inputs are vectors.
#[inline(always)]
fn tile<T: Scalar, const N: usize>(
    stride: usize,
    rows: Rows,
    taps: Taps,
    x: &[T],
    y: Option<&mut [T]>,
) {
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
