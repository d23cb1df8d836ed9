//! Networks with weights of 16 bits.

use crate::error::ScratchTooShort;
use crate::half::Half;
use crate::input::Input;
use crate::layer::{Forward, Layer, Randomness};
#[cfg(feature = "alloc")]
use crate::network::Parameters;
use crate::network::{Network, scalars};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::tensor::total_len;
use crate::workspace::Arena;
use bytemuck::{Pod, Zeroable};
use core::{fmt, slice};

/// A network that `weights_type = bf16` or `f16` was declared for. `network!` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no weights of 16 bits",
    note = "write `weights_type = bf16` behind the layers of its declaration"
)]
pub trait HalfWeights: Network<Scalar = f32> {
    /// [`Bf16`](crate::half::Bf16) or [`F16`](crate::half::F16).
    type Half: Half;

    /// Elements of activations, and of the weights that no kernel widens in registers, that inference needs besides
    /// input and output.
    #[doc(hidden)]
    const HALF_ELEMENTS: usize;
    /// Calls `run` with room for them, on the stack.
    #[doc(hidden)]
    fn with_half_scratch<R>(run: impl FnOnce(&mut [f32]) -> R) -> R;
    /// The forward function, for one sample.
    #[doc(hidden)]
    fn infer_half(
        parameters: &[Self::Half],
        buffers: &Self::Buffers,
        isa: Isa,
        input: &[<Self::Input as Shape>::Of<f32>],
        output: &mut [<Self::Output as Shape>::Of<f32>],
        scratch: Arena<'_, f32>,
    );
}

/// A network of this kind whose declaration has `weights`, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no weights built in",
    note = "write `weights = \"net.safetensors\"` behind the layers of its declaration"
)]
pub trait EmbeddedHalf<const PARAMETERS: usize>: HalfWeights + Sized {
    /// In read-only data.
    #[doc(hidden)]
    const EMBEDDED: &'static HalfNetwork<Self, PARAMETERS>;
}

/// The network `N` for inference, with its parameters in 16 bits: half the memory, and where a single sample is bound by
/// the memory that weights come from, about half the time. Untrained state stays `f32`, and so does all arithmetic.
///
/// `weights_type = bf16` or `f16` in a declaration makes the alias `HalfNet` of it. Where the declaration has `weights`, too,
/// [`embedded`](HalfNetwork::embedded) has them built in.
///
/// `Linear` widens weights in registers. Any other layer has them widened on the stack, each time before it runs.
///
/// ```
/// use chainrule::prelude::*;
///
/// network! {
///     pub struct Net: [4] -> [2] { Linear(32), Relu, Linear(2) }
///     weights_type = bf16
/// }
///
/// let net = Net::init(&mut StdRng::seed_from_u64(7));
/// let half = HalfNet::from_network(&net);
/// let (exact, near) = (net.forward(&[0.5; 4]), half.forward(&[0.5; 4]));
/// assert!((exact[0] - near[0]).abs() < 0.01);
/// assert_eq!(size_of_val(half.parameters()) * 2, size_of_val(net.parameters()));
/// ```
#[repr(C, align(64))]
pub struct HalfNetwork<N: HalfWeights, const PARAMETERS: usize> {
    parameters: [N::Half; PARAMETERS],
    buffers: N::Buffers,
}

#[allow(unsafe_code)] // layout
// SAFETY: an array of `Pod` and buffers, which are `Pod`.
unsafe impl<N: HalfWeights, const PARAMETERS: usize> Zeroable for HalfNetwork<N, PARAMETERS> {}

/// A value in read-only data.
#[doc(hidden)]
pub const fn new_half<N: HalfWeights, const PARAMETERS: usize>(
    parameters: [N::Half; PARAMETERS],
    buffers: N::Buffers,
) -> HalfNetwork<N, PARAMETERS> {
    HalfNetwork {
        parameters,
        buffers,
    }
}

