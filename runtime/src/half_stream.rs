//! Streams of networks with weights of 16 bits.

use crate::half::Half;
use crate::half_network::{HalfNetwork, HalfWeights, widen};
use crate::input::Input;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::stream::{Steps, Stream, StreamLayer, StreamStep, Streamable};
use crate::workspace::Arena;
use core::slice;

/// A [`Streamable`] network that `weights_type = bf16` or `f16` was declared for. `network!` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` with weights of 16 bits does not run as a stream",
    note = "a stream needs an input with a dimension of time, [length, features] or [channels, length], or indices [length] for an `Embedding`"
)]
pub trait HalfStreamable: HalfWeights + Streamable {
    /// Elements of activations, and of the weights that no kernel widens in registers, that a step needs besides input
    /// and output.
    #[doc(hidden)]
    const HALF_STEP_ELEMENTS: usize;
    /// Calls `run` with room for them, on the stack.
    #[doc(hidden)]
    fn with_half_step_scratch<R>(run: impl FnOnce(&mut [f32]) -> R) -> R;
    /// One step through all layers.
    #[doc(hidden)]
    fn infer_half_step(
        parameters: &[Self::Half],
        buffers: &Self::Buffers,
        isa: Isa,
        state: &mut Self::StreamState,
        input: &[<Self::StepInput as Shape>::Of<f32>],
        output: &mut [<Self::StepOutput as Shape>::Of<f32>],
        scratch: Arena<'_, f32>,
    );
}

impl<N: HalfStreamable, const PARAMETERS: usize> HalfNetwork<N, PARAMETERS> {
    /// Bytes that a stream needs besides the network, as in [`Streamable::STREAM_BYTES`], with those of the widened weights of
    /// the step's largest layer that is no `Linear`.
    pub const STREAM_BYTES: usize =
        size_of::<N::StreamState>() + N::HALF_STEP_ELEMENTS * size_of::<f32>();

    /// The network as a stream, as [`Network::stream`](crate::Network::stream) makes it: it remembers the same, so
    /// [`Stream::with_state`] goes on with what a stream in `f32` left.
    ///
    /// At each step `Linear` widens weights in registers; any other layer has them widened on the stack, all of them, before its
    /// step runs as in `f32`.
    ///
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// network! {
    ///     struct Forecast: [48, 1] -> [48, 1] { gru: Gru(8), head: Linear(1) }
    ///     weights_type = bf16
    /// }
    ///
    /// let net = Forecast::init(&mut StdRng::seed_from_u64(7));
    /// let half = HalfForecast::from_network(&net);
    /// let (mut exact, mut near) = (net.stream(), half.stream());
    /// for t in 0..100 {
    ///     let x = [(t as f32 * 0.3).sin()];
    ///     assert!((exact.step(&x)[0] - near.step(&x)[0]).abs() < 0.01);
    /// }
    /// ```
    pub const fn stream(&self) -> Stream<&Self, N::StreamState> {
        Stream::new(self)
    }

    /// As [`stream`](HalfNetwork::stream), with the state on the heap, allocated once and built in place.
    #[cfg(feature = "alloc")]
    pub fn boxed_stream(&self) -> Stream<&Self, alloc::boxed::Box<N::StreamState>> {
        Stream::with_state(self, bytemuck::zeroed_box())
    }
}

impl<N: HalfStreamable, const PARAMETERS: usize> Steps for HalfNetwork<N, PARAMETERS> {
    type Scalar = f32;
    type Input = N::StepInput;
    type Output = N::StepOutput;
    type State = N::StreamState;
    const ELEMENTS: usize = N::HALF_STEP_ELEMENTS;

    #[inline(always)]
    fn with_room<R>(run: impl FnOnce(&mut [f32]) -> R) -> R {
        N::with_half_step_scratch(run)
    }
    #[inline(always)]
    fn step(
        &self,
        state: &mut N::StreamState,
        input: &impl Input<N::StepInput>,
        output: &mut N::StepOutput,
        scratch: &mut [f32],
    ) {
        let scratch = scratch.get_mut(..N::HALF_STEP_ELEMENTS).unwrap_or_default();
        input.with(|input| {
            N::infer_half_step(
                self.parameters(),
                self.typed_buffers(),
                Isa::detect(),
                state,
                bytemuck::cast_slice(slice::from_ref(input)),
                bytemuck::cast_slice_mut(slice::from_mut(output)),
                Arena::new(scratch, 1),
            );
        });
    }
}

/// A step of one layer that remembers; the parameters begin with its own.
#[doc(hidden)]
#[inline(never)]
pub fn stream_step_half<L: StreamLayer<f32>, H: Half>(
    layer: &L,
    isa: Isa,
    parameters: &[H],
    state: &mut L::State,
    room: &mut [f32],
    inputs: &[<L::Input as Shape>::Of<f32>],
    outputs: &mut [<L::Output as Shape>::Of<f32>],
) {
    // There is one step.
    let (Some(input), Some(output)) = (inputs.first(), outputs.first_mut()) else {
        return;
    };
    let len = const { stream_room::<L>() };
    widen(
        parameters.get(..len).unwrap_or_default(),
        room,
        |parameters| {
            let cx = StreamStep {
                parameters,
                state,
                isa,
            };
            layer.step::<f32>(cx, input, output);
        },
    );
}

/// What the parameters of such a layer take when they are widened.
#[doc(hidden)]
pub const fn stream_room<L: StreamLayer<f32>>() -> usize {
    size_of::<L::Parameters>() / size_of::<f32>()
}
