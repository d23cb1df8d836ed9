//! One sample of many outputs, whose sums lie in the nearest cache while weights are read from front to back.

use super::forward_sample::AHEAD_BYTES;
use crate::Scalar;
use crate::element::LANES;
use crate::simd::Vector;

/// Weights of a layer of more bytes are far: taken to lie beyond the second-level cache.
pub(super) const FAR_BYTES: usize = 5 << 18;
/// Inputs whose weights are read beside each other where they are near: outputs are read and written once for so many.
const ROWS: usize = 8;

/// `y = W·x + b` for one sample.
#[inline(always)]
pub(super) fn wide_product<T: Scalar, V: Vector<T>, const WIDTH: usize>(
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let outputs = y.len();
    match bias.get(..outputs) {
        Some(bias) => y.copy_from_slice(bias),
        None => y.fill(T::ZERO),
    }
    // With registers of 64 bytes tiles take all others.
    let far = WIDTH == 64 || size_of_val(weight) > FAR_BYTES;
    let (together, alone) = if far { (&[][..], x) } else { x.as_chunks() };
    let mut at = 0;
    for x in together {
        add_rows::<T, V>(weight.get(at..).unwrap_or_default(), x, y);
        at += ROWS * outputs;
    }
    for &x in alone {
        add_row::<T, V>(weight.get(at..).unwrap_or_default(), x, y);
        at += outputs;
    }
}

/// `y += W·x` for several inputs: vector by vector of outputs.
#[inline(always)]
fn add_rows<T: Scalar, V: Vector<T>>(weight: &[T], x: &[T; ROWS], y: &mut [T]) {
    let outputs = y.len();
    let (vectors, rest) = y.as_chunks_mut::<LANES>();
    let whole = vectors.len() * LANES;
    let mut rows = [(&[][..], &[][..]); ROWS];
    let factors = x.map(V::splat);
    for n in 0..ROWS {
        let Some(row) = weight.get(n * outputs..(n + 1) * outputs) else {
            return;
        };
        let (row, row_rest) = row.split_at_checked(whole).unwrap_or_default();
        rows[n] = (row.as_chunks::<LANES>().0, row_rest);
    }
    for (index, y) in vectors.iter_mut().enumerate() {
        let mut sum = V::load(y);
        for n in 0..ROWS {
            if let Some(row) = rows[n].0.get(index) {
                sum = V::load(row).multiply_add(factors[n], sum);
            }
        }
        sum.store(y);
    }
    if !rest.is_empty() {
        let mut sum = V::load_partial(rest);
        for n in 0..ROWS {
            sum = V::load_partial(rows[n].1).multiply_add(factors[n], sum);
        }
        sum.store_partial(rest);
    }
}

/// The same for one input, whose weights are fetched ahead.
#[inline(always)]
fn add_row<T: Scalar, V: Vector<T>>(weight: &[T], x: T, y: &mut [T]) {
    let x = V::splat(x);
    let (vectors, rest) = y.as_chunks_mut::<LANES>();
    let (row, row_rest) = weight
        .split_at_checked(vectors.len() * LANES)
        .unwrap_or_default();
    for (y, row) in vectors.iter_mut().zip(row.as_chunks().0) {
        V::fetch_vector(row.as_ptr().wrapping_byte_add(AHEAD_BYTES));
        V::load(row).multiply_add(x, V::load(y)).store(y);
    }
    if !rest.is_empty() {
        let sum = V::load_partial(row_rest).multiply_add(x, V::load_partial(rest));
        sum.store_partial(rest);
    }
}
