use crate::init::Init;
use crate::kernels::conv2d::{self, Geometry};
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use nalgebra::{SMatrix, SVector};
use rand::Rng;

/// One-dimensional convolution, PyTorch's `nn.Conv1d`:
/// `y[o][t] = b[o] + Σ_{c,k} W[o][c][k] · x[c][t·stride + k·dilation − padding]`, with zeros outside the input.
///
/// Shapes: `x: [C, L]`, `W: [OUT, C/groups, K]`, `b: [OUT]` (`BIAS` is `OUT`, or 0 with `bias = false`), `y: [OUT, OL]`
/// with `OL = ⌊(L + 2·padding − dilation·(K − 1) − 1) / stride⌋ + 1`. `PATCH` is `C/groups·K`. With `groups`, `c` runs
/// over the `C/groups` channels of the group of output `o`. In a declaration `causal = true` pads by `dilation·(K − 1)`
/// before the input and not at all behind it, so that `y[·][t]` depends on nothing behind `x[·][t·stride]`, and
/// `OL = ⌈L / stride⌉` (van den Oord et al. 2016, arXiv:1609.03499); `padding = same` keeps the length, with the odd zero
/// behind the input where the kernel is even.
/// Backward: `dW[o][c][k] += Σ_t dy[o][t] · x[c][…]`, `db[o] += Σ_t dy[o][t]`, and `dx` collects `W[o][c][k] · dy[o][t]`
/// where `y[o][t]` read it; keeps `x`.
/// Init: weight and bias uniform in ±1/√PATCH, as PyTorch (Kaiming with a = √5; He et al. 2015, arXiv:1502.01852).
/// Cost: `OL·OUT·PATCH` multiply-adds a sample, taps in the padding counted.
#[derive(Clone, Copy, Debug)]
pub struct Conv1d<
    const C: usize,
    const L: usize,
    const OUT: usize,
    const OL: usize,
    const K: usize,
    const PATCH: usize,
    const BIAS: usize,
> {
    /// Distance of the windows of neighbouring outputs; 1 by default.
    pub stride: usize,
    /// Zeros before the input; 0 by default. Behind it there are as many as `OL` windows ask for.
    pub padding: usize,
    /// Distance of neighbouring taps of a window; 1 by default.
    pub dilation: usize,
    /// Blocks of channels, of which each sees only its own block of inputs; 1 by default.
    pub groups: usize,
    /// How the weight starts.
    pub init: Init,
    /// How the bias starts.
    pub bias_init: Init,
}

parameters! {
    @[allow(unsafe_code)]
    /// Weight and bias of a [`Conv1d`] layer.
    pub struct Conv1dParameters<T, const OUT: usize, const PATCH: usize, const BIAS: usize> {
        /// `W`, outputs × (channels · taps).
        pub weight: SMatrix<T, OUT, PATCH>,
        /// `b`
        pub bias: SVector<T, BIAS>,
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
> Default for Conv1d<C, L, OUT, OL, K, PATCH, BIAS>
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
> Conv1d<C, L, OUT, OL, K, PATCH, BIAS>
{
    /// PyTorch's shape of the weight.
    const WEIGHT_DIMS: &'static [usize] = &[OUT, PATCH / K, K];

    /// An image of height 1.
    #[inline(always)]
    fn geometry(&self) -> Geometry {
        Geometry {
            channels: C,
            outputs: OUT,
            groups: self.groups,
            rows: Axis::ONE,
            columns: Axis {
                input: L,
                output: OL,
                kernel: K,
                stride: self.stride,
                padding: self.padding,
                dilation: self.dilation,
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
> Layer<T> for Conv1d<C, L, OUT, OL, K, PATCH, BIAS>
{
    type Input = [[T; L]; C];
    type Output = [[T; OL]; OUT];
    type Parameters = Conv1dParameters<T, OUT, PATCH, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::outputs_innermost("weight", Self::WEIGHT_DIMS),
        Tensor::new("bias", &[BIAS]),
    ];
    const MACS: usize = OL * OUT * PATCH;
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let (weight, bias) = (&mut parameters.weight, &mut parameters.bias);
        self.init.fill(weight.as_mut_slice(), PATCH, OUT * K, rng);
        self.bias_init
            .fill(bias.as_mut_slice(), PATCH, OUT * K, rng);
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; L]; C],
        output: &mut [[E; OL]; OUT],
    ) {
        conv2d::forward(
            cx.isa,
            E::LANES,
            self.geometry(),
            cx.parameters.weight.as_slice(),
            cx.parameters.bias.as_slice(),
            E::scalars(input.as_flattened()),
            E::scalars_mut(output.as_flattened_mut()),
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
        let dy = E::scalars(d_output.as_flattened());
        if !cx.frozen {
            conv2d::backward_weight(
                cx.isa,
                E::LANES,
                self.geometry(),
                cx.overwrite,
                E::scalars(input.as_flattened()),
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
                E::scalars_mut(d_input.as_flattened_mut()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_layer, pass};

    #[test]
    fn gradients_of_a_plain_kernel() {
        check_layer(Conv1d::<2, 9, 7, 7, 3, 6, 7>::default());
    }

    #[test]
    fn gradients_with_stride_padding_dilation_and_groups() {
        check_layer(Conv1d::<4, 21, 6, 7, 3, 6, 6> {
            stride: 3,
            padding: 2,
            dilation: 2,
            groups: 2,
            ..Default::default()
        });
    }

    #[test]
    fn gradients_with_zeros_before_the_input_alone_and_without_bias() {
        check_layer(Conv1d::<3, 11, 3, 11, 4, 4, 0> {
            padding: 6,
            dilation: 2,
            groups: 3,
            ..Default::default()
        });
    }

    #[test]
    fn with_zeros_before_it_alone_nothing_depends_on_what_comes_later() {
        let layer = Conv1d::<1, 4, 1, 4, 3, 3, 0> {
            padding: 2,
            ..Default::default()
        };
        let weights = Conv1dParameters {
            weight: SMatrix::from_row_slice(&[1.0, 10.0, 100.0]),
            bias: SVector::zeros(),
        };
        let run = |x: [f32; 4]| pass::<f32, _, f32>(&layer, &weights, &x, &[1.0; 4]);
        assert_eq!(
            run([1.0, 2.0, 3.0, 4.0]).outputs,
            [100.0, 210.0, 321.0, 432.0]
        );
        let later = run([1.0, 2.0, -7.0, 9.0]).outputs;
        assert_eq!(later[..2], [100.0, 210.0]);
    }

    #[test]
    fn dims_are_those_of_pytorch() {
        type Grouped = Conv1d<4, 21, 6, 7, 3, 6, 6>;
        let dims = <Grouped as Layer<f32>>::PARAMETERS.iter().map(|t| t.dims);
        assert!(dims.eq([&[6, 2, 3][..], &[6]]));
        assert_eq!(<Grouped as Layer<f32>>::MACS, 7 * 6 * 6);
    }
}
