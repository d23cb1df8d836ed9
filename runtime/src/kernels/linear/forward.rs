use super::forward_sample::{NARROW, product, wide_product};
use crate::simd::{Isa, kernel};
use crate::{Element, Scalar};

/// `y = W·x + b` for one sample.
#[inline(always)]
pub(crate) fn forward<T: Scalar, E: Element<T>>(
    isa: Isa,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    if !E::INLINED && y.len() > NARROW {
        forward_wide(isa, weight, bias, x, y);
    } else {
        forward_narrow::<T, E>(isa, weight, bias, x, y);
    }
}

kernel! {
    small Forward: pub(crate) fn forward_narrow<T, FMA, TILE>(
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        product::<T, V, FMA, WIDTH>(weight, bias, x, y);
    }
}

kernel! {
    // Apart: in one function the tiles of the other would have fewer registers for where they are.
    ForwardWide: pub(crate) fn forward_wide<T, FMA, TILE>(weight: &[T], bias: &[T], x: &[T], y: &mut [T]) {
        wide_product::<T, V>(weight, bias, x, y);
    }
}