impl<N: HalfWeights, const PARAMETERS: usize> HalfNetwork<N, PARAMETERS> {
    /// The network with the weights that are built into the program.
    #[inline]
    pub const fn embedded() -> &'static Self
    where
        N: EmbeddedHalf<PARAMETERS>,
    {
        N::EMBEDDED
    }

    /// The network with the parameters of `network`, rounded, on the heap, built in place; see
    /// [`set`](HalfNetwork::set).
    #[cfg(feature = "alloc")]
    pub fn from_network(network: &N) -> alloc::boxed::Box<Self> {
        let mut half: alloc::boxed::Box<Self> = bytemuck::zeroed_box();
        half.set(network);
        half
    }

    /// Takes over parameters and buffers. Parameters are rounded to the nearest value, ties to even, as PyTorch's
    /// `bfloat16()` and `half()` do; what `f16` cannot hold, beyond 65,504, becomes infinite.
    pub fn set(&mut self, network: &N) {
        for (half, &parameter) in self.parameters.iter_mut().zip(network.parameters()) {
            *half = N::Half::from_f32(parameter);
        }
        self.buffers = *network.parts().1;
    }

    /// The network with the same parameters as `f32`, on the heap, built in place.
    #[cfg(feature = "alloc")]
    pub fn to_network(&self) -> alloc::boxed::Box<N> {
        let mut network = N::boxed();
        for (parameter, half) in network.parameters_mut().iter_mut().zip(&self.parameters) {
            *parameter = half.to_f32();
        }
        *network.parts_mut().1 = self.buffers;
        network
    }

    /// All trained values as one slice, in the order of the declaration.
    pub fn parameters(&self) -> &[N::Half] {
        &self.parameters
    }

    /// The untrained state as one slice.
    pub fn buffers(&self) -> &[f32] {
        scalars(&self.buffers)
    }

    pub(crate) fn typed_buffers(&self) -> &N::Buffers {
        &self.buffers
    }

    /// The output for one sample. No heap, no panic.
    ///
    /// Activations, and the widened weights of one layer that is no `Linear`, lie on the stack, at most 128 KiB; where that is
    /// not enough, see [`forward_with`](HalfNetwork::forward_with).
    pub fn forward(&self, input: &impl Input<N::Input>) -> N::Output {
        const {
            assert!(
                N::HALF_ELEMENTS * size_of::<f32>() <= 128 * 1024,
                "the activations of this network, with the weights of its largest layer that is no `Linear`, need more \
                 than 128 KiB, too much for the stack; use `forward_with` and give it a slice of `INFERENCE_BYTES` bytes"
            );
        }
        let mut output = N::Output::zeroed();
        N::with_half_scratch(|scratch| self.infer(input, &mut output, scratch));
        output
    }

    /// Bytes that [`forward`](HalfNetwork::forward) needs besides the network, the input and the output.
    pub const INFERENCE_BYTES: usize = N::HALF_ELEMENTS * size_of::<f32>();

    /// Writes the output for one sample, with activations in `scratch`.
    ///
    /// # Errors
    /// When `scratch` holds fewer than [`INFERENCE_BYTES`](HalfNetwork::INFERENCE_BYTES); nothing is written then.
    pub fn forward_with(
        &self,
        input: &impl Input<N::Input>,
        output: &mut N::Output,
        scratch: &mut [f32],
    ) -> Result<(), ScratchTooShort> {
        if scratch.len() < N::HALF_ELEMENTS {
            return Err(ScratchTooShort {
                scalars: scratch.len(),
                needed: N::HALF_ELEMENTS,
            });
        }
        self.infer(input, output, scratch);
        Ok(())
    }

