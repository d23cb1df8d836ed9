//! What transposed convolutions of sequences and images share: the passes of a convolution, the other way around.

use crate::kernels::conv2d::{self, Geometry};
use crate::simd::{Isa, Work};
use crate::{Element, Scalar, parameters};
use nalgebra::{SMatrix, SVector};

parameters! {
    @[allow(unsafe_code)]
    /// Weight and bias of a [`ConvTranspose1d`](super::ConvTranspose1d) or [`ConvTranspose2d`](super::ConvTranspose2d)
    /// layer.
    pub struct ConvTransposeParameters<T, const C: usize, const PATCH: usize, const BIAS: usize> {
        /// `W`, input channels × (output channels of a group · taps).
        pub weight: SMatrix<T, C, PATCH>,
        /// `b`
        pub bias: SVector<T, BIAS>,
    }
}

/// The convolution whose gradient of the input is the layer: its outputs are what the layer takes, its inputs what the
/// layer puts out.
#[derive(Clone, Copy)]
pub(super) struct Transposed {
    pub(super) isa: Isa,
    pub(super) convolution: Geometry,
}

impl Transposed {
    #[inline(always)]
    pub(super) fn forward<T: Scalar, E: Element<T>>(
        self,
        weight: &[T],
        bias: &[T],
        x: &[E],
        y: &mut [E],
    ) {
        conv2d::backward_input(
            self.isa,
            E::LANES,
            self.convolution,
            weight,
            bias,
            E::scalars(x),
            E::scalars_mut(y),
        );
    }

    #[inline(always)]
    pub(super) fn backward_input<T: Scalar, E: Element<T>>(
        self,
        weight: &[T],
        dy: &[E],
        dx: &mut [E],
    ) {
        conv2d::forward(
            self.isa,
            E::LANES,
            self.convolution,
            weight,
            &[],
            E::scalars(dy),
            E::scalars_mut(dx),
        );
    }

    #[inline(always)]
    pub(super) fn backward_parameters<T: Scalar, E: Element<T>>(
        self,
        overwrite: bool,
        x: &[E],
        dy: &[E],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        let Geometry { rows, columns, .. } = self.convolution;
        conv2d::backward_weight(
            self.isa,
            E::LANES,
            self.convolution,
            overwrite,
            E::scalars(dy),
            E::scalars(x),
            d_weight,
            &mut [],
        );
        self.isa.run(BiasGradient {
            plane: rows.input * columns.input,
            overwrite,
            dy,
            d_bias,
        });
    }
}

/// `db[o] += Σ dy[o]`
struct BiasGradient<'a, T, E> {
    plane: usize,
    overwrite: bool,
    dy: &'a [E],
    d_bias: &'a mut [T],
}

impl<T: Scalar, E: Element<T>> Work for BiasGradient<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let planes = self.dy.chunks_exact(self.plane.max(1));
        for (db, dy) in self.d_bias.iter_mut().zip(planes) {
            // Several sums, so that an addition need not wait for the one before it.
            let mut sums = [E::splat(T::ZERO); 4];
            let (fours, rest) = dy.as_chunks::<4>();
            for four in fours {
                for i in 0..4 {
                    sums[i] += four[i];
                }
            }
            for &dy in rest {
                sums[0] += dy;
            }
            let sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])).sum();
            *db = if self.overwrite { sum } else { *db + sum };
        }
    }
}
