//! Streams: a network over sequences that runs one time step at a time.

use crate::calls;
use crate::element::Element;
use crate::inlined::is_small_work;
use crate::input::Input;
use crate::network::Network;
use crate::one::One;
use crate::place::zeroed;
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};
use crate::simd::{Isa, Work};
use crate::workspace::Arena;
use bytemuck::{Pod, Zeroable};
use core::borrow::BorrowMut;
use core::ops::Deref;
use core::slice;

/// A network over sequences whose output at a step depends on nothing that comes later: [`Network::stream`] runs it one
/// step at a time. `network!` implements this for every network that can.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run as a stream",
    note = "a stream needs an input with a dimension of time, [length, features] or [channels, length], or indices [length] for an `Embedding`"
)]
pub trait Streamable: Network {
    /// One step that goes in: the input without its dimension of time.
    type StepInput: Shape<Scalar = Self::Scalar> + Sample<Self::StepInput>;
    /// One step that comes out.
    type StepOutput: Shape<Scalar = Self::Scalar>;
    /// What the layers remember of earlier steps. All zeros is the start.
    type StreamState: Zeroable + Copy + Send + Sync + 'static;

    /// Elements of activations that a step needs besides input and output.
    #[doc(hidden)]
    const STEP_ELEMENTS: usize;
    /// Multiply-adds of one step.
    const STEP_MACS: usize;
    /// How many layers a step goes through.
    #[doc(hidden)]
    const STEP_LAYERS: usize;
    /// Bytes that a stream needs besides the network: what it remembers, and the activations between the layers of one
    /// step. A layer may use a little of the stack besides: the inputs under the taps of a convolution, the gates of a
    /// recurrent layer, a score for each position of attention.
    const STREAM_BYTES: usize =
        size_of::<Self::StreamState>() + Self::STEP_ELEMENTS * size_of::<Self::Scalar>();

    /// Calls `run` with room for [`STEP_ELEMENTS`](Streamable::STEP_ELEMENTS) scalars, on the stack.
    #[doc(hidden)]
    fn with_step_scratch<R>(run: impl FnOnce(&mut [Self::Scalar]) -> R) -> R;
    /// One step through all layers.
    #[doc(hidden)]
    fn infer_step<E: Element<Self::Scalar>>(
        &self,
        isa: Isa,
        state: &mut Self::StreamState,
        input: &[<Self::StepInput as Shape>::Of<E>],
        output: &mut [<Self::StepOutput as Shape>::Of<E>],
        scratch: Arena<'_, E>,
    );
}

/// What a [`Stream`] runs: a network that is [`Streamable`], or a [`HalfNetwork`](crate::HalfNetwork) of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run as a stream",
    note = "a stream is of a network that is `Streamable`, or of one of those with weights of 16 bits"
)]
pub trait Steps {
    #[doc(hidden)]
    type Scalar: Scalar;
    /// One step that goes in.
    type Input: Shape<Scalar = Self::Scalar> + Sample<Self::Input>;
    /// One step that comes out.
    type Output: Shape<Scalar = Self::Scalar>;
    /// What the layers remember of earlier steps. All zeros is the start.
    type State: Zeroable + Copy + Send + Sync + 'static;

    /// Elements that a step needs besides input and output.
    #[doc(hidden)]
    const ELEMENTS: usize;
    /// Calls `run` with room for them, on the stack.
    #[doc(hidden)]
    fn with_room<R>(run: impl FnOnce(&mut [Self::Scalar]) -> R) -> R;
    #[doc(hidden)]
    fn step(
        &self,
        state: &mut Self::State,
        input: &impl Input<Self::Input>,
        output: &mut Self::Output,
        scratch: &mut [Self::Scalar],
    );
}

impl<N: Streamable> Steps for N {
    type Scalar = N::Scalar;
    type Input = N::StepInput;
    type Output = N::StepOutput;
    type State = N::StreamState;
    const ELEMENTS: usize = N::STEP_ELEMENTS;

    #[inline(always)]
    fn with_room<R>(run: impl FnOnce(&mut [N::Scalar]) -> R) -> R {
        N::with_step_scratch(run)
    }
    #[inline(always)]
    fn step(
        &self,
        state: &mut N::StreamState,
        input: &impl Input<N::StepInput>,
        output: &mut N::StepOutput,
        scratch: &mut [N::Scalar],
    ) {
        input.with(|input| step(self, state, input, output, scratch));
    }
}