    #[inline]
    fn infer(&self, input: &impl Input<N::Input>, output: &mut N::Output, scratch: &mut [f32]) {
        let scratch = scratch.get_mut(..N::HALF_ELEMENTS).unwrap_or_default();
        input.with(|input| {
            N::infer_half(
                &self.parameters,
                &self.buffers,
                Isa::detect(),
                bytemuck::cast_slice(slice::from_ref(input)),
                bytemuck::cast_slice_mut(slice::from_mut(output)),
                Arena::new(scratch, 1),
            );
        });
    }
}

impl<N: HalfWeights, const PARAMETERS: usize> Copy for HalfNetwork<N, PARAMETERS> {}
impl<N: HalfWeights, const PARAMETERS: usize> Clone for HalfNetwork<N, PARAMETERS> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N: HalfWeights, const PARAMETERS: usize> fmt::Debug for HalfNetwork<N, PARAMETERS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HalfNetwork")
            .field("parameters", &self.parameters())
            .field("buffers", &self.buffers())
            .finish()
    }
}

/// What a layer may read besides its input, when its parameters have 16 bits.
#[doc(hidden)]
pub struct ForwardHalf<'a, T: Scalar, L: Layer<T>, H> {
    pub(crate) parameters: &'a [H],
    pub(crate) buffers: &'a L::Buffers,
    pub(crate) saved: &'a mut [T],
    /// For the parameters, widened.
    pub(crate) room: &'a mut [T],
    pub(crate) isa: Isa,
}

/// One layer, for one sample; the parameters begin with its own.
#[doc(hidden)]
#[inline(never)]
pub fn forward_half<L: Layer<f32>, H: Half>(
    layer: &L,
    isa: Isa,
    parameters: &[H],
    buffers: &L::Buffers,
    saved: &mut [f32],
    room: &mut [f32],
    input: &[<L::Input as Shape>::Of<f32>],
    output: &mut [<L::Output as Shape>::Of<f32>],
) {
    let len = size_of::<L::Parameters>() / size_of::<f32>();
    for (input, output) in input.iter().zip(output) {
        let cx = ForwardHalf {
            parameters: parameters.get(..len).unwrap_or_default(),
            buffers,
            saved: &mut *saved,
            room: &mut *room,
            isa,
        };
        layer.forward_half(cx, input, output);
    }
}

/// [`Layer::forward`] with parameters that are widened first.
#[inline(always)]
pub(crate) fn widened<T: Scalar, L: Layer<T>, H: Half>(
    layer: &L,
    cx: ForwardHalf<'_, T, L, H>,
    input: &<L::Input as Shape>::Of<T>,
    output: &mut <L::Output as Shape>::Of<T>,
) {
    let ForwardHalf {
        parameters,
        buffers,
        saved,
        room,
        isa,
    } = cx;
    widen(parameters, room, |parameters| {
        let cx = Forward {
            parameters,
            buffers,
            saved,
            samples: 1,
            frozen: false,
            randomness: Randomness::new(0, 0, 0),
            isa,
        };
        layer.forward::<T>(cx, input, output);
    });
}

/// Calls `run` with the parameters of a layer, widened in `room`.
#[inline(always)]
pub(crate) fn widen<T: Scalar, P: Pod, H: Half>(
    parameters: &[H],
    room: &mut [T],
    run: impl FnOnce(&P),
) {
    if const { size_of::<P>() == 0 } {
        return run(&Zeroable::zeroed());
    }
    let room = room.get_mut(..parameters.len()).unwrap_or_default();
    for (wide, half) in room.iter_mut().zip(parameters) {
        *wide = T::from_f64(half.to_f32().into());
    }
    if let Ok([parameters]) = bytemuck::try_cast_slice::<T, P>(room) {
        run(parameters);
    }
}

/// Where the parameters of a layer begin.
#[doc(hidden)]
pub const fn half_offset<N: Network>(layer: usize) -> usize {
    let (mut offset, mut i) = (0, 0);
    while i < layer {
        offset += total_len(N::LAYERS[i].parameters);
        i += 1;
    }
    offset
}
