//! Weights rounded as in the integer network, with gradients as if they were not (Jacob et al. 2018, CVPR,
//! arXiv:1712.05877, section 3).

use super::affine::{signed, weight_scale};
use crate::element::Element;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::{Isa, Work};
use crate::tensor::{self, Order, Tensor};
use core::slice;
use rand::Rng;

/// A layer whose weights are rounded to the 255 levels of an integer network, PyTorch's per-channel symmetric
/// `FakeQuantize` from −127 to 127: `w ← s·round(w/s)` with `s = max |w|/127` of each output.
///
/// Parameters, init and gradients are those of the layer: straight through, and no weight lies outside the range.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeWeights<L>(pub L);

impl<L: Layer<f32>> FakeWeights<L> {
    /// Scalars of the rounded parameters, and of the scale of each output behind them.
    const ROUNDED: usize = tensor::total_len(L::PARAMETERS) + Self::outputs();

    const fn outputs() -> usize {
        let (mut outputs, mut i) = (0, 0);
        while i < L::PARAMETERS.len() {
            if let Some(innermost) = outputs_of(&L::PARAMETERS[i]) {
                outputs = innermost;
            }
            i += 1;
        }
        outputs
    }

    /// The layer's own room, and the rounded parameters behind that of all lane groups.
    #[inline(always)]
    fn split<E: Element<f32>>(saved: &mut [E]) -> (&mut [E], &mut [f32]) {
        let groups = saved.len() / <Self as Layer<f32>>::SAVED.max(1);
        let (own, rounded) = saved
            .split_at_mut_checked(groups * L::SAVED)
            .unwrap_or_default();
        (own, E::scalars_mut(rounded))
    }

    #[inline(always)]
    fn rounded(scalars: &[f32]) -> Option<&L::Parameters> {
        let run = scalars.get(..tensor::total_len(L::PARAMETERS))?;
        bytemuck::try_from_bytes(bytemuck::cast_slice(run)).ok()
    }
}

impl<L: Layer<f32>> Layer<f32> for FakeWeights<L> {
    type Input = L::Input;
    type Output = L::Output;
    type Parameters = L::Parameters;
    type Buffers = L::Buffers;

    const PARAMETERS: &'static [Tensor] = L::PARAMETERS;
    const BUFFERS: &'static [Tensor] = L::BUFFERS;
    const MACS: usize = L::MACS;
    /// The rounded parameters, in the room of the first lane group.
    const SAVED: usize = L::SAVED + Self::ROUNDED;
    const OVERWRITES: bool = L::OVERWRITES;

    fn init<R: Rng + ?Sized>(
        &self,
        parameters: &mut L::Parameters,
        buffers: &mut L::Buffers,
        rng: &mut R,
    ) {
        self.0.init(parameters, buffers, rng);
    }

    #[inline(always)]
    fn forward<E: Element<f32>>(
        &self,
        cx: Forward<f32, Self, E>,
        input: &<L::Input as Shape>::Of<E>,
        output: &mut <L::Output as Shape>::Of<E>,
    ) {
        self.forward_training(cx, slice::from_ref(input), slice::from_mut(output));
    }

    #[inline(always)]
    fn backward<E: Element<f32>>(
        &self,
        cx: Backward<f32, Self, E>,
        input: &<L::Input as Shape>::Of<E>,
        output: &<L::Output as Shape>::Of<E>,
        d_output: &<L::Output as Shape>::Of<E>,
        d_input: &mut <L::Input as Shape>::Of<E>,
    ) {
        self.backward_training(
            cx,
            slice::from_ref(input),
            slice::from_ref(output),
            slice::from_ref(d_output),
            slice::from_mut(d_input),
        );
    }

    #[inline(always)]
    fn forward_training<E: Element<f32>>(
        &self,
        cx: Forward<f32, Self, E>,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &mut [<L::Output as Shape>::Of<E>],
    ) {
        let (saved, rounded) = Self::split(cx.saved);
        let weights = crate::network::scalars(cx.parameters);
        round_weights(cx.isa, L::PARAMETERS, weights, rounded);
        if let Some(parameters) = Self::rounded(rounded) {
            let cx = Forward {
                parameters,
                buffers: cx.buffers,
                saved,
                samples: cx.samples,
                frozen: cx.frozen,
                randomness: cx.randomness,
                isa: cx.isa,
            };
            self.0.forward_training(cx, inputs, outputs);
        }
    }

    #[inline(always)]
    fn backward_training<E: Element<f32>>(
        &self,
        cx: Backward<f32, Self, E>,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        d_outputs: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    ) {
        let (saved, rounded) = Self::split(cx.saved);
        if let Some(parameters) = Self::rounded(rounded) {
            let cx = Backward {
                parameters,
                gradients: cx.gradients,
                saved,
                input_gradient: cx.input_gradient,
                overwrite: cx.overwrite,
                samples: cx.samples,
                frozen: cx.frozen,
                randomness: cx.randomness,
                isa: cx.isa,
            };
            self.0
                .backward_training(cx, inputs, outputs, d_outputs, d_inputs);
        }
    }
}

/// How many outputs lie innermost in a tensor of weights: those of a matrix, or the columns of a table.
const fn outputs_of(tensor: &Tensor) -> Option<usize> {
    match (tensor.order, tensor.dims) {
        (Order::OutputsInnermost, [outputs, ..]) | (_, [_, outputs]) => Some(*outputs),
        _ => None,
    }
}

/// Writes the parameters, weights rounded; behind them there is room for the scale of each output.
fn round_weights(isa: Isa, tensors: &'static [Tensor], weights: &[f32], rounded: &mut [f32]) {
    let Some((mut to, scales)) = rounded.split_at_mut_checked(weights.len()) else {
        return;
    };
    let mut from = weights;
    for tensor in tensors {
        let (Some((w, from_behind)), Some((q, to_behind))) = (
            from.split_at_checked(tensor.len()),
            core::mem::take(&mut to).split_at_mut_checked(tensor.len()),
        ) else {
            return;
        };
        (from, to) = (from_behind, to_behind);
        match outputs_of(tensor).and_then(|outputs| scales.get_mut(..outputs)) {
            Some(scales) => isa.run(RoundWeights { scales, w, q }),
            None => q.copy_from_slice(w),
        }
    }
}

struct RoundWeights<'a> {
    scales: &'a mut [f32],
    w: &'a [f32],
    q: &'a mut [f32],
}

impl Work for RoundWeights<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { scales, w, q } = self;
        let outputs = scales.len().max(1);
        scales.fill(0.0);
        for row in w.chunks_exact(outputs) {
            for (largest, w) in scales.iter_mut().zip(row) {
                *largest = largest.max(w.abs());
            }
        }
        for scale in scales.iter_mut() {
            *scale = weight_scale(*scale);
        }
        for (w, q) in w.chunks_exact(outputs).zip(q.chunks_exact_mut(outputs)) {
            for ((w, q), scale) in w.iter().zip(q).zip(&*scales) {
                *q = f32::from(signed(w / scale)) * scale;
            }
        }
    }
}
