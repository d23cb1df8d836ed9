//! What the layers that normalise a sample by its own statistics share.

use crate::{Scalar, parameters};
use nalgebra::SVector;

parameters! {
    @[allow(unsafe_code)]
    /// Weight and bias of a [`LayerNorm`](super::LayerNorm), [`GroupNorm`](super::GroupNorm) or
    /// [`RmsNorm`](super::RmsNorm) layer; one that the layer goes without has length 0.
    pub struct NormParameters<T, const WEIGHT: usize, const BIAS: usize> {
        /// `w`
        pub weight: SVector<T, WEIGHT>,
        /// `b`
        pub bias: SVector<T, BIAS>,
    }
}

impl<T: Scalar, const WEIGHT: usize, const BIAS: usize> NormParameters<T, WEIGHT, BIAS> {
    /// Where every such layer starts.
    pub(super) fn reset(&mut self) {
        self.weight.fill(T::ONE);
        self.bias.fill(T::ZERO);
    }
}

/// How many elements the last `count` dimensions have; where that cannot be it is no size to count with, but at least 1,
/// since the mistake is reported elsewhere.
pub(super) const fn trailing(dims: &[usize], count: usize) -> usize {
    match crate::checks::trailing(dims, count) {
        0 => 1,
        len => len,
    }
}

/// That there are so many dimensions, and as many weights as they have elements, or none.
pub(super) const fn check_weights(dims: &[usize], count: usize, weights: usize) {
    assert!(
        0 < count && count <= dims.len(),
        "the shape has not so many dimensions to normalise over"
    );
    assert!(
        weights == 0 || weights == trailing(dims, count),
        "there is a weight for each element that is normalised, or none"
    );
}

/// The dimensions of a tensor over the last `count`, if it has any elements.
pub(super) const fn last(dims: &'static [usize], count: usize, len: usize) -> &'static [usize] {
    match dims.len().checked_sub(count) {
        Some(others) if len > 0 => dims.split_at(others).1,
        _ => &[0],
    }
}

/// Start, forward and backward pass of such a layer, by its `GEOMETRY`.
macro_rules! normalization {
    () => {
        fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), _: &mut R) {
            parameters.reset();
        }

        #[inline]
        fn forward<E: Element<T>>(
            &self,
            cx: Forward<T, Self, E>,
            input: &S::Of<E>,
            output: &mut S::Of<E>,
        ) {
            normalization::forward(
                cx.isa,
                E::LANES,
                Self::GEOMETRY,
                T::from_f64(self.eps),
                cx.parameters.weight.as_slice(),
                cx.parameters.bias.as_slice(),
                E::scalars(S::flat(slice::from_ref(input))),
                E::scalars_mut(S::flat_mut(slice::from_mut(output))),
                E::scalars_mut(cx.saved),
            );
        }

        #[inline]
        fn backward<E: Element<T>>(
            &self,
            cx: Backward<T, Self, E>,
            input: &S::Of<E>,
            _output: &S::Of<E>,
            d_output: &S::Of<E>,
            d_input: &mut S::Of<E>,
        ) {
            normalization::backward(
                cx.isa,
                E::LANES,
                Self::GEOMETRY,
                cx.input_gradient,
                cx.parameters.weight.as_slice(),
                E::scalars(S::flat(slice::from_ref(input))),
                E::scalars(S::flat(slice::from_ref(d_output))),
                E::scalars(cx.saved),
                cx.gradients.weight.as_mut_slice(),
                cx.gradients.bias.as_mut_slice(),
                E::scalars_mut(S::flat_mut(slice::from_mut(d_input))),
            );
        }
    };
}
pub(super) use normalization;
