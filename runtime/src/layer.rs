//! The `Layer` trait: what the built-in layers and the user's own have in common.

use crate::element::Element;
use crate::half::Half;
use crate::half_network::{ForwardHalf, widened};
use crate::indices::WrongIndex;
use crate::layer_info::{LayerInfo, apply_trained, where_frozen};
use crate::network::{scalars, scalars_mut};
use crate::pass::Call;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::tensor::Tensor;
use crate::weights::Update;
use bytemuck::Pod;
use rand::Rng;

/// A layer: a function of an input and of trained parameters, with its derivative.
///
/// The value itself holds the *configuration* (a stride, a slope, often nothing); [`Parameters`](Layer::Parameters)
/// and [`Buffers`](Layer::Buffers) lie in the network, activations in the workspace. So a layer is `Copy`, costs
/// nothing to make, and the parameters of a whole network are one run of scalars.
///
/// [`forward`](Layer::forward) and [`backward`](Layer::backward) are written for any [`Element`]: with `E = T` they
/// serve one sample, with `E = Lanes<T>` sixteen at once. A layer that only maps a sample to a sample needs no more
/// than these two; what works across the batch or needs randomness overrides
/// [`forward_training`](Layer::forward_training) and [`backward_training`](Layer::backward_training).
///
/// ```
/// use chainrule::prelude::*;
///
/// /// `y = a ⊙ x` with a trained `a`.
/// #[derive(Clone, Copy, Default)]
/// struct Gain<const N: usize>;
///
/// impl<const N: usize> Layer<f32> for Gain<N> {
///     type Input = [f32; N];
///     type Output = [f32; N];
///     type Parameters = [f32; N];
///     type Buffers = ();
///     const PARAMETERS: &'static [Tensor] = &[Tensor::new("weight", &[N])];
///
///     fn init<R: Rng + ?Sized>(&self, a: &mut [f32; N], _: &mut (), _: &mut R) {
///         a.fill(1.0);
///     }
///     fn forward<E: Element<f32>>(&self, cx: Forward<f32, Self, E>, x: &[E; N], y: &mut [E; N]) {
///         for i in 0..N {
///             y[i] = x[i] * cx.parameters[i];
///         }
///     }
///     fn backward<E: Element<f32>>(
///         &self, cx: Backward<f32, Self, E>, x: &[E; N], _y: &[E; N], dy: &[E; N], dx: &mut [E; N],
///     ) {
///         for i in 0..N {
///             dx[i] = dy[i] * cx.parameters[i];
///             cx.gradients[i] += (dy[i] * x[i]).sum();
///         }
///     }
/// }
///
/// network! { struct Net: [3] -> [1] { gain: Gain<3>, Linear(1) } }
/// assert_eq!(Net::PARAMETERS, 3 + 4);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer for `{T}`",
    label = "used as a layer here",
    note = "implement `chainrule::Layer<{T}>` for it, or check the name against the built-in layers"
)]
pub trait Layer<T: Scalar>: Copy + Send + Sync + 'static {
    /// One sample that goes in.
    type Input: Shape<Scalar = T>;
    /// One sample that comes out.
    type Output: Shape<Scalar = T>;
    /// What is trained: a `#[repr(C)]` run of `T` such as `[T; N]`, an `SMatrix`, a struct made with
    /// [`parameters!`](crate::parameters), or `()`. Gradients have the same type.
    type Parameters: Pod + Send + Sync;
    /// What is kept but not trained (running means), in the same form, or `()`.
    type Buffers: Pod + Send + Sync;

    /// The tensors in [`Parameters`](Layer::Parameters), in memory order; together they must cover it.
    const PARAMETERS: &'static [Tensor] = &[];
    /// The tensors in [`Buffers`](Layer::Buffers), in memory order.
    const BUFFERS: &'static [Tensor] = &[];
    /// Multiply-adds of a forward pass, a sample. How a batch is cut for several threads follows from them.
    const MACS: usize = 0;
    /// Elements that [`forward`](Layer::forward) keeps for [`backward`](Layer::backward) besides input and output, a
    /// lane group: the length of [`Forward::saved`].
    const SAVED: usize = 0;
    /// Elements of that room which [`forward`](Layer::forward) needs in inference, where nobody goes back.
    const SAVED_IN_INFERENCE: usize = Self::SAVED;
    /// Whether training mixes samples of a batch (batch norm). Such a network runs layer by layer over the whole
    /// batch, so the batch must fit the workspace.
    const CROSS_SAMPLE: bool = false;
    /// Whether [`backward_training`](Layer::backward_training) heeds [`Backward::overwrite`]. For any other layer the
    /// gradients arrive as zeros where nothing has been added yet.
    const OVERWRITES: bool = false;

    /// Whether it is a network that reads indices from its input.
    #[doc(hidden)]
    const READS_INDICES: bool = false;
    /// How many layers it is made of.
    #[doc(hidden)]
    const LAYERS: usize = 1;
    /// The layers of a network.
    #[doc(hidden)]
    const INSIDE: &'static [LayerInfo] = &[];

    /// What an input holds where a network reads an index, and is none.
    #[doc(hidden)]
    #[inline(always)]
    fn wrong_index(number: impl Fn(usize) -> f64 + Copy) -> Option<WrongIndex> {
        let _ = number;
        None
    }

    /// Sets the initial values. Both arrive as zeros.
    fn init<R: Rng + ?Sized>(
        &self,
        parameters: &mut Self::Parameters,
        buffers: &mut Self::Buffers,
        rng: &mut R,
    ) {
        let _ = (parameters, buffers, rng);
    }

    /// Writes `output`, in inference mode, for one sample or one lane group.
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<'_, T, Self, E>,
        input: &<Self::Input as Shape>::Of<E>,
        output: &mut <Self::Output as Shape>::Of<E>,
    );

    /// Given `∂L/∂output`, writes `∂L/∂input` and *adds* `∂L/∂parameters` to [`Backward::gradients`].
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<'_, T, Self, E>,
        input: &<Self::Input as Shape>::Of<E>,
        output: &<Self::Output as Shape>::Of<E>,
        d_output: &<Self::Output as Shape>::Of<E>,
        d_input: &mut <Self::Input as Shape>::Of<E>,
    );

    /// Writes the outputs of several lane groups, in training mode. By default [`forward`](Layer::forward) of each.
    #[inline(always)]
    fn forward_training<E: Element<T>>(
        &self,
        mut cx: Forward<'_, T, Self, E>,
        inputs: &[<Self::Input as Shape>::Of<E>],
        outputs: &mut [<Self::Output as Shape>::Of<E>],
    ) {
        for (group, (input, output)) in inputs.iter().zip(outputs).enumerate() {
            self.forward(cx.group(group), input, output);
        }
    }

    /// The backward pass of several lane groups, in training mode. By default [`backward`](Layer::backward) of each.
    #[inline(always)]
    fn backward_training<E: Element<T>>(
        &self,
        mut cx: Backward<'_, T, Self, E>,
        inputs: &[<Self::Input as Shape>::Of<E>],
        outputs: &[<Self::Output as Shape>::Of<E>],
        d_outputs: &[<Self::Output as Shape>::Of<E>],
        d_inputs: &mut [<Self::Input as Shape>::Of<E>],
    ) {
        let groups = inputs.iter().zip(outputs).zip(d_outputs).zip(d_inputs);
        for (group, (((input, output), d_output), d_input)) in groups.enumerate() {
            self.backward(cx.group(group), input, output, d_output, d_input);
        }
    }

    /// [`backward_training`](Layer::backward_training), and then the update of the parameters.
    #[doc(hidden)]
    #[inline(always)]
    fn backward_step<E: Element<T>, U: Update<T>>(
        &self,
        cx: Step<'_, T, Self, E, U>,
        inputs: &[<Self::Input as Shape>::Of<E>],
        outputs: &[<Self::Output as Shape>::Of<E>],
        d_outputs: &[<Self::Output as Shape>::Of<E>],
        d_inputs: &mut [<Self::Input as Shape>::Of<E>],
    ) {
        let Step {
            parameters,
            gradients,
            call,
            offset,
            update,
        } = cx;
        let isa = call.isa();
        let cx = call.backward(parameters, gradients);
        self.backward_training(cx, inputs, outputs, d_outputs, d_inputs);
        let layers = const { where_frozen(Self::INSIDE) };
        let (w, g) = (scalars_mut(parameters), scalars(gradients));
        apply_trained(update, isa, offset, layers, w, g);
    }

    /// How many elements of `room` [`forward_half`](Layer::forward_half) needs.
    #[doc(hidden)]
    const HALF_ROOM: usize = size_of::<Self::Parameters>() / size_of::<T>();

    /// [`forward`](Layer::forward) of one sample with parameters of 16 bits. By default they are widened in `room`.
    #[doc(hidden)]
    #[inline(always)]
    fn forward_half<H: Half>(
        &self,
        cx: ForwardHalf<'_, T, Self, H>,
        input: &<Self::Input as Shape>::Of<T>,
        output: &mut <Self::Output as Shape>::Of<T>,
    ) {
        widened(self, cx, input, output);
    }

    /// Brings the buffers up to date after a batch has been backpropagated without error; `saved` is what
    /// [`forward_training`](Layer::forward_training) and then [`backward_training`](Layer::backward_training) left,
    /// `samples` the size of the batch.
    fn update_buffers<E: Element<T>>(
        &self,
        buffers: &mut Self::Buffers,
        saved: &mut [E],
        samples: usize,
    ) {
        let _ = (buffers, saved, samples);
    }
}

