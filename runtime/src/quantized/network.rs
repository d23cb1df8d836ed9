//! What users call: calibration, conversion, and inference with whole numbers.

use super::bytes::{self, QuantizedBytesError};
use super::error::{QuantizeError, RoomTooShort};
use super::line::{Line, Lines, LinesMut};
use crate::error::LengthMismatch;
use crate::input::Input;
use crate::network::Network;
#[cfg(feature = "alloc")]
use crate::network::Parameters;
use crate::shape::{Sample, Shape};
use crate::simd::Isa;
use bytemuck::{Pod, Zeroable};

/// An integer network: what `quantize = int8` in a declaration generates beside the network.
///
/// Activations are bytes with 128 levels (see [`Affine`](super::Affine)), weights bytes from −127 to 127 with a scale for
/// each output, sums whole numbers of 32 bits of which it is proved, from the weights, that they cannot overflow. Numbers
/// become bytes where they come in and numbers again where they go out, by single operations of IEEE 754. So the same
/// input gives the same bits on every machine and instruction set.
///
/// Layers that read indices (`SparseLinear`, `EmbeddingBag`, `Embedding`) sum rows of bytes in 16 bits, which 255 rows cannot
/// leave, and sums of more rows in 32.
///
/// ```
/// use chainrule::prelude::*;
///
/// network! {
///     pub struct Net: [8] -> [3] { Linear(32), Relu, Linear(3) }
///     quantize = int8
/// }
///
/// let mut rng = StdRng::seed_from_u64(7);
/// let net = Net::init(&mut rng);
/// let samples: Vec<[f32; 8]> = (0..64).map(|_| rng.random()).collect();
///
/// // After training: samples show how large the numbers behind each layer are.
/// let quantized = QNet::calibrate(&net, &samples)?;
/// let (a, b) = (net.forward(&samples[0]), quantized.forward(&samples[0]));
/// assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 0.05));
///
/// // Quantisation-aware: train a network that rounds as the integer network does.
/// let mut training = QNet::prepare_qat(&net);
/// let (mut workspace, mut sgd) = (QatNet::workspace(), Sgd::new(&*training, 0.01));
/// let targets = vec![1_u8; 64];
/// training.backpropagate(&samples, &targets, &CrossEntropyLoss::default(), &mut workspace)?;
/// sgd.step(&mut training, workspace.gradients());
/// let quantized = QNet::convert(&training)?;
/// # let _ = quantized;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait QuantizedNetwork: Pod + Send + Sync {
    /// The network as it was declared.
    type Float: Network<Scalar = f32, Input = Self::Input, Output = Self::Output>;
    /// The network to train so that it bears to be quantised: the same layers, with weights and activations rounded. Its
    /// parameters are those of [`Float`](Self::Float), its buffers have the ranges besides.
    type Training: Network<Scalar = f32, Input = Self::Input, Output = Self::Output>;
    /// One input sample.
    type Input: Shape<Scalar = f32> + Sample<Self::Input>;
    /// One output sample.
    type Output: Shape<Scalar = f32> + Sample<Self::Output>;

    /// Bytes of the network: weights, biases, factors and tables.
    const BYTES: usize = size_of::<Self>();
    /// Bytes of activations that [`forward`](Self::forward) needs, on the stack.
    const INFERENCE_BYTES: usize = Self::ROOM * size_of::<Line>();
    /// The same in lines, for [`forward_with`](Self::forward_with).
    const ROOM: usize;

    /// Writes the lines.
    #[doc(hidden)]
    fn quantize_layers(training: &Self::Training, lines: LinesMut<'_>)
    -> Result<(), QuantizeError>;
    /// Runs the layers.
    #[doc(hidden)]
    fn infer(isa: Isa, lines: Lines<'_>, input: &[f32], output: &mut [f32], room: LinesMut<'_>);
    /// Calls `run` with room for the activations, on the stack.
    #[doc(hidden)]
    fn with_room<R>(run: impl FnOnce(&mut [Line]) -> R) -> R;
    /// Runs the layers as declared and takes in the ranges of what they put out.
    #[doc(hidden)]
    fn observe(training: &mut Self::Training, isa: Isa, input: &Self::Input, scratch: &mut [f32]);

    /// The network to train: with the weights of `net`, and nothing known of ranges.
    #[cfg(feature = "alloc")]
    fn prepare_qat(net: &Self::Float) -> alloc::boxed::Box<Self::Training> {
        let mut training = Self::Training::boxed();
        training.parameters_mut().copy_from_slice(net.parameters());
        let mut from = net.buffers();
        let mut to = training.buffers_mut();
        // Both have the same statistics in the same order; one has ranges between.
        for layer in Self::Training::LAYERS {
            let len = crate::tensor::total_len(layer.buffers);
            let (here, behind) = to.split_at_mut(len);
            to = behind;
            if !is_range(layer) {
                let (there, behind) = from.split_at(len);
                from = behind;
                here.copy_from_slice(there);
            }
        }
        training
    }

    /// The integer network of a trained one: runs `samples` through it to learn the ranges of all activations.
    ///
    /// # Errors
    /// Without samples, where a number is not finite, and where the sums of a layer might overflow.
    #[cfg(feature = "alloc")]
    fn calibrate<X: Input<Self::Input>>(
        net: &Self::Float,
        samples: &[X],
    ) -> Result<alloc::boxed::Box<Self>, QuantizeError> {
        let mut training = Self::prepare_qat(net);
        let mut scratch = alloc::vec![0.0; Self::Training::INFERENCE_ELEMENTS + Self::Output::LEN];
        let isa = Isa::detect();
        for sample in samples {
            sample.with(|input| Self::observe(&mut training, isa, input, &mut scratch));
        }
        Self::convert(&training)
    }

    /// The integer network of one that was trained for it.
    ///
    /// # Errors
    /// When it has not been trained at all, where a number is not finite, and where the sums of a layer might overflow.
    #[cfg(feature = "alloc")]
    fn convert(training: &Self::Training) -> Result<alloc::boxed::Box<Self>, QuantizeError> {
        let mut network: alloc::boxed::Box<Self> = bytemuck::zeroed_box();
        network.convert_from(training)?;
        Ok(network)
    }

    /// As [`convert`](Self::convert), in place.
    ///
    /// # Errors
    /// As there; the network is then not to be used.
    fn convert_from(&mut self, training: &Self::Training) -> Result<(), QuantizeError> {
        let lines = bytemuck::try_cast_slice_mut(core::slice::from_mut(self)).unwrap_or_default();
        Self::quantize_layers(training, LinesMut::new(lines))
    }

    /// The network as bytes, for a file or for the memory of a device: a header of 64 bytes, which says what network it is, and
    /// [`BYTES`](Self::BYTES).
    ///
    /// The order of the bytes in its numbers is that of this machine.
    #[cfg(feature = "alloc")]
    fn to_bytes(&self) -> alloc::vec::Vec<u8> {
        let body = bytes::lines(self);
        let mut bytes = alloc::vec::Vec::with_capacity(size_of::<Line>() + body.len());
        bytes.extend_from_slice(&bytes::header::<Self>(body).0);
        bytes.extend_from_slice(body);
        bytes
    }

    /// Takes over a network from what [`to_bytes`](Self::to_bytes) gave. No heap, no panic.
    ///
    /// ```
    /// use chainrule::{Place, prelude::*};
    ///
    /// network! {
    ///     struct Net: [4] -> [1] { SparseLinear(100, 16), ClippedRelu, Linear(1) }
    ///     quantize = int8
    /// }
    ///
    /// // In `.bss`: no heap, and no room in the program's file.
    /// static NET: Place<QNet> = Place::new(QNet::zeroed());
    ///
    /// # let mut rng = StdRng::seed_from_u64(7);
    /// # let samples = [[1_u8, 2, 3, 4], [50, 60, 70, 99]];
    /// # let bytes = QNet::calibrate(&Net::init(&mut rng), &samples)?.to_bytes();
    /// let Some(net) = NET.take() else {
    ///     unreachable!("nobody else takes it")
    /// };
    /// net.load_bytes(&bytes)?; // of `include_bytes!`, or read from a file
    /// let [score] = net.forward(&[7_u8, 12, 60, 99]);
    /// # let _ = score;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When they are not those of a network of this declaration, or have changed; this one then stays as it is.
    fn load_bytes(&mut self, bytes: &[u8]) -> Result<(), QuantizedBytesError> {
        let body = bytes::body::<Self>(bytes)?;
        let lines = bytemuck::cast_slice_mut(core::slice::from_mut(self)).iter_mut();
        for (to, byte) in lines.zip(body) {
            *to = *byte;
        }
        Ok(())
    }

    /// The network where its bytes lie, as in the read-only memory of a device: nothing is copied.
    ///
    /// They begin at a multiple of 64 bytes, as those of `include_bytes!` do in a `static` of a type with
    /// `#[repr(C, align(64))] struct Aligned<T>(T)`.
    ///
    /// # Errors
    /// As [`load_bytes`](Self::load_bytes), and where they begin elsewhere.
    fn from_bytes(bytes: &[u8]) -> Result<&Self, QuantizedBytesError> {
        bytes::in_place(bytes::body::<Self>(bytes)?)
    }

    /// The output for one sample. No heap, no panic.
    ///
    /// Activations lie on the stack, at most 128 KiB; a network that needs more does not compile here and says to
    /// use [`forward_with`](Self::forward_with).
    fn forward(&self, input: &impl Input<Self::Input>) -> Self::Output {
        const { assert_stack::<Self>() }
        let mut output = Self::Output::zeroed();
        Self::with_room(|room| self.run(Isa::detect(), input, &mut output, room));
        output
    }

    /// Writes the output for one sample, with activations in `room`.
    ///
    /// # Errors
    /// When `room` has fewer than [`ROOM`](Self::ROOM) lines; nothing is written then.
    fn forward_with(
        &self,
        input: &impl Input<Self::Input>,
        output: &mut Self::Output,
        room: &mut [Line],
    ) -> Result<(), RoomTooShort> {
        if room.len() < Self::ROOM {
            return Err(RoomTooShort {
                lines: room.len(),
                needed: Self::ROOM,
            });
        }
        self.run(Isa::detect(), input, output, room);
        Ok(())
    }

    /// The outputs for many samples.
    ///
    /// # Errors
    /// When `inputs` and `outputs` differ in number; nothing is written then.
    fn forward_batch<X: Input<Self::Input>>(
        &self,
        inputs: &[X],
        outputs: &mut [Self::Output],
    ) -> Result<(), LengthMismatch> {
        if inputs.len() != outputs.len() {
            return Err(LengthMismatch {
                inputs: inputs.len(),
                others: outputs.len(),
            });
        }
        const { assert_stack::<Self>() }
        let isa = Isa::detect();
        Self::with_room(|room| {
            for (input, output) in inputs.iter().zip(outputs) {
                self.run(isa, input, output, room);
            }
        });
        Ok(())
    }

    #[doc(hidden)]
    #[inline(always)]
    fn run(
        &self,
        isa: Isa,
        input: &impl Input<Self::Input>,
        output: &mut Self::Output,
        room: &mut [Line],
    ) {
        let lines = bytemuck::try_cast_slice(core::slice::from_ref(self)).unwrap_or_default();
        input.with(|input| {
            Self::infer(
                isa,
                Lines::new(lines),
                bytemuck::try_cast_slice(core::slice::from_ref(input)).unwrap_or_default(),
                bytemuck::try_cast_slice_mut(core::slice::from_mut(output)).unwrap_or_default(),
                LinesMut::new(room),
            );
        });
    }
}

/// That activations fit the stack.
#[track_caller]
const fn assert_stack<Q: QuantizedNetwork>() {
    assert!(
        Q::INFERENCE_BYTES <= 128 * 1024,
        "the activations of this network need more than 128 KiB, too much for the stack; \
         use `forward_with` and give it a slice of `ROOM` lines"
    );
}

/// Whether the layer is a [`FakeQuantize`](super::FakeQuantize).
#[cfg(feature = "alloc")]
fn is_range(layer: &crate::LayerInfo) -> bool {
    layer.declaration == RANGE
}

/// What the layers that round activations are called in summaries.
#[doc(hidden)]
pub const RANGE: &str = "FakeQuantize";
