use super::geometry::{Geometry, Places, part, part_mut};
use super::mask::Mask;
use super::rows::{add_weighted, exponentials, kept, largest, multiply, scores, sum};
use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};
use core::ops::Range;

kernel! {
    /// `o` of every head and of the positions `queries`. Of each softmax it keeps the largest score and one over the sum of
    /// exponentials in `statistics`, `[heads][queries][2][lanes]`; `row` is room for a number for each position seen. `q`
    /// begins with the first of the queries; in `kv` a position ends with its key and value.
    Forward: pub(crate) fn forward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        mask: Option<Mask>,
        queries: Range<usize>,
        q: &[T],
        kv: &[T],
        mixed: &mut [T],
        statistics: &mut [T],
        row: &mut [T],
    ) {
        // One or the other, so no chunk is empty.
        let lanes = if lanes == 1 { 1 } else { LANES };
        let (length, width) = (geometry.length, geometry.width() * lanes);
        let (features, position) = (geometry.features * lanes, geometry.position * lanes);
        let value = position.saturating_sub(features);
        let key = value.saturating_sub(features);
        let draws = mask.map(|mask| mask.draws::<T>(lanes));
        let scale = geometry.scale::<T>();
        for head in 0..geometry.heads {
            let offset = head * width;
            for (index, i) in queries.clone().enumerate() {
                let seen = geometry.seen(i);
                let row = part_mut(row, 0, seen.len() * lanes);
                let number = head * queries.len() + index;
                let statistics = part_mut(statistics, 2 * number * lanes, 2 * lanes);
                let query = part(q, 3 * index * features + offset, width);
                let keys = Places::new(kv, position, seen.clone(), key + offset);
                scores::<T, V>(lanes, scale, query, keys, row);
                softmax::<T, V>(lanes, row, statistics);
                if let Some(draws) = &draws {
                    draws.apply(lanes, (head * length + i) * length + seen.start, row);
                }
                let output = part_mut(mixed, index * features + offset, width);
                output.fill(T::ZERO);
                let values = Places::new(kv, position, seen, value + offset);
                add_weighted::<T, V>(lanes, row, values, output);
            }
        }
    }
}

/// `e^(row_j) / Σ e^(row_j)`
#[inline(always)]
fn softmax<T: Scalar, V: Vector<T>>(lanes: usize, row: &mut [T], statistics: &mut [T]) {
    let largest: V = largest(lanes, row);
    exponentials(row, largest);
    let (largest_kept, inverse_kept) = statistics.split_at_mut_checked(lanes).unwrap_or_default();
    largest.store_partial(largest_kept);
    sum::<T, V>(lanes, row).store_partial(inverse_kept);
    for sum in inverse_kept.iter_mut() {
        *sum = T::ONE / *sum;
    }
    multiply(row, kept::<T, V>(inverse_kept, 0, lanes));
}
