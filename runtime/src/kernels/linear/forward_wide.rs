//! One sample, many outputs, which lie in memory: the inputs stream by, so that weights are read front to back.

use super::forward_sample::AHEAD_BYTES;
use crate::Scalar;
use crate::element::LANES;
use crate::simd::Vector;

/// Weights of more bytes lie in the third-level cache or in memory.
pub(super) const FAR_BYTES: usize = 5 << 18;
/// Inputs whose weights are read beside each other, where they are no farther than the second-level cache: outputs are
/// read and written once for so many.
const ROWS: usize = 8;

/// `y = W·x + b` for one sample.
#[inline(always)]
pub(super) fn wide_product<T: Scalar, V: Vector<T>>(
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
    let far = size_of_val(weight) > FAR_BYTES;
    let together = if far { 0 } else { x.len() / ROWS * ROWS };
    let (together, alone) = x.split_at_checked(together).unwrap_or_default();
    let mut at = 0;
    for x in together.chunks_exact(ROWS) {
        add_rows::<T, V, ROWS>(weight.get(at..).unwrap_or_default(), x, y);
        at += ROWS * outputs;
    }
    for x in alone.chunks_exact(1) {
        add_rows::<T, V, 1>(weight.get(at..).unwrap_or_default(), x, y);
        at += outputs;
    }
}

/// `y += W·x` for `N` inputs: vector by vector of outputs.
#[inline(always)]
fn add_rows<T: Scalar, V: Vector<T>, const N: usize>(weight: &[T], x: &[T], y: &mut [T]) {
    let outputs = y.len();
    let (vectors, rest) = y.as_chunks_mut::<LANES>();
    let whole = vectors.len() * LANES;
    let mut rows = [(&[][..], &[][..]); N];
    let mut factors = [V::zero(); N];
    for n in 0..N {
        let (Some(row), Some(&x)) = (weight.get(n * outputs..(n + 1) * outputs), x.get(n)) else {
            return;
        };
        let (row, row_rest) = row.split_at_checked(whole).unwrap_or_default();
        rows[n] = (row.as_chunks::<LANES>().0, row_rest);
        factors[n] = V::splat(x);
    }
    for (index, y) in vectors.iter_mut().enumerate() {
        let mut sum = V::load(y);
        for n in 0..N {
            if let Some(row) = rows[n].0.get(index) {
                // Several rows at once, of a nearer cache, are fetched in time without.
                if N == 1 {
                    V::fetch_vector(row.as_ptr().wrapping_byte_add(AHEAD_BYTES));
                }
                sum = V::load(row).multiply_add(factors[n], sum);
            }
        }
        sum.store(y);
    }
    if !rest.is_empty() {
        let mut sum = V::load_partial(rest);
        for n in 0..N {
            sum = V::load_partial(rows[n].1).multiply_add(factors[n], sum);
        }
        sum.store_partial(rest);
    }
}
