use super::conv_transpose::{ConvTransposeParameters, Transposed};
use crate::init::Init;
use crate::kernels::conv2d::Geometry;
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::simd::Isa;
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use rand::Rng;

/// Transposed one-dimensional convolution, PyTorch's `nn.ConvTranspose1d`: the gradient of a
/// [`Conv1d`](super::Conv1d) by its input as a layer. `y[o][·]` collects `W[c][o][k] · x[c][t]` at
/// `t·stride + k·dilation − padding`, as far as that exists, and `b[o]`.
///
/// Shapes: `x: [C, L]`, `W: [C, OUT/groups, K]`, `b: [OUT]` (`BIAS` is `OUT`, or 0 with `bias = false`), `y: [OUT, OL]`
/// with `OL = (L − 1)·stride − 2·padding + dilation·(K − 1) + output_padding + 1`. `PATCH` is `OUT/groups·K`.
/// With `groups`, channel `c` reaches only the `OUT/groups` outputs of its group.
/// Backward: `dx[c][t] = Σ_{o,k} W[c][o][k] · dy[o][…]`, `dW[c][o][k] += Σ_t x[c][t] · dy[o][…]`,
/// `db[o] += Σ dy[o]`; keeps `x`.
/// Init: weight and bias uniform in ±1/√PATCH, as PyTorch (which takes `OUT/groups·K` as the fan in).
/// Cost: `L·C·PATCH` multiply-adds a sample, taps that the padding cuts off counted.
#[derive(Clone, Copy, Debug)]
pub struct ConvTranspose1d<
    const C: usize,
    const L: usize,
    const OUT: usize,
    const OL: usize,
    const K: usize,
    const PATCH: usize,
    const BIAS: usize,
> {
    /// Distance of the windows of neighbouring inputs; 1 by default.
    pub stride: usize,
    /// What is cut off before the output; 0 by default. How much is cut off behind it follows from `OL`.
    pub padding: usize,
    /// Distance of neighbouring taps of a window; 1 by default.
    pub dilation: usize,
    /// Blocks of channels, of which each reaches only its own block of outputs; 1 by default.
    pub groups: usize,
    /// How the weight starts.
    pub init: Init,
    /// How the bias starts.
    pub bias_init: Init,
}

impl<
    const C: usize,
    const L: usize,
    const OUT: usize,
    const OL: usize,
    const K: usize,
    const PATCH: usize,
    const BIAS: usize,
> Default for ConvTranspose1d<C, L, OUT, OL, K, PATCH, BIAS>
{
    fn default() -> Self {
        Self {
            stride: 1,
            padding: 0,
            dilation: 1,
            groups: 1,
            init: Init::Default,
            bias_init: Init::Default,
        }
    }
}

impl<
    const C: usize,
    const L: usize,
    const OUT: usize,
    const OL: usize,
    const K: usize,
    const PATCH: usize,
    const BIAS: usize,
> ConvTranspose1d<C, L, OUT, OL, K, PATCH, BIAS>
{
    /// PyTorch's shape of the weight.
    const WEIGHT_DIMS: &'static [usize] = &[C, PATCH / K, K];

    /// Of images of height 1.
    #[inline(always)]
    fn transposed(&self, isa: Isa) -> Transposed {
        Transposed {
            isa,
            convolution: Geometry {
                channels: OUT,
                outputs: C,
                groups: self.groups,
                rows: Axis::ONE,
                columns: Axis {
                    input: OL,
                    output: L,
                    kernel: K,
                    stride: self.stride,
                    padding: self.padding,
                    dilation: self.dilation,
                },
            },
        }
    }
}

impl<
    T: Scalar,
    const C: usize,
    const L: usize,
    const OUT: usize,
    const OL: usize,
    const K: usize,
    const PATCH: usize,
    const BIAS: usize,
> Layer<T> for ConvTranspose1d<C, L, OUT, OL, K, PATCH, BIAS>
{
    type Input = [[T; L]; C];
    type Output = [[T; OL]; OUT];
    type Parameters = ConvTransposeParameters<T, C, PATCH, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::outputs_innermost("weight", Self::WEIGHT_DIMS),
        Tensor::new("bias", &[BIAS]),
    ];
    const MACS: usize = L * C * PATCH;
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let (weight, bias) = (&mut parameters.weight, &mut parameters.bias);
        self.init.fill(weight.as_mut_slice(), PATCH, C * K, rng);
        self.bias_init.fill(bias.as_mut_slice(), PATCH, C * K, rng);
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; L]; C],
        output: &mut [[E; OL]; OUT],
    ) {
        let (weight, bias) = (&cx.parameters.weight, &cx.parameters.bias);
        self.transposed(cx.isa).forward(
            weight.as_slice(),
            bias.as_slice(),
            input.as_flattened(),
            output.as_flattened_mut(),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[E; L]; C],
        _output: &[[E; OL]; OUT],
        d_output: &[[E; OL]; OUT],
        d_input: &mut [[E; L]; C],
    ) {
        let (transposed, dy) = (self.transposed(cx.isa), d_output.as_flattened());
        if !cx.frozen {
            transposed.backward_parameters(
                cx.overwrite,
                input.as_flattened(),
                dy,
                cx.gradients.weight.as_mut_slice(),
                cx.gradients.bias.as_mut_slice(),
            );
        }
        if cx.input_gradient {
            let dx = d_input.as_flattened_mut();
            transposed.backward_input(cx.parameters.weight.as_slice(), dy, dx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_layer;

    #[test]
    fn gradients_of_a_plain_kernel() {
        check_layer(ConvTranspose1d::<2, 5, 3, 7, 3, 9, 3>::default());
    }

    #[test]
    fn gradients_with_stride_padding_dilation_and_groups() {
        // With `output_padding = 1`.
        check_layer(ConvTranspose1d::<4, 5, 6, 16, 3, 9, 6> {
            stride: 3,
            padding: 1,
            dilation: 2,
            groups: 2,
            ..Default::default()
        });
    }

    #[test]
    fn gradients_where_outputs_are_the_bias_alone() {
        check_layer(ConvTranspose1d::<1, 4, 2, 11, 1, 2, 2> {
            stride: 3,
            ..Default::default()
        });
        check_layer(ConvTranspose1d::<1, 4, 2, 10, 1, 2, 0> {
            stride: 3,
            ..Default::default()
        });
    }

    #[test]
    fn dims_are_those_of_pytorch() {
        type Grouped = ConvTranspose1d<4, 5, 6, 16, 3, 9, 6>;
        let dims = <Grouped as Layer<f32>>::PARAMETERS.iter().map(|t| t.dims);
        assert!(dims.eq([&[4, 3, 3][..], &[6]]));
        assert_eq!(<Grouped as Layer<f32>>::MACS, 5 * 4 * 9);
    }
}
