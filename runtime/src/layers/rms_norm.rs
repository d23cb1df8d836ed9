use super::normalization::{NormParameters, check_weights, last, normalization, trailing};
use crate::kernels::normalization::{self, Geometry};
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;
use rand::Rng;

/// Normalisation by the root of the mean square, PyTorch's `nn.RMSNorm` (Zhang & Sennrich 2019, arXiv:1910.07467):
/// `y = w ⊙ x/√(mean x² + eps)` over the last `DIMS` dimensions of a sample.
///
/// Shapes: `x, y: S`; `w` has the last `DIMS` dimensions of `S`; `WEIGHT` is their product, or 0 for a layer without.
/// The mean is over these dimensions, for each index of the others apart, in training and in inference.
/// Backward, with `r = √(mean x² + eps)`, `x̂ = x/r`, `g = w ⊙ dy` and means over the same dimensions:
/// `dw += Σ dy ⊙ x̂`, `dx = (g − x̂·mean(g ⊙ x̂))/r`; keeps `x` and `1/r`.
/// Init: `w` 1.
/// Cost: a multiply-add an element.
///
/// PyTorch adds the machine epsilon of the scalar where no `eps` is given; here it is 1e-5, as in the language models
/// that made the layer known, and the same for both scalars.
///
/// # Panics
/// While compiling, where `S` has fewer than `DIMS` dimensions or `WEIGHT` is another size.
#[derive(Clone, Copy, Debug)]
pub struct RmsNorm<S, const DIMS: usize, const WEIGHT: usize> {
    /// What is added to the mean square; 1e-5 by default.
    pub eps: f64,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape, const DIMS: usize, const WEIGHT: usize> Default for RmsNorm<S, DIMS, WEIGHT> {
    fn default() -> Self {
        Self::new(1e-5)
    }
}

impl<S: Shape, const DIMS: usize, const WEIGHT: usize> RmsNorm<S, DIMS, WEIGHT> {
    /// Elements that are normalised together.
    const LEN: usize = trailing(S::DIMS, DIMS);
    const GEOMETRY: Geometry = Geometry {
        rows: Self::LEN,
        positions: 1,
        shared: true,
        centered: false,
    };

    /// The layer with this `eps`.
    pub const fn new(eps: f64) -> Self {
        const { check_weights(S::DIMS, DIMS, WEIGHT) }
        Self {
            eps,
            shape: PhantomData,
        }
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const DIMS: usize, const WEIGHT: usize> Layer<T>
    for RmsNorm<S, DIMS, WEIGHT>
{
    type Input = S;
    type Output = S;
    type Parameters = NormParameters<T, WEIGHT, 0>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[Tensor::new("weight", last(S::DIMS, DIMS, WEIGHT))];
    const MACS: usize = S::LEN;
    const SAVED: usize = 2 * (S::LEN / Self::LEN);

    normalization!();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass};
    use bytemuck::Zeroable;

    #[test]
    fn gradients() {
        check_layer(RmsNorm::<[f64; 5], 1, 5>::default());
        check_layer(RmsNorm::<[f64; 33], 1, 0>::new(0.25));
        check_layer(RmsNorm::<[[f64; 18]; 2], 1, 18>::default());
        check_layer(RmsNorm::<[[[f64; 3]; 2]; 3], 2, 6>::default());
    }

    #[test]
    fn lanes_give_nearly_the_numbers_of_single_samples() {
        check_lanes::<f32, _>(RmsNorm::<[[f32; 37]; 2], 1, 37>::default(), 2e-6);
    }

    #[test]
    fn the_mean_stays() {
        let layer = RmsNorm::<[f64; 2], 1, 2>::new(0.0);
        let mut parameters = NormParameters::zeroed();
        parameters.weight = [1.0, 10.0].into();
        let run = pass::<f64, _, f64>(&layer, &parameters, &[3.0, 3.0], &[0.0; 2]);
        assert_eq!(run.outputs, [1.0, 10.0]);
    }
}
