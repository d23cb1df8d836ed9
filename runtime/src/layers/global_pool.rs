use crate::kernels::average_pool2d::{self, Windows};
use crate::kernels::max_pool2d::{self, Geometry};
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// The mean of each channel: `y[c] = mean x[c]`; PyTorch's `nn.AdaptiveAvgPool2d(1)` and `nn.Flatten`
/// (Lin et al. 2014, arXiv:1312.4400).
///
/// Shapes: `x: S`, whose first dimension is `C`, `y: [C]`.
/// Backward: `dx[c] = dy[c] / (elements of a channel)`; keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct GlobalAvgPool<S, const C: usize>(PhantomData<fn() -> S>);

/// The maximum of each channel: `y[c] = max x[c]`; PyTorch's `nn.AdaptiveMaxPool2d(1)` and `nn.Flatten`.
///
/// Shapes: `x: S`, whose first dimension is `C`, `y: [C]`.
/// Backward: `dx[c]` gets `dy[c]` where the maximum lies; of equal ones the first in row-major order takes all. A NaN
/// counts as larger than every number. Keeps `x`.
#[derive(Clone, Copy, Debug, Default)]
pub struct GlobalMaxPool<S, const C: usize>(PhantomData<fn() -> S>);

/// The elements of a channel.
const fn channel<S: Shape, const C: usize>() -> usize {
    assert!(
        S::DIMS.len() > 1 && S::DIMS[0] == C,
        "a global pool takes [channels, …] with at least one more dimension"
    );
    S::LEN / C
}

impl<S: Shape, const C: usize> GlobalAvgPool<S, C> {
    /// Each channel is one window, in an image of height 1.
    const WINDOWS: [Windows; 2] = [
        Windows::ONE,
        Windows::Adaptive {
            input: channel::<S, C>(),
            output: 1,
        },
    ];

    /// The layer.
    pub const fn new() -> Self {
        const { channel::<S, C>() };
        Self(PhantomData)
    }
}

impl<S: Shape, const C: usize> GlobalMaxPool<S, C> {
    /// Each channel is one window, in an image of height 1.
    const GEOMETRY: Geometry = Geometry {
        rows: Axis::ONE,
        columns: Axis {
            input: channel::<S, C>(),
            kernel: channel::<S, C>(),
            ..Axis::ONE
        },
    };

    /// The layer.
    pub const fn new() -> Self {
        const { channel::<S, C>() };
        Self(PhantomData)
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const C: usize> Layer<T> for GlobalAvgPool<S, C> {
    type Input = S;
    type Output = [T; C];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut [E; C],
    ) {
        average_pool2d::forward(
            cx.isa,
            E::LANES,
            Self::WINDOWS,
            E::scalars(S::flat(slice::from_ref(input))),
            E::scalars_mut(output),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &S::Of<E>,
        _output: &[E; C],
        d_output: &[E; C],
        d_input: &mut S::Of<E>,
    ) {
        if cx.input_gradient {
            average_pool2d::backward(
                cx.isa,
                E::LANES,
                Self::WINDOWS,
                E::scalars(d_output),
                E::scalars_mut(S::flat_mut(slice::from_mut(d_input))),
            );
        }
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const C: usize> Layer<T> for GlobalMaxPool<S, C> {
    type Input = S;
    type Output = [T; C];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut [E; C],
    ) {
        max_pool2d::forward(
            cx.isa,
            E::LANES,
            Self::GEOMETRY,
            E::scalars(S::flat(slice::from_ref(input))),
            E::scalars_mut(output),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &S::Of<E>,
        _output: &[E; C],
        d_output: &[E; C],
        d_input: &mut S::Of<E>,
    ) {
        if cx.input_gradient {
            max_pool2d::backward(
                cx.isa,
                E::LANES,
                Self::GEOMETRY,
                E::scalars(S::flat(slice::from_ref(input))),
                E::scalars(d_output),
                E::scalars_mut(S::flat_mut(slice::from_mut(d_input))),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_layer;

    #[test]
    fn gradients_of_sequences_and_images() {
        check_layer(GlobalAvgPool::<[[f64; 5]; 3], 3>::new());
        check_layer(GlobalAvgPool::<[[[f64; 2]; 3]; 4], 4>::new());
        check_layer(GlobalMaxPool::<[[f64; 5]; 3], 3>::new());
        check_layer(GlobalMaxPool::<[[[f64; 2]; 3]; 4], 4>::new());
    }
}
