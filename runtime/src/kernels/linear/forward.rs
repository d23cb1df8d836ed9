use super::forward_sample::product;
use crate::simd::kernel;

kernel! {
    /// `y = W·x + b` for one sample.
    small Forward: pub(crate) fn forward<T, FMA, TILE>(
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        product::<T, V, FMA, WIDTH>(weight, bias, x, y);
    }
}
