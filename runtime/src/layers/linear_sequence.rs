use super::{Linear, LinearParameters};
use crate::layer::{Backward, Forward, Layer};
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use core::slice;
use rand::Rng;

/// A [`Linear`] layer at every step of a sequence, with the same weights: `y_t = W·x_t + b`, as PyTorch's `nn.Linear` over
/// the last dimension.
///
/// Shapes: `x: [L, IN]`, `y: [L, OUT]`; parameters, init and backward are those of [`Linear`], summed over the steps.
/// Cost: `L·IN·OUT` multiply-adds a sample.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinearSequence<const L: usize, const IN: usize, const OUT: usize, const BIAS: usize>(
    /// The layer of one step.
    pub Linear<IN, OUT, BIAS>,
);

impl<T: Scalar, const L: usize, const IN: usize, const OUT: usize, const BIAS: usize> Layer<T>
    for LinearSequence<L, IN, OUT, BIAS>
{
    type Input = [[T; IN]; L];
    type Output = [[T; OUT]; L];
    type Parameters = LinearParameters<T, IN, OUT, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = <Linear<IN, OUT, BIAS> as Layer<T>>::PARAMETERS;
    const MACS: usize = L * IN * OUT;
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(
        &self,
        parameters: &mut Self::Parameters,
        buffers: &mut (),
        rng: &mut R,
    ) {
        Layer::<T>::init(&self.0, parameters, buffers, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; IN]; L],
        output: &mut [[E; OUT]; L],
    ) {
        self.forward_training(cx, slice::from_ref(input), slice::from_mut(output));
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[E; IN]; L],
        output: &[[E; OUT]; L],
        d_output: &[[E; OUT]; L],
        d_input: &mut [[E; IN]; L],
    ) {
        self.backward_training(
            cx,
            slice::from_ref(input),
            slice::from_ref(output),
            slice::from_ref(d_output),
            slice::from_mut(d_input),
        );
    }

    /// The steps of a sequence lie one behind the other, as lane groups do.
    #[inline(always)]
    fn forward_training<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        inputs: &[[[E; IN]; L]],
        outputs: &mut [[[E; OUT]; L]],
    ) {
        let cx = Forward {
            parameters: cx.parameters,
            buffers: cx.buffers,
            saved: cx.saved,
            samples: cx.samples,
            frozen: cx.frozen,
            randomness: cx.randomness,
            isa: cx.isa,
        };
        let (inputs, outputs) = (inputs.as_flattened(), outputs.as_flattened_mut());
        self.0.forward_training(cx, inputs, outputs);
    }

    #[inline(always)]
    fn backward_training<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        inputs: &[[[E; IN]; L]],
        outputs: &[[[E; OUT]; L]],
        d_outputs: &[[[E; OUT]; L]],
        d_inputs: &mut [[[E; IN]; L]],
    ) {
        let cx = Backward {
            parameters: cx.parameters,
            gradients: cx.gradients,
            saved: cx.saved,
            input_gradient: cx.input_gradient,
            overwrite: cx.overwrite,
            samples: cx.samples,
            frozen: cx.frozen,
            randomness: cx.randomness,
            isa: cx.isa,
        };
        self.0.backward_training(
            cx,
            inputs.as_flattened(),
            outputs.as_flattened(),
            d_outputs.as_flattened(),
            d_inputs.as_flattened_mut(),
        );
    }
}
