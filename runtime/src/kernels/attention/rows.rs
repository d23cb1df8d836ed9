//! Sums over keys and values. A *row* has a number for each of them: `[count][lanes]`.

use super::geometry::{Places, part};
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::sum::sum as sum_of_vectors;
use crate::simd::{Vector, apart, multiply_add};

/// Keys or values that go through registers beside each other.
const BLOCK: usize = 4;

/// A number of a row, for each lane.
#[inline(always)]
fn number<T: Scalar, V: Vector<T>>(number: &[T]) -> V {
    match number {
        [only] => V::splat(*only),
        lanes => V::load_partial(lanes),
    }
}

apart! {
    /// `row_j = scale·(x·place_j)`
    pub(super) fn scores<T, V, FMA>(
        lanes: usize,
        scale: T,
        x: &[T],
        places: Places<'_, T>,
        row: &mut [T],
    ) {
        // No chunk is empty, which the compiler cannot know of a function's own arguments.
        let lanes = lanes.max(1);
        let (blocks, rest) = places.blocks::<BLOCK>(x.len());
        let mut rows = row.chunks_exact_mut((BLOCK * lanes).max(1));
        for (row, places) in (&mut rows).zip(blocks) {
            products::<T, FMA, V, BLOCK>(lanes, scale, x, places, row);
        }
        let rows = rows.into_remainder().chunks_exact_mut(lanes);
        for (row, place) in rows.zip(rest) {
            products::<T, FMA, V, 1>(lanes, scale, x, [place], row);
        }
    }
}

#[inline(always)]
fn products<T: Scalar, const FMA: bool, V: Vector<T>, const N: usize>(
    lanes: usize,
    scale: T,
    x: &[T],
    places: [&[T]; N],
    row: &mut [T],
) {
    let mut sums = [V::zero(); N];
    let (x, x_rest) = x.as_chunks::<LANES>();
    let chunks = places.map(|place| place.as_chunks::<LANES>());
    for (index, x) in x.iter().enumerate() {
        let x = V::load(x);
        for n in 0..N {
            if let Some(place) = chunks[n].0.get(index) {
                sums[n] = V::load(place).multiply_add(x, sums[n]);
            }
        }
    }
    if lanes == 1 {
        let mut four = [V::zero(); BLOCK];
        for (four, sum) in four.iter_mut().zip(sums) {
            *four = sum;
        }
        let totals = V::totals(four);
        for ((row, mut total), (_, place_rest)) in row.iter_mut().zip(totals).zip(chunks) {
            for (&x, &place) in x_rest.iter().zip(place_rest) {
                total = multiply_add::<T, FMA>(x, place, total);
            }
            *row = scale * total;
        }
    } else {
        for (row, sum) in row.as_chunks_mut().0.iter_mut().zip(sums) {
            sum.multiply(V::splat(scale)).store(row);
        }
    }
}

apart! {
    /// `y += Σ_j row_j·place_j`
    pub(super) fn add_weighted<T, V, FMA>(
        lanes: usize,
        row: &[T],
        places: Places<'_, T>,
        y: &mut [T],
    ) {
        let lanes = lanes.max(1);
        let (blocks, rest) = places.blocks::<BLOCK>(y.len());
        let rows = row.chunks_exact((BLOCK * lanes).max(1));
        let last = rows.remainder().chunks_exact(lanes);
        for (row, places) in rows.zip(blocks) {
            add_places::<T, FMA, V, BLOCK>(lanes, row, places, y);
        }
        for (row, place) in last.zip(rest) {
            add_places::<T, FMA, V, 1>(lanes, row, [place], y);
        }
    }
}

#[inline(always)]
fn add_places<T: Scalar, const FMA: bool, V: Vector<T>, const N: usize>(
    lanes: usize,
    row: &[T],
    places: [&[T]; N],
    y: &mut [T],
) {
    let mut weights = [V::zero(); N];
    for (weight, row) in weights.iter_mut().zip(row.chunks_exact(lanes.max(1))) {
        *weight = number(row);
    }
    let (y, y_rest) = y.as_chunks_mut::<LANES>();
    let chunks = places.map(|place| place.as_chunks::<LANES>());
    for (index, y) in y.iter_mut().enumerate() {
        let mut sum = V::load(y);
        for n in 0..N {
            if let Some(place) = chunks[n].0.get(index) {
                sum = V::load(place).multiply_add(weights[n], sum);
            }
        }
        sum.store(y);
    }
    // Only one sample leaves a rest.
    for (&weight, (_, place_rest)) in row.iter().zip(chunks) {
        for (y, &place) in y_rest.iter_mut().zip(place_rest) {
            *y = multiply_add::<T, FMA>(weight, place, *y);
        }
    }
}

