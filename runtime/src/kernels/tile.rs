//! Register tiles: the few vectors of sums that stay in registers while a kernel's inner loop runs.

use crate::Scalar;
use crate::element::{Element, Lanes};
use crate::simd::multiply_add;

/// One lane, or one position at a time.
pub(super) const ONE: usize = 1;

/// `sums[o] += w[o]·x` for `N` outputs and `L` lanes. Of `w` and `x` one is broadcast and the other a vector, whichever
/// of `N` and `L` is a vector's length.
#[inline(always)]
pub(super) fn add_products<T: Scalar, const FMA: bool, const L: usize, const N: usize>(
    sums: &mut [[T; L]; N],
    w: &[T; N],
    x: &[T; L],
) {
    for o in 0..N {
        for l in 0..L {
            sums[o][l] = multiply_add::<T, FMA>(w[o], x[l], sums[o][l]);
        }
    }
}

/// The sum over the lanes.
#[inline(always)]
pub(super) fn sum<T: Scalar, const L: usize>(lanes: &[T; L]) -> T {
    match lanes.first_chunk() {
        Some(lanes) => Lanes(*lanes).sum(),
        None => lanes.iter().copied().sum(),
    }
}