/// What a forward pass may read besides its input.
pub struct Forward<'a, T: Scalar, L: Layer<T>, E> {
    /// The layer's trained values.
    pub parameters: &'a L::Parameters,
    /// The layer's untrained state.
    pub buffers: &'a L::Buffers,
    /// Room for [`Layer::SAVED`] elements a lane group that the backward pass will see.
    pub saved: &'a mut [E],
    /// How many samples of the lane groups are real; the lanes behind them repeat a sample.
    pub samples: usize,
    /// Whether the layer is frozen: then it runs in training as in inference.
    pub frozen: bool,
    /// Draws for the layers that need them.
    pub randomness: Randomness,
    /// The instruction set chosen for this call.
    pub isa: Isa,
}

impl<T: Scalar, L: Layer<T>, E> Forward<'_, T, L, E> {
    /// The same for a shorter time.
    #[inline(always)]
    pub(crate) fn reborrow(&mut self) -> Forward<'_, T, L, E> {
        Forward {
            saved: &mut *self.saved,
            ..*self
        }
    }

    /// The same, narrowed to one lane group.
    #[inline(always)]
    pub fn group(&mut self, group: usize) -> Forward<'_, T, L, E> {
        Forward {
            parameters: self.parameters,
            buffers: self.buffers,
            saved: self
                .saved
                .get_mut(group * L::SAVED..(group + 1) * L::SAVED)
                .unwrap_or_default(),
            samples: self.samples,
            frozen: self.frozen,
            randomness: self.randomness,
            isa: self.isa,
        }
    }
}

