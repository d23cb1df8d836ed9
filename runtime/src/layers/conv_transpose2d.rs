use super::conv_transpose::{ConvTransposeParameters, Transposed};
use crate::init::Init;
use crate::kernels::conv2d::Geometry;
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::simd::Isa;
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use rand::Rng;

/// Transposed two-dimensional convolution, PyTorch's `nn.ConvTranspose2d`: the gradient of a
/// [`Conv2d`](super::Conv2d) by its input as a layer. `y[o][·][·]` collects `W[c][o][k][l] · x[c][i][j]` at row
/// `i·stride + k·dilation − padding` and column `j·stride + l·dilation − padding`, as far as these exist, and `b[o]`.
///
/// Shapes: `x: [C, H, W]`, `W: [C, OUT/groups, KH, KW]`, `b: [OUT]` (`BIAS` is `OUT`, or 0 with `bias = false`),
/// `y: [OUT, OH, OW]` with `OH = (H − 1)·stride − 2·padding + dilation·(KH − 1) + output_padding + 1`, `OW` alike.
/// `PATCH` is `OUT/groups·KH·KW`. With `groups`, channel `c` reaches only the `OUT/groups` outputs of its group.
/// Backward: `dx[c][i][j] = Σ_{o,k,l} W[c][o][k][l] · dy[o][…][…]`, `dW[c][o][k][l] += Σ_{i,j} x[c][i][j] · dy[o][…][…]`,
/// `db[o] += Σ dy[o]`; keeps `x`.
/// Init: weight and bias uniform in ±1/√PATCH, as PyTorch (which takes `OUT/groups·KH·KW` as the fan in).
/// Cost: `H·W·C·PATCH` multiply-adds a sample, taps that the padding cuts off counted.
#[derive(Clone, Copy, Debug)]
pub struct ConvTranspose2d<
    const C: usize,
    const H: usize,
    const W: usize,
    const OUT: usize,
    const OH: usize,
    const OW: usize,
    const KH: usize,
    const KW: usize,
    const PATCH: usize,
    const BIAS: usize,
> {
    /// Distance of the windows of neighbouring inputs; 1 by default.
    pub stride: [usize; 2],
    /// Rows and columns that are cut off above and on the left; 0 by default. How many are cut off below and on the right
    /// follows from `OH` and `OW`.
    pub padding: [usize; 2],
    /// Distance of neighbouring taps of a window; 1 by default.
    pub dilation: [usize; 2],
    /// Blocks of channels, of which each reaches only its own block of outputs; 1 by default.
    pub groups: usize,
    /// How the weight starts.
    pub init: Init,
    /// How the bias starts.
    pub bias_init: Init,
}

impl<
    const C: usize,
    const H: usize,
    const W: usize,
    const OUT: usize,
    const OH: usize,
    const OW: usize,
    const KH: usize,
    const KW: usize,
    const PATCH: usize,
    const BIAS: usize,
> Default for ConvTranspose2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
{
    fn default() -> Self {
        Self {
            stride: [1; 2],
            padding: [0; 2],
            dilation: [1; 2],
            groups: 1,
            init: Init::Default,
            bias_init: Init::Default,
        }
    }
}

impl<
    const C: usize,
    const H: usize,
    const W: usize,
    const OUT: usize,
    const OH: usize,
    const OW: usize,
    const KH: usize,
    const KW: usize,
    const PATCH: usize,
    const BIAS: usize,
> ConvTranspose2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
{
    /// PyTorch's shape of the weight.
    const WEIGHT_DIMS: &'static [usize] = &[C, PATCH / (KH * KW), KH, KW];

    #[inline(always)]
    fn transposed(&self, isa: Isa) -> Transposed {
        let axis = |axis: usize, input, output, kernel| Axis {
            input,
            output,
            kernel,
            stride: self.stride[axis],
            padding: self.padding[axis],
            dilation: self.dilation[axis],
        };
        Transposed {
            isa,
            convolution: Geometry {
                channels: OUT,
                outputs: C,
                groups: self.groups,
                rows: axis(0, OH, H, KH),
                columns: axis(1, OW, W, KW),
            },
        }
    }
}

impl<
    T: Scalar,
    const C: usize,
    const H: usize,
    const W: usize,
    const OUT: usize,
    const OH: usize,
    const OW: usize,
    const KH: usize,
    const KW: usize,
    const PATCH: usize,
    const BIAS: usize,
> Layer<T> for ConvTranspose2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
{
    type Input = [[[T; W]; H]; C];
    type Output = [[[T; OW]; OH]; OUT];
    type Parameters = ConvTransposeParameters<T, C, PATCH, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::outputs_innermost("weight", Self::WEIGHT_DIMS),
        Tensor::new("bias", &[BIAS]),
    ];
    const MACS: usize = H * W * C * PATCH;
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let (weight, bias) = (&mut parameters.weight, &mut parameters.bias);
        self.init
            .fill(weight.as_mut_slice(), PATCH, C * KH * KW, rng);
        self.bias_init
            .fill(bias.as_mut_slice(), PATCH, C * KH * KW, rng);
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        output: &mut [[[E; OW]; OH]; OUT],
    ) {
        let (weight, bias) = (&cx.parameters.weight, &cx.parameters.bias);
        self.transposed(cx.isa).forward(
            weight.as_slice(),
            bias.as_slice(),
            input.as_flattened().as_flattened(),
            output.as_flattened_mut().as_flattened_mut(),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        _output: &[[[E; OW]; OH]; OUT],
        d_output: &[[[E; OW]; OH]; OUT],
        d_input: &mut [[[E; W]; H]; C],
    ) {
        let (transposed, dy) = (
            self.transposed(cx.isa),
            d_output.as_flattened().as_flattened(),
        );
        if !cx.frozen {
            transposed.backward_parameters(
                cx.overwrite,
                input.as_flattened().as_flattened(),
                dy,
                cx.gradients.weight.as_mut_slice(),
                cx.gradients.bias.as_mut_slice(),
            );
        }
        if cx.input_gradient {
            let dx = d_input.as_flattened_mut().as_flattened_mut();
            transposed.backward_input(cx.parameters.weight.as_slice(), dy, dx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_layer;

    #[test]
    fn gradients_of_a_square_kernel() {
        check_layer(ConvTranspose2d::<2, 3, 4, 3, 5, 6, 3, 3, 27, 3>::default());
    }

    #[test]
    fn gradients_with_stride_padding_dilation_and_groups() {
        // With `output_padding = (1, 0)`.
        check_layer(ConvTranspose2d::<4, 3, 4, 6, 8, 10, 3, 2, 18, 6> {
            stride: [2, 3],
            padding: [1, 0],
            dilation: [2, 1],
            groups: 2,
            ..Default::default()
        });
    }

    #[test]
    fn gradients_where_outputs_are_the_bias_alone() {
        check_layer(ConvTranspose2d::<2, 2, 3, 2, 3, 7, 1, 1, 2, 2> {
            stride: [2, 3],
            ..Default::default()
        });
    }

    #[test]
    fn dims_are_those_of_pytorch() {
        type Grouped = ConvTranspose2d<4, 3, 4, 6, 8, 10, 3, 2, 18, 6>;
        let dims = <Grouped as Layer<f32>>::PARAMETERS.iter().map(|t| t.dims);
        assert!(dims.eq([&[4, 3, 3, 2][..], &[6]]));
        assert_eq!(<Grouped as Layer<f32>>::MACS, 3 * 4 * 4 * 18);
    }
}
