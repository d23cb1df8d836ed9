use super::normalization::{NormParameters, normalization};
use crate::kernels::normalization::{self, Geometry};
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;
use rand::Rng;

/// Group normalisation, PyTorch's `nn.GroupNorm` (Wu & He 2018, arXiv:1803.08494), and with a group a channel its
/// `nn.InstanceNorm1d` and `nn.InstanceNorm2d` (Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022):
/// `y = w·(x − µ)/√(σ² + eps) + b` with `w` and `b` for each channel.
///
/// Shapes: `x, y: S`, whose first dimension are the `C` channels; `w, b: [C]` (`AFFINE` is `C`, or 0 without). The
/// channels fall into `GROUPS` runs of equal length; `µ` and `σ²` are mean and biased variance over all elements of a
/// run in one sample, in training and in inference.
/// Backward, with `x̂ = (x − µ)/√(σ² + eps)`, `g = w·dy` and means over the same elements: `dw += Σ dy·x̂`,
/// `db += Σ dy` over the channel, `dx = (g − mean g − x̂·mean(g·x̂))/√(σ² + eps)`; keeps `x`, `µ` and `1/√(σ² + eps)`.
/// Init: `w` 1, `b` 0.
/// Cost: a multiply-add an element.
///
/// # Panics
/// While compiling, where `C` is not the first dimension of `S`, `GROUPS` do not divide it, or `AFFINE` is another size.
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm<S, const GROUPS: usize, const C: usize, const AFFINE: usize> {
    /// What is added to the variance; 1e-5 by default.
    pub eps: f64,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape, const GROUPS: usize, const C: usize, const AFFINE: usize> Default
    for GroupNorm<S, GROUPS, C, AFFINE>
{
    fn default() -> Self {
        Self::new(1e-5)
    }
}

impl<S: Shape, const GROUPS: usize, const C: usize, const AFFINE: usize>
    GroupNorm<S, GROUPS, C, AFFINE>
{
    const GEOMETRY: Geometry = Geometry {
        rows: C / GROUPS,
        positions: S::LEN / C,
        shared: false,
        centered: true,
    };

    /// The layer with this `eps`.
    pub const fn new(eps: f64) -> Self {
        const {
            assert!(
                !S::DIMS.is_empty() && S::DIMS[0] == C && GROUPS > 0 && C.is_multiple_of(GROUPS),
                "the channels, the first dimension, are divided into groups of equal length"
            );
            assert!(
                AFFINE == 0 || AFFINE == C,
                "there is a weight and a bias for each channel, or none"
            );
        }
        Self {
            eps,
            shape: PhantomData,
        }
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const GROUPS: usize, const C: usize, const AFFINE: usize>
    Layer<T> for GroupNorm<S, GROUPS, C, AFFINE>
{
    type Input = S;
    type Output = S;
    type Parameters = NormParameters<T, AFFINE, AFFINE>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::new("weight", &[AFFINE]),
        Tensor::new("bias", &[AFFINE]),
    ];
    const MACS: usize = S::LEN;
    const SAVED: usize = 2 * GROUPS;

    normalization!();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer};

    #[test]
    fn gradients() {
        check_layer(GroupNorm::<[f64; 6], 2, 6, 6>::default());
        check_layer(GroupNorm::<[[f64; 5]; 4], 2, 4, 4>::default());
        check_layer(GroupNorm::<[[[f64; 6]; 3]; 2], 1, 2, 2>::default());
        check_layer(GroupNorm::<[[[f64; 3]; 3]; 4], 2, 4, 0>::new(0.1));
    }

    #[test]
    fn gradients_with_a_group_a_channel() {
        check_layer(GroupNorm::<[[f64; 5]; 3], 3, 3, 3>::default());
        check_layer(GroupNorm::<[[[f64; 5]; 4]; 2], 2, 2, 0>::default());
    }

    #[test]
    fn lanes_give_nearly_the_numbers_of_single_samples() {
        check_lanes::<f32, _>(GroupNorm::<[[[f32; 5]; 7]; 4], 2, 4, 4>::default(), 2e-6);
        check_lanes::<f32, _>(GroupNorm::<[f32; 40], 2, 40, 40>::default(), 2e-6);
    }
}