/// What a backward pass may read, and the gradients it adds to.
pub struct Backward<'a, T: Scalar, L: Layer<T>, E> {
    /// The layer's trained values.
    pub parameters: &'a L::Parameters,
    /// Where `∂L/∂parameters` is added.
    pub gradients: &'a mut L::Parameters,
    /// What the forward pass saved; the backward pass may use its place.
    pub saved: &'a mut [E],
    /// Whether anybody reads `∂L/∂input`: a layer may leave it alone when not.
    pub input_gradient: bool,
    /// Whether `gradients` hold nothing yet and are to be written instead of added to; only for a layer that
    /// [says](Layer::OVERWRITES) that it heeds this.
    pub overwrite: bool,
    /// Whether the layer is frozen: then nobody reads `gradients`, and a layer may leave them alone.
    pub frozen: bool,
    /// How many samples of the lane groups are real; `∂L/∂output` is zero in the lanes behind them.
    pub samples: usize,
    /// The same draws as in the forward pass.
    pub randomness: Randomness,
    /// The instruction set chosen for this call.
    pub isa: Isa,
}

impl<T: Scalar, L: Layer<T>, E> Backward<'_, T, L, E> {
    /// The same, narrowed to one lane group.
    #[inline(always)]
    pub fn group(&mut self, group: usize) -> Backward<'_, T, L, E> {
        Backward {
            parameters: self.parameters,
            gradients: self.gradients,
            saved: self
                .saved
                .get_mut(group * L::SAVED..(group + 1) * L::SAVED)
                .unwrap_or_default(),
            input_gradient: self.input_gradient,
            overwrite: self.overwrite && group == 0,
            frozen: self.frozen,
            samples: self.samples,
            randomness: self.randomness,
            isa: self.isa,
        }
    }
}

/// What a backward pass may read, the parameters that it updates, and room for their gradients.
#[doc(hidden)]
pub struct Step<'a, T: Scalar, L: Layer<T>, E, U> {
    pub(crate) parameters: &'a mut L::Parameters,
    pub(crate) gradients: &'a mut L::Parameters,
    pub(crate) call: Call<'a, E>,
    /// Where the parameters begin among those of the network.
    pub(crate) offset: usize,
    pub(crate) update: &'a mut U,
}

/// A source of random bits without state: every draw is a function of seed, step, layer, sample and element.
///
/// So the backward pass sees the draws of the forward pass without storing them, and the result does not depend on
/// how samples are spread over lanes or threads.
#[derive(Clone, Copy, Debug)]
pub struct Randomness {
    key: u64,
    first_sample: usize,
}

impl Randomness {
    pub(crate) fn new(seed: u64, step: u64, first_sample: usize) -> Self {
        Self {
            key: mix64(seed ^ mix64(step)),
            first_sample,
        }
    }

    /// The source of one layer.
    #[doc(hidden)]
    pub fn layer(self, index: usize) -> Self {
        Self {
            key: mix64(self.key.wrapping_add(index as u64 + 1)),
            ..self
        }
    }

    /// The key of the sample in `lane` of `group`, for lane groups of `lanes` samples.
    #[inline(always)]
    pub fn sample(&self, group: usize, lane: usize, lanes: usize) -> u32 {
        let sample = (self.first_sample + group * lanes + lane) as u32;
        mix32(sample ^ self.key as u32).wrapping_add((self.key >> 32) as u32)
    }

    /// 32 random bits for the element `index` of the sample with this key.
    #[inline(always)]
    pub fn bits(sample_key: u32, index: usize) -> u32 {
        mix32(sample_key ^ mix32((index as u32).wrapping_mul(0x9e37_79b9)))
    }
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), a bijection that mixes all bits.
fn mix64(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The 32-bit mixer `lowbias32` (C. Wellons, "Prospecting for hash functions", 2018): two multiplications, which SIMD
/// units have for 32-bit lanes.
#[inline(always)]
fn mix32(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}
