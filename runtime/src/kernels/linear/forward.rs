use super::forward_sample::product;
use super::forward_wide::{FAR_BYTES, wide_product};
use crate::simd::{Isa, kernel};
use crate::{Element, Scalar};

/// Up to this many outputs, tiles of them in registers go through the weights, however far these lie.
const NARROW: usize = 128;
/// The same where weights are near, which gaps between the rows of a tile cost less. With registers of 64 bytes, whose tiles
/// are wider, it is any number.
const NARROW_NEAR: usize = 256;

/// `y = W·x + b` for one sample.
#[inline(always)]
pub(crate) fn forward<T: Scalar, E: Element<T>>(
    isa: Isa,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let far = size_of_val(weight) > FAR_BYTES;
    let wide = if far {
        y.len() > NARROW
    } else {
        y.len() > NARROW_NEAR && !isa.has_wide_registers::<T>()
    };
    if !E::INLINED && wide {
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
        wide_product::<T, V, WIDTH>(weight, bias, x, y);
    }
}
