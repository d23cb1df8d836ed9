//! The passes of one layer, as the generated functions call them.
//!
//! Each is a function of its own, which networks of a crate share whatever their losses and optimizers: a compiler takes
//! time in the square of a function's length. Only a network that [`inlined`](crate::inlined) makes one function has
//! its layers inside.

use crate::element::Element;
use crate::layer::{Backward, Forward, Layer, Step};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::stream::{StreamLayer, StreamStep};
use crate::weights::Update;

type Input<L, T, E> = <<L as Layer<T>>::Input as Shape>::Of<E>;
type Output<L, T, E> = <<L as Layer<T>>::Output as Shape>::Of<E>;

/// In inference, one lane group or sample after the other.
#[doc(hidden)]
#[inline(always)]
pub fn forward<T: Scalar, L: Layer<T>, E: Element<T>>(
    layer: &L,
    cx: Forward<'_, T, L, E>,
    inputs: &[Input<L, T, E>],
    outputs: &mut [Output<L, T, E>],
) {
    #[inline(always)]
    fn inside<T: Scalar, L: Layer<T>, E: Element<T>>(
        layer: &L,
        mut cx: Forward<'_, T, L, E>,
        inputs: &[Input<L, T, E>],
        outputs: &mut [Output<L, T, E>],
    ) {
        for (input, output) in inputs.iter().zip(outputs) {
            layer.forward(cx.reborrow(), input, output);
        }
    }
    #[inline(never)]
    fn outside<T: Scalar, L: Layer<T>, E: Element<T>>(
        layer: &L,
        cx: Forward<'_, T, L, E>,
        inputs: &[Input<L, T, E>],
        outputs: &mut [Output<L, T, E>],
    ) {
        inside(layer, cx, inputs, outputs);
    }
    if const { E::INLINED } {
        inside(layer, cx, inputs, outputs);
    } else {
        outside(layer, cx, inputs, outputs);
    }
}

/// In training.
#[doc(hidden)]
#[inline(always)]
pub fn forward_training<T: Scalar, L: Layer<T>, E: Element<T>>(
    layer: &L,
    cx: Forward<'_, T, L, E>,
    inputs: &[Input<L, T, E>],
    outputs: &mut [Output<L, T, E>],
) {
    #[inline(never)]
    fn outside<T: Scalar, L: Layer<T>, E: Element<T>>(
        layer: &L,
        cx: Forward<'_, T, L, E>,
        inputs: &[Input<L, T, E>],
        outputs: &mut [Output<L, T, E>],
    ) {
        layer.forward_training(cx, inputs, outputs);
    }
    if const { E::INLINED } {
        layer.forward_training(cx, inputs, outputs);
    } else {
        outside(layer, cx, inputs, outputs);
    }
}

/// The way back.
#[doc(hidden)]
#[inline(always)]
pub fn backward<T: Scalar, L: Layer<T>, E: Element<T>>(
    layer: &L,
    cx: Backward<'_, T, L, E>,
    inputs: &[Input<L, T, E>],
    outputs: &[Output<L, T, E>],
    d_outputs: &[Output<L, T, E>],
    d_inputs: &mut [Input<L, T, E>],
) {
    #[inline(never)]
    fn outside<T: Scalar, L: Layer<T>, E: Element<T>>(
        layer: &L,
        cx: Backward<'_, T, L, E>,
        inputs: &[Input<L, T, E>],
        outputs: &[Output<L, T, E>],
        d_outputs: &[Output<L, T, E>],
        d_inputs: &mut [Input<L, T, E>],
    ) {
        layer.backward_training(cx, inputs, outputs, d_outputs, d_inputs);
    }
    if const { E::INLINED } {
        layer.backward_training(cx, inputs, outputs, d_outputs, d_inputs);
    } else {
        outside(layer, cx, inputs, outputs, d_outputs, d_inputs);
    }
}

/// The way back with the update of the parameters.
#[inline(always)]
pub(crate) fn step<T: Scalar, L: Layer<T>, E: Element<T>, U: Update<T>>(
    layer: &L,
    cx: Step<'_, T, L, E, U>,
    inputs: &[Input<L, T, E>],
    outputs: &[Output<L, T, E>],
    d_outputs: &[Output<L, T, E>],
    d_inputs: &mut [Input<L, T, E>],
) {
    #[inline(never)]
    fn outside<T: Scalar, L: Layer<T>, E: Element<T>, U: Update<T>>(
        layer: &L,
        cx: Step<'_, T, L, E, U>,
        inputs: &[Input<L, T, E>],
        outputs: &[Output<L, T, E>],
        d_outputs: &[Output<L, T, E>],
        d_inputs: &mut [Input<L, T, E>],
    ) {
        layer.backward_step(cx, inputs, outputs, d_outputs, d_inputs);
    }
    if const { E::INLINED } {
        layer.backward_step(cx, inputs, outputs, d_outputs, d_inputs);
    } else {
        outside(layer, cx, inputs, outputs, d_outputs, d_inputs);
    }
}

/// In a stream.
#[inline(always)]
pub(crate) fn stream_step<T: Scalar, L: StreamLayer<T>, E: Element<T>>(
    layer: &L,
    cx: StreamStep<'_, T, L>,
    inputs: &[<L::Input as Shape>::Of<E>],
    outputs: &mut [<L::Output as Shape>::Of<E>],
) {
    #[inline(never)]
    fn outside<T: Scalar, L: StreamLayer<T>, E: Element<T>>(
        layer: &L,
        cx: StreamStep<'_, T, L>,
        input: &<L::Input as Shape>::Of<E>,
        output: &mut <L::Output as Shape>::Of<E>,
    ) {
        layer.step(cx, input, output);
    }
    // There is one step.
    if let (Some(input), Some(output)) = (inputs.first(), outputs.first_mut()) {
        if const { E::INLINED } {
            layer.step(cx, input, output);
        } else {
            outside(layer, cx, input, output);
        }
    }
}