apart! {
    /// `to_j += row_j·x`, for runs `to_j` one behind the other.
    pub(super) fn spread<T, V, FMA>(lanes: usize, row: &[T], x: &[T], to: &mut [T]) {
        let (x_chunks, x_rest) = x.as_chunks::<LANES>();
        let runs = to.chunks_exact_mut(x.len().max(1));
        let lanes = lanes.max(1);
        for (weight, to) in row.chunks_exact(lanes).zip(runs) {
            let (to, to_rest) = to.as_chunks_mut::<LANES>();
            let factor: V = number(weight);
            for (to, x) in to.iter_mut().zip(x_chunks) {
                V::load(x).multiply_add(factor, V::load(to)).store(to);
            }
            // Only one sample leaves a rest.
            if let [weight] = weight {
                for (to, &x) in to_rest.iter_mut().zip(x_rest) {
                    *to = multiply_add::<T, FMA>(*weight, x, *to);
                }
            }
        }
    }
}

/// The largest number of a row.
#[inline(always)]
pub(super) fn largest<T: Scalar, V: Vector<T>>(lanes: usize, row: &[T]) -> V {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut largest = V::splat(-T::INFINITY);
    for chunk in chunks {
        largest = V::load(chunk).larger(largest);
    }
    if lanes != 1 {
        return largest;
    }
    let mut values = [T::ZERO; LANES];
    largest.store(&mut values);
    V::splat(
        values
            .iter()
            .chain(rest)
            .fold(-T::INFINITY, |a, &b| a.max(b)),
    )
}

/// The sum of `a_j·b_j`.
#[inline(always)]
pub(super) fn dot<T: Scalar, V: Vector<T>>(lanes: usize, a: &[T], b: &[T]) -> V {
    let mut sum = V::zero();
    for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
        sum = V::load_partial(a).multiply_add(V::load_partial(b), sum);
    }
    over_lanes(lanes, sum)
}

/// The sum of a row.
#[inline(always)]
pub(super) fn sum<T: Scalar, V: Vector<T>>(lanes: usize, row: &[T]) -> V {
    over_lanes(lanes, sum_of_vectors::<T, V>(row))
}

#[inline(always)]
fn over_lanes<T: Scalar, V: Vector<T>>(lanes: usize, sum: V) -> V {
    if lanes == 1 {
        V::splat(sum.total())
    } else {
        sum
    }
}

/// `row_j = f(row_j, other_j)`
#[inline(always)]
pub(super) fn change<T: Scalar, V: Vector<T>>(row: &mut [T], other: &[T], f: impl Fn(V, V) -> V) {
    for (row, other) in row.chunks_mut(LANES).zip(other.chunks(LANES)) {
        f(V::load_partial(row), V::load_partial(other)).store_partial(row);
    }
}

apart! {
    /// `row_j = e^(row_j − largest)`
    pub(super) fn exponentials<T, V, FMA>(row: &mut [T], largest: V) {
        let minus = largest.multiply(V::splat(-T::ONE));
        for row in row.chunks_mut(LANES) {
            V::load_partial(row).add(minus).store_partial(row);
        }
        for number in row {
            *number = number.exp();
        }
    }
}

/// `row_j *= factor`
#[inline(always)]
pub(super) fn multiply<T: Scalar, V: Vector<T>>(row: &mut [T], factor: V) {
    for row in row.chunks_mut(LANES) {
        V::load_partial(row).multiply(factor).store_partial(row);
    }
}

/// A number for each lane from a slice of as many.
#[inline(always)]
pub(super) fn kept<T: Scalar, V: Vector<T>>(statistics: &[T], index: usize, lanes: usize) -> V {
    number(part(statistics, index * lanes, lanes))
}
