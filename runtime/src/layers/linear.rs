use crate::half::Half;
use crate::half_network::{ForwardHalf, widened};
use crate::init::Init;
use crate::kernels::linear;
use crate::layer::{Backward, Forward, Layer, Step};
use crate::network::{scalars, scalars_mut};
use crate::tensor::Tensor;
use crate::weights::Update;
use crate::{Element, Scalar, parameters};
use core::slice;
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
    const OVERWRITES: bool = true;

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
        self.forward_training(cx, slice::from_ref(input), slice::from_mut(output));
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[E; IN],
        output: &[E; OUT],
        d_output: &[E; OUT],
        d_input: &mut [E; IN],
    ) {
        self.backward_training(
            cx,
            slice::from_ref(input),
            slice::from_ref(output),
            slice::from_ref(d_output),
            slice::from_mut(d_input),
        );
    }

    /// All lane groups at once: each weight that is loaded meets several.
    #[inline(always)]
    fn forward_training<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        inputs: &[[E; IN]],
        outputs: &mut [[E; OUT]],
    ) {
        let (weight, bias) = (
            cx.parameters.weight.as_slice(),
            cx.parameters.bias.as_slice(),
        );
        if const { E::LANES == 1 } {
            for (x, y) in inputs.iter().zip(outputs) {
                linear::forward::<T, E>(cx.isa, weight, bias, E::scalars(x), E::scalars_mut(y));
            }
        } else {
            let (x, y) = (inputs.as_flattened(), outputs.as_flattened_mut());
            let (x, y) = (E::scalars(x), E::scalars_mut(y));
            linear::forward_divided(cx.isa, OUT, weight, bias, x, y);
        }
    }

    /// As [`forward_training`](Layer::forward_training); a gradient goes to memory once for all lane groups.
    #[inline(always)]
    fn backward_training<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        inputs: &[[E; IN]],
        _: &[[E; OUT]],
        d_outputs: &[[E; OUT]],
        d_inputs: &mut [[E; IN]],
    ) {
        let weight = cx.parameters.weight.as_slice();
        let (dw, db) = (
            cx.gradients.weight.as_mut_slice(),
            cx.gradients.bias.as_mut_slice(),
        );
        if const { E::LANES == 1 } {
            let samples = inputs.iter().zip(d_outputs).zip(d_inputs);
            for (sample, ((x, dy), dx)) in samples.enumerate() {
                let dx = if cx.input_gradient {
                    E::scalars_mut(dx)
                } else {
                    &mut []
                };
                let (x, dy, overwrite) =
                    (E::scalars(x), E::scalars(dy), cx.overwrite && sample == 0);
                linear::backward_sample::<T, E>(cx.isa, overwrite, weight, x, dy, dx, dw, db);
            }
        } else {
            let x = E::scalars(inputs.as_flattened());
            let dy = E::scalars(d_outputs.as_flattened());
            if !cx.frozen {
                linear::weight_gradient(cx.isa, OUT, cx.overwrite, x, dy, dw, db);
            }
            if cx.input_gradient {
                let dx = E::scalars_mut(d_inputs.as_flattened_mut());
                linear::input_gradient(cx.isa, OUT, weight, dy, dx);
            }
        }
    }

    const HALF_ROOM: usize = if size_of::<T>() == 4 {
        0
    } else {
        IN * OUT + BIAS
    };

    /// Widens the weights in registers.
    #[inline(always)]
    fn forward_half<H: Half>(
        &self,
        cx: ForwardHalf<T, Self, H>,
        input: &[T; IN],
        output: &mut [T; OUT],
    ) {
        if const { size_of::<T>() == 4 } {
            let (weight, bias) = cx.parameters.split_at_checked(IN * OUT).unwrap_or_default();
            let x = bytemuck::try_cast_slice(input).unwrap_or_default();
            let y = bytemuck::try_cast_slice_mut(output).unwrap_or_default();
            linear::forward_half(cx.isa, weight, bias, x, y);
        } else {
            widened(self, cx, input, output);
        }
    }

    /// Plain gradient descent with one sample, or a few lane groups, needs no gradients: `W ← W − η·dy·xᵀ`.
    #[inline(always)]
    fn backward_step<E: Element<T>, U: Update<T>>(
        &self,
        cx: Step<T, Self, E, U>,
        inputs: &[[E; IN]],
        outputs: &[[E; OUT]],
        d_outputs: &[[E; OUT]],
        d_inputs: &mut [[E; IN]],
    ) {
        let Step {
            parameters,
            gradients,
            call,
            offset,
            update,
        } = cx;
        let isa = call.isa();
        let plain = update.plain();
        if E::LANES == 1
            && let Some(factor) = plain
            && let ([x], [dy], [dx]) = (inputs, d_outputs, &mut *d_inputs)
        {
            let (weight, bias) = (
                parameters.weight.as_mut_slice(),
                parameters.bias.as_mut_slice(),
            );
            let dx = if call.input_gradient {
                E::scalars_mut(dx)
            } else {
                &mut []
            };
            return linear::update_sample::<T, E>(
                isa,
                factor,
                weight,
                bias,
                E::scalars(x),
                E::scalars(dy),
                dx,
            );
        }
        if E::LANES > 1
            && let Some(factor) = plain
            && linear::fuses(inputs.len())
        {
            let x = E::scalars(inputs.as_flattened());
            let dy = E::scalars(d_outputs.as_flattened());
            if call.input_gradient {
                let dx = E::scalars_mut(d_inputs.as_flattened_mut());
                linear::input_gradient(isa, OUT, parameters.weight.as_slice(), dy, dx);
            }
            let (weight, bias) = (
                parameters.weight.as_mut_slice(),
                parameters.bias.as_mut_slice(),
            );
            return linear::descend(isa, OUT, factor, x, dy, weight, bias);
        }
        let cx = call.backward(parameters, gradients);
        self.backward_training(cx, inputs, outputs, d_outputs, d_inputs);
        update.apply(isa, offset, scalars_mut(parameters), scalars(gradients));
    }
}
