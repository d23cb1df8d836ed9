use crate::init::Init;
use crate::kernels::linear;
use crate::layer::{Backward, Forward, Layer};
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use nalgebra::{SMatrix, SVector};
use rand::Rng;

/// Fully connected layer: `y = W·x + b`.
///
/// Shapes: `x: [IN]`, `W: OUT×IN`, `b: [OUT]` (`BIAS` is `OUT`, or 0 with `bias = false`), `y: [OUT]`.
/// Backward: `dW += dy·xᵀ`, `db += dy`, `dx = Wᵀ·dy`; keeps `x`.
/// Init: weight and bias uniform in ±1/√IN, as PyTorch's `nn.Linear` (Kaiming with a = √5; He et al. 2015,
/// arXiv:1502.01852).
/// Cost: `IN·OUT` multiply-adds a sample.
#[derive(Clone, Copy, Debug, Default)]
pub struct Linear<const IN: usize, const OUT: usize, const BIAS: usize> {
    /// How the weight starts.
    pub init: Init,
    /// How the bias starts.
    pub bias_init: Init,
}

parameters! {
    @[allow(unsafe_code)]
    /// Weight and bias of a [`Linear`] layer.
    pub struct LinearParameters<T, const IN: usize, const OUT: usize, const BIAS: usize> {
        /// `W`, outputs × inputs.
        pub weight: SMatrix<T, OUT, IN>,
        /// `b`
        pub bias: SVector<T, BIAS>,
    }
}

impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> Layer<T>
    for Linear<IN, OUT, BIAS>
{
    type Input = [T; IN];
    type Output = [T; OUT];
    type Parameters = LinearParameters<T, IN, OUT, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::outputs_innermost("weight", &[OUT, IN]),
        Tensor::new("bias", &[BIAS]),
    ];
    const MACS: usize = IN * OUT;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        self.init
            .fill(parameters.weight.as_mut_slice(), IN, OUT, rng);
        self.bias_init
            .fill(parameters.bias.as_mut_slice(), IN, OUT, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[E; IN],
        output: &mut [E; OUT],
    ) {
        let (weight, bias) = (
            cx.parameters.weight.as_slice(),
            cx.parameters.bias.as_slice(),
        );
        let (x, y) = (E::scalars(input), E::scalars_mut(output));
        if E::LANES == 1 && cx.isa.is_inlined() {
            linear::forward_inlined(cx.isa, weight, bias, x, y);
        } else {
            linear::forward(cx.isa, E::LANES, weight, bias, x, y);
        }
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[E; IN],
        _output: &[E; OUT],
        d_output: &[E; OUT],
        d_input: &mut [E; IN],
    ) {
        let (x, dy) = (E::scalars(input), E::scalars(d_output));
        let (dw, db) = (
            cx.gradients.weight.as_mut_slice(),
            cx.gradients.bias.as_mut_slice(),
        );
        linear::backward_weight(cx.isa, E::LANES, x, dy, dw, db);
        if cx.input_gradient {
            linear::backward_input(
                cx.isa,
                E::LANES,
                cx.parameters.weight.as_slice(),
                dy,
                E::scalars_mut(d_input),
            );
        }
    }
}