/// A network that runs one time step at a time, with what its layers remember: made by [`Network::stream`].
///
/// It puts out, step by step, what the network's [`forward`](Network::forward) puts out for the sequence of these steps, up
/// to rounding (the sums have another order). Steps may go on behind the declared length, for as long as the program runs;
/// attention without a `window` then sees as many of the last positions as that length. Behind `last = true` there is an
/// output at every step, as if the sequence ended there. No heap, no panic, no lock.
///
/// `R` holds the network: a reference, a `Box`, an `Arc`. `S` is the memory of the state: the state itself, a `Box` or a
/// `&'static mut` of it.
///
/// ```
/// use chainrule::prelude::*;
///
/// network! {
///     struct Forecast: [48, 1] -> [48, 1] { gru: Gru(8), head: Linear(1) }
/// }
/// let net = Forecast::init(&mut StdRng::seed_from_u64(7));
/// let mut sequence = [[0.0; 1]; 48];
/// for (t, x) in sequence.iter_mut().enumerate() {
///     x[0] = (t as f32 * 0.3).sin();
/// }
/// let whole = net.forward(&sequence);
///
/// let mut stream = net.stream();
/// for (x, expected) in sequence.iter().zip(whole) {
///     let y: [f32; 1] = stream.step(x);
///     assert!((y[0] - expected[0]).abs() < 1e-6);
/// }
/// stream.reset();
/// ```
pub struct Stream<R, S> {
    network: R,
    state: S,
}

impl<R> Stream<R, <R::Target as Steps>::State>
where
    R: Deref,
    R::Target: Steps + Sized,
{
    /// A stream at its start, with its state inside: at most 64 KiB, else it does not compile.
    pub const fn new(network: R) -> Self {
        const {
            assert!(
                size_of::<<R::Target as Steps>::State>() <= 64 * 1024,
                "the stream of this network remembers more than 64 KiB, too much for the stack; \
                 use `boxed_stream`, or `Stream::with_state` with memory of your own"
            );
        }
        Self {
            network,
            state: zeroed(),
        }
    }
}

impl<R, S> Stream<R, S>
where
    R: Deref,
    R::Target: Steps + Sized,
    S: BorrowMut<<R::Target as Steps>::State>,
{
    /// A stream that goes on from a given state, in given memory.
    pub const fn with_state(network: R, state: S) -> Self {
        Self { network, state }
    }

    /// The output of the next step. No heap, no panic.
    #[inline]
    pub fn step(
        &mut self,
        input: &impl Input<<R::Target as Steps>::Input>,
    ) -> <R::Target as Steps>::Output {
        let mut output = Zeroable::zeroed();
        self.step_into(input, &mut output);
        output
    }

    /// Writes the output of the next step.
    #[inline]
    pub fn step_into(
        &mut self,
        input: &impl Input<<R::Target as Steps>::Input>,
        output: &mut <R::Target as Steps>::Output,
    ) {
        const {
            assert!(
                <R::Target as Steps>::ELEMENTS * size_of::<<R::Target as Steps>::Scalar>()
                    <= 128 * 1024,
                "the activations of one step need more than 128 KiB, too much for the stack"
            );
        }
        let (network, state) = (&*self.network, self.state.borrow_mut());
        <R::Target as Steps>::with_room(|scratch| network.step(state, input, output, scratch));
    }

    /// Forgets all steps: the next one is the first.
    pub fn reset(&mut self) {
        bytemuck::write_zeroes(self.state.borrow_mut());
    }

    /// What the layers remember: a copy of it, given back with [`with_state`](Stream::with_state), goes on from here.
    pub fn state(&self) -> &<R::Target as Steps>::State {
        self.state.borrow()
    }

    /// The network.
    pub fn network(&self) -> &R {
        &self.network
    }

    /// The network, to put another one in its place: the stream goes on with what it remembers.
    ///
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// network! {
    ///     struct Smooth: [16, 1] -> [16, 1] { gru: Gru(4), Linear(1) }
    /// }
    /// let mut rng = StdRng::seed_from_u64(7);
    /// let (first, second) = (Smooth::init(&mut rng), Smooth::init(&mut rng));
    ///
    /// let mut stream = first.stream();
    /// stream.step(&[0.5]);
    /// let remembered = *stream.state();
    ///
    /// *stream.network_mut() = &second;
    /// let mut continued = Stream::with_state(&*second, remembered);
    /// assert_eq!(stream.step(&[0.25]), continued.step(&[0.25]));
    /// ```
    ///
    /// Between threads a [`Receiver`](crate::slot::Receiver) is the network: `stream.network_mut().update()`.
    pub fn network_mut(&mut self) -> &mut R {
        &mut self.network
    }

    /// The network, where the stream is at its end.
    pub fn into_network(self) -> R {
        self.network
    }

    /// What the layers remember, for a stream of another network of the same type, see
    /// [`with_state`](Stream::with_state).
    pub fn into_state(self) -> S {
        self.state
    }
}

