//! Sums over features, for `W` samples side by side: 1, or [`LANES`](crate::LANES).
//!
//! One sample adds up in `PARTS` partial sums, which lie in a register; lanes fill registers by themselves, and a few partial
//! sums keep additions from waiting for each other.

use crate::Scalar;
use crate::simd::multiply_add;

/// Partial sums of one sample.
pub(super) const SAMPLE_PARTS: usize = 16;
/// Partial sums of lanes.
pub(super) const LANE_PARTS: usize = 4;

/// `a·b`
#[inline(always)]
pub(super) fn dot<T: Scalar, const FMA: bool, const W: usize, const PARTS: usize>(
    a: &[[T; W]],
    b: &[[T; W]],
) -> [T; W] {
    let mut sums = [[T::ZERO; W]; PARTS];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<PARTS>(), b.as_chunks::<PARTS>());
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            for l in 0..W {
                sum[l] = multiply_add::<T, FMA>(a[l], b[l], sum[l]);
            }
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        for l in 0..W {
            sum[l] = multiply_add::<T, FMA>(a[l], b[l], sum[l]);
        }
    }
    total(sums)
}

/// The sum of some numbers.
#[inline(always)]
pub(super) fn sum<T: Scalar, const W: usize, const PARTS: usize>(values: &[[T; W]]) -> [T; W] {
    let mut sums = [[T::ZERO; W]; PARTS];
    let (chunks, rest) = values.as_chunks::<PARTS>();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            for l in 0..W {
                sum[l] += value[l];
            }
        }
    }
    for (sum, value) in sums.iter_mut().zip(rest) {
        for l in 0..W {
            sum[l] += value[l];
        }
    }
    total(sums)
}

/// In a tree.
#[inline(always)]
fn total<T: Scalar, const W: usize, const PARTS: usize>(mut sums: [[T; W]; PARTS]) -> [T; W] {
    let mut width = PARTS / 2;
    while width > 0 {
        for part in 0..width {
            for l in 0..W {
                sums[part][l] += sums[part + width][l];
            }
        }
        width /= 2;
    }
    sums[0]
}

/// `y += a·x`
#[inline(always)]
pub(super) fn add_product<T: Scalar, const FMA: bool, const W: usize>(
    y: &mut [[T; W]],
    a: [T; W],
    x: &[[T; W]],
) {
    for (y, x) in y.iter_mut().zip(x) {
        for l in 0..W {
            y[l] = multiply_add::<T, FMA>(a[l], x[l], y[l]);
        }
    }
}
