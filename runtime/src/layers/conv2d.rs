use crate::init::Init;
use crate::kernels::conv2d::{self, Geometry};
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use nalgebra::{SMatrix, SVector};
use rand::Rng;

/// Two-dimensional convolution, PyTorch's `nn.Conv2d`:
/// `y[o][i][j] = b[o] + Σ_{c,k,l} W[o][c][k][l] · x[c][i·stride + k·dilation − padding][j·stride + l·dilation − padding]`,
/// with zeros outside the input.
///
/// Shapes: `x: [C, H, W]`, `W: [OUT, C/groups, KH, KW]`, `b: [OUT]` (`BIAS` is `OUT`, or 0 with `bias = false`),
/// `y: [OUT, OH, OW]` with `OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1`, `OW` alike. `PATCH` is
/// `C/groups·KH·KW`. With `groups`, `c` runs over the `C/groups` channels of the group of output `o`. In a declaration
/// `padding = same` keeps height and width, with the odd zero below or to the right where a kernel is even.
/// Backward: `dW[o][c][k][l] += Σ_{i,j} dy[o][i][j] · x[c][…][…]`, `db[o] += Σ_{i,j} dy[o][i][j]`, and `dx` collects
/// `W[o][c][k][l] · dy[o][i][j]` where `y[o][i][j]` read it; keeps `x`.
/// Init: weight and bias uniform in ±1/√PATCH, as PyTorch (Kaiming with a = √5; He et al. 2015, arXiv:1502.01852).
/// Cost: `OH·OW·OUT·PATCH` multiply-adds a sample, taps in the padding counted.
#[derive(Clone, Copy, Debug)]
pub struct Conv2d<
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
    /// Distance of the windows of neighbouring outputs; 1 by default.
    pub stride: [usize; 2],
    /// Rows and columns of zeros before the input; 0 by default. Behind it there are as many as `OH` and `OW` windows ask
    /// for.
    pub padding: [usize; 2],
    /// Distance of neighbouring taps of a window; 1 by default.
    pub dilation: [usize; 2],
    /// Blocks of channels, of which each sees only its own block of inputs; 1 by default.
    pub groups: usize,
    /// How the weight starts.
    pub init: Init,
    /// How the bias starts.
    pub bias_init: Init,
}

parameters! {
    @[allow(unsafe_code)]
    /// Weight and bias of a [`Conv2d`] layer.
    pub struct Conv2dParameters<T, const OUT: usize, const PATCH: usize, const BIAS: usize> {
        /// `W`, outputs × (channels · kernel rows · kernel columns).
        pub weight: SMatrix<T, OUT, PATCH>,
        /// `b`
        pub bias: SVector<T, BIAS>,
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
> Default for Conv2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
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
> Conv2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
{
    /// PyTorch's shape of the weight.
    const WEIGHT_DIMS: &'static [usize] = &[OUT, PATCH / (KH * KW), KH, KW];

    #[inline(always)]
    fn geometry(&self) -> Geometry {
        let axis = |axis: usize, input, output, kernel| Axis {
            input,
            output,
            kernel,
            stride: self.stride[axis],
            padding: self.padding[axis],
            dilation: self.dilation[axis],
        };
        Geometry {
            channels: C,
            outputs: OUT,
            groups: self.groups,
            rows: axis(0, H, OH, KH),
            columns: axis(1, W, OW, KW),
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
> Layer<T> for Conv2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
{
    type Input = [[[T; W]; H]; C];
    type Output = [[[T; OW]; OH]; OUT];
    type Parameters = Conv2dParameters<T, OUT, PATCH, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::outputs_innermost("weight", Self::WEIGHT_DIMS),
        Tensor::new("bias", &[BIAS]),
    ];
    const MACS: usize = OH * OW * OUT * PATCH;
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let (weight, bias) = (&mut parameters.weight, &mut parameters.bias);
        self.init
            .fill(weight.as_mut_slice(), PATCH, OUT * KH * KW, rng);
        self.bias_init
            .fill(bias.as_mut_slice(), PATCH, OUT * KH * KW, rng);
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        output: &mut [[[E; OW]; OH]; OUT],
    ) {
        conv2d::forward(
            cx.isa,
            E::LANES,
            self.geometry(),
            cx.parameters.weight.as_slice(),
            cx.parameters.bias.as_slice(),
            E::scalars(input.as_flattened().as_flattened()),
            E::scalars_mut(output.as_flattened_mut().as_flattened_mut()),
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
        let dy = E::scalars(d_output.as_flattened().as_flattened());
        if !cx.frozen {
            conv2d::backward_weight(
                cx.isa,
                E::LANES,
                self.geometry(),
                cx.overwrite,
                E::scalars(input.as_flattened().as_flattened()),
                dy,
                cx.gradients.weight.as_mut_slice(),
                cx.gradients.bias.as_mut_slice(),
            );
        }
        if cx.input_gradient {
            conv2d::backward_input(
                cx.isa,
                E::LANES,
                self.geometry(),
                cx.parameters.weight.as_slice(),
                &[],
                dy,
                E::scalars_mut(d_input.as_flattened_mut().as_flattened_mut()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_layer;

    #[test]
    fn gradients_of_a_square_kernel() {
        check_layer(Conv2d::<2, 6, 5, 7, 4, 3, 3, 3, 18, 7>::default());
    }

    #[test]
    fn gradients_with_stride_padding_dilation_and_groups() {
        check_layer(Conv2d::<4, 9, 7, 6, 5, 3, 3, 2, 12, 6> {
            stride: [2, 3],
            padding: [2, 1],
            dilation: [2, 1],
            groups: 2,
            ..Default::default()
        });
    }

    #[test]
    fn gradients_of_a_depthwise_convolution_without_bias() {
        check_layer(Conv2d::<3, 5, 5, 3, 5, 5, 3, 3, 9, 0> {
            padding: [1; 2],
            groups: 3,
            ..Default::default()
        });
    }

    #[test]
    fn dims_are_those_of_pytorch() {
        type Grouped = Conv2d<4, 9, 7, 6, 5, 3, 3, 2, 12, 6>;
        let dims = <Grouped as Layer<f32>>::PARAMETERS.iter().map(|t| t.dims);
        assert!(dims.eq([&[6, 2, 3, 2][..], &[6]]));
        assert_eq!(<Grouped as Layer<f32>>::MACS, 5 * 3 * 6 * 12);
    }
}