impl<R: Clone, S: Clone> Clone for Stream<R, S> {
    fn clone(&self) -> Self {
        Self {
            network: self.network.clone(),
            state: self.state.clone(),
        }
    }
}

/// What a layer becomes in a stream: one step at a time, with a memory of earlier ones.
///
/// The parameters are those of the layer for whole sequences.
#[doc(hidden)]
pub trait StreamLayer<T: Scalar>: Copy + Send + Sync + 'static {
    type Input: Shape<Scalar = T>;
    type Output: Shape<Scalar = T>;
    type Parameters: Pod + Send + Sync;
    /// All zeros is the start.
    type State: Zeroable + Copy + Send + Sync + 'static;
    /// Multiply-adds of a step.
    const MACS: usize;

    fn step<E: Element<T>>(
        &self,
        cx: StreamStep<'_, T, Self>,
        input: &<Self::Input as Shape>::Of<E>,
        output: &mut <Self::Output as Shape>::Of<E>,
    );
}

/// What a step may read besides its input, and what it remembers.
#[doc(hidden)]
pub struct StreamStep<'a, T: Scalar, L: StreamLayer<T>> {
    pub(crate) parameters: &'a L::Parameters,
    pub(crate) state: &'a mut L::State,
    pub(crate) isa: Isa,
}

/// A step of one layer, as the generated code calls it.
#[doc(hidden)]
#[inline(always)]
pub fn stream_step<T: Scalar, L: StreamLayer<T>, E: Element<T>>(
    layer: &L,
    isa: Isa,
    parameters: &L::Parameters,
    state: &mut L::State,
    inputs: &[<L::Input as Shape>::Of<E>],
    outputs: &mut [<L::Output as Shape>::Of<E>],
) {
    let cx = StreamStep {
        parameters,
        state,
        isa,
    };
    calls::stream_step(layer, cx, inputs, outputs);
}

/// A step of the network.
#[inline(always)]
fn step<N: Streamable>(
    network: &N,
    state: &mut N::StreamState,
    input: &N::StepInput,
    output: &mut N::StepOutput,
    scratch: &mut [N::Scalar],
) {
    let step = Step {
        network,
        state,
        input,
        output,
        scratch,
    };
    let isa = Isa::detect();
    if const { is_small_work::<N>(N::STEP_MACS, N::STEP_LAYERS) } && isa.compiles_whole() {
        isa.run_whole(step);
    } else {
        step.run_as::<N::Scalar>(isa);
    }
}

struct Step<'a, N: Streamable> {
    network: &'a N,
    state: &'a mut N::StreamState,
    input: &'a N::StepInput,
    output: &'a mut N::StepOutput,
    scratch: &'a mut [N::Scalar],
}

impl<N: Streamable> Step<'_, N> {
    #[inline(always)]
    fn run_as<E: Element<N::Scalar>>(self, isa: Isa) {
        let scratch = self.scratch.get_mut(..N::STEP_ELEMENTS);
        self.network.infer_step::<E>(
            isa,
            self.state,
            bytemuck::cast_slice(slice::from_ref(self.input)),
            bytemuck::cast_slice_mut(slice::from_mut(self.output)),
            Arena::new(bytemuck::cast_slice_mut(scratch.unwrap_or_default()), 1),
        );
    }
}

impl<N: Streamable> Work for Step<'_, N> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.run_on::<FMA>(Isa::detect());
    }
    #[inline(always)]
    fn run_on<const FMA: bool>(self, isa: Isa) {
        self.run_as::<One<N::Scalar>>(isa);
    }
}
