use super::normalization::{NormParameters, check_weights, last, normalization, trailing};
use crate::kernels::normalization::{self, Geometry};
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;
use rand::Rng;

/// Layer normalisation, PyTorch's `nn.LayerNorm` (Ba, Kiros & Hinton 2016, arXiv:1607.06450):
/// `y = w ⊙ (x − µ)/√(σ² + eps) + b` over the last `DIMS` dimensions of a sample.
///
/// Shapes: `x, y: S`; `w, b` have the last `DIMS` dimensions of `S`, PyTorch's `normalized_shape`; `WEIGHT` and `BIAS`
/// are their product, or 0 for a layer without. `µ` and `σ²` are mean and biased variance over these dimensions, for
/// each index of the others apart, in training and in inference.
/// Backward, with `x̂ = (x − µ)/√(σ² + eps)`, `g = w ⊙ dy` and means over the same dimensions: `dw += Σ dy ⊙ x̂`,
/// `db += Σ dy`, `dx = (g − mean g − x̂·mean(g ⊙ x̂))/√(σ² + eps)`; keeps `x`, `µ` and `1/√(σ² + eps)`.
/// Init: `w` 1, `b` 0.
/// Cost: a multiply-add an element.
///
/// # Panics
/// While compiling, where `S` has fewer than `DIMS` dimensions or `WEIGHT` or `BIAS` is another size.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm<S, const DIMS: usize, const WEIGHT: usize, const BIAS: usize> {
    /// What is added to the variance; 1e-5 by default.
    pub eps: f64,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape, const DIMS: usize, const WEIGHT: usize, const BIAS: usize> Default
    for LayerNorm<S, DIMS, WEIGHT, BIAS>
{
    fn default() -> Self {
        Self::new(1e-5)
    }
}

impl<S: Shape, const DIMS: usize, const WEIGHT: usize, const BIAS: usize>
    LayerNorm<S, DIMS, WEIGHT, BIAS>
{
    /// Elements that are normalised together.
    const LEN: usize = trailing(S::DIMS, DIMS);
    const GEOMETRY: Geometry = Geometry {
        rows: Self::LEN,
        positions: 1,
        shared: true,
        centered: true,
    };

    /// The layer with this `eps`.
    pub const fn new(eps: f64) -> Self {
        const {
            check_weights(S::DIMS, DIMS, WEIGHT);
            check_weights(S::DIMS, DIMS, BIAS);
        }
        Self {
            eps,
            shape: PhantomData,
        }
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const DIMS: usize, const WEIGHT: usize, const BIAS: usize>
    Layer<T> for LayerNorm<S, DIMS, WEIGHT, BIAS>
{
    type Input = S;
    type Output = S;
    type Parameters = NormParameters<T, WEIGHT, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::new("weight", last(S::DIMS, DIMS, WEIGHT)),
        Tensor::new("bias", last(S::DIMS, DIMS, BIAS)),
    ];
    const MACS: usize = S::LEN;
    const SAVED: usize = 2 * (S::LEN / Self::LEN);

    normalization!();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass, uniform};
    use crate::{LANES, Lanes};
    use bytemuck::Zeroable;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::vec::Vec;

    #[test]
    fn gradients() {
        check_layer(LayerNorm::<[f64; 5], 1, 5, 5>::default());
        check_layer(LayerNorm::<[f64; 21], 1, 21, 0>::default());
        check_layer(LayerNorm::<[f64; 16], 1, 0, 0>::new(0.5));
        check_layer(LayerNorm::<[[f64; 7]; 3], 1, 7, 7>::default());
        check_layer(LayerNorm::<[[[f64; 3]; 2]; 3], 2, 6, 6>::default());
        check_layer(LayerNorm::<[[[f64; 3]; 3]; 2], 3, 18, 18>::default());
    }

    #[test]
    fn lanes_give_nearly_the_numbers_of_single_samples() {
        check_lanes::<f32, _>(LayerNorm::<[[f32; 37]; 2], 1, 37, 37>::default(), 2e-6);
        check_lanes::<f32, _>(LayerNorm::<[f32; 64], 1, 64, 64>::default(), 2e-6);
    }

    /// Every length around the blocks of the kernel, and means that are large beside what varies.
    #[test]
    fn agrees_with_two_passes() {
        check_length::<1>();
        check_length::<2>();
        check_length::<15>();
        check_length::<16>();
        check_length::<17>();
        check_length::<31>();
        check_length::<33>();
        check_length::<63>();
        check_length::<64>();
        check_length::<65>();
        check_length::<150>();
    }

    fn check_length<const N: usize>() {
        for mean in [0.0, -3.0, 1e4] {
            let x = uniform::<f32>(&mut StdRng::seed_from_u64(3), N * LANES, 1.7);
            let x: Vec<f32> = x.iter().map(|x| x + mean).collect();
            let mut parameters = NormParameters::zeroed();
            parameters.reset();
            let layer = LayerNorm::<[f32; N], 1, N, N>::default();
            let single = pass::<f32, _, f32>(&layer, &parameters, &x, &x).outputs;
            let lanes = pass::<f32, _, Lanes<f32>>(&layer, &parameters, &x, &x).outputs;
            let samples = x.chunks(N).zip(single.chunks(N).zip(lanes.chunks(N)));
            for (x, (single, lanes)) in samples {
                let x: Vec<f64> = x.iter().map(|&x| x.into()).collect();
                let mean = x.iter().sum::<f64>() / N as f64;
                let squares = x.iter().map(|x| (x - mean) * (x - mean));
                let deviation = (squares.sum::<f64>() / N as f64 + 1e-5).sqrt();
                // The mean is a number of f32.
                let tolerance = 3e-6 + f64::from(f32::EPSILON) * mean.abs() / deviation;
                for (x, (&single, &lanes)) in x.iter().zip(single.iter().zip(lanes)) {
                    let expected = (x - mean) / deviation;
                    let close = |y: f32| (f64::from(y) - expected).abs() < tolerance;
                    assert!(
                        close(single) && close(lanes),
                        "{N}: {single} and {lanes} for {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_does_not_vary_becomes_the_bias() {
        let layer = LayerNorm::<[f32; 3], 1, 3, 3>::default();
        let mut parameters = NormParameters::zeroed();
        parameters.weight = [2.0, 3.0, 4.0].into();
        parameters.bias = [0.5, -1.0, 0.0].into();
        let run = pass::<f32, _, f32>(&layer, &parameters, &[7.0; 3], &[1.0; 3]);
        assert_eq!(run.outputs, [0.5, -1.0, 0.0]);
        assert!(run.d_inputs.iter().all(|dx| dx.is_finite()));
    }
}
