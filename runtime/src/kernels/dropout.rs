//! Random zeros, drawn again from the same keys wherever the mask is needed.

use super::tile::ONE;
use crate::Scalar;
use crate::element::LANES;
use crate::layer::Randomness;
use crate::simd::kernel;
use core::array;

kernel! {
    /// `y = scale·x` where the draw of sample and feature is at least `threshold`, else 0, for groups of `lanes` samples
    /// side by side: `x, y: [group][features][lanes]`.
    Dropout: pub(crate) fn dropout<T, FMA, TILE>(
        lanes: usize,
        features: usize,
        randomness: Randomness,
        threshold: u32,
        scale: T,
        x: &[T],
        y: &mut [T],
    ) {
        if lanes == 1 {
            let (x, y) = (x.as_chunks().0, y.as_chunks_mut().0);
            dropout_groups::<T, ONE>(features, randomness, threshold, scale, x, y);
        } else {
            let (x, y) = (x.as_chunks().0, y.as_chunks_mut().0);
            dropout_groups::<T, LANES>(features, randomness, threshold, scale, x, y);
        }
    }
}

#[inline(always)]
fn dropout_groups<T: Scalar, const L: usize>(
    features: usize,
    randomness: Randomness,
    threshold: u32,
    scale: T,
    x: &[[T; L]],
    y: &mut [[T; L]],
) {
    let features = features.max(1);
    let groups = x.chunks_exact(features).zip(y.chunks_exact_mut(features));
    for (group, (x, y)) in groups.enumerate() {
        let keys: [u32; L] = array::from_fn(|lane| randomness.sample(group, lane, L));
        for (feature, (x, y)) in x.iter().zip(y).enumerate() {
            for l in 0..L {
                let keep = Randomness::bits(keys[l], feature) >= threshold;
                y[l] = if keep { scale * x[l] } else { T::ZERO };
            }
        }
    }
}
