//! The `Network` trait: what `network!` generates, and everything that follows from it.

use crate::Scalar;
use crate::element::{Element, Lanes};
use crate::error::{BackpropagateError, LengthMismatch, ScratchTooShort};
use crate::group::Group;
use crate::indices::WrongIndex;
use crate::inlined;
use crate::input::Input;
use crate::layer::{Forward, Layer, Randomness};
use crate::layer_info::{LayerInfo, named};
use crate::losses::Loss;
#[cfg(feature = "parallel")]
use crate::parallel::{most_leaves, training_leaves};
use crate::pass::{Objective, Pass, backpropagate, infer_groups};
use crate::shape::{Sample, Shape};
use crate::simd::Isa;
use crate::stream::{Stream, Streamable};
use crate::tensor::NamedTensor;
use crate::weights::Weights;
use crate::workspace::{Arena, Workspace};
use bytemuck::{AnyBitPattern, Pod, Zeroable};
use core::ops::DerefMut;
use rand::Rng;

/// A run of scalars that an optimizer steps: a network, its [`Parameters`](Network::Parameters) (which is also the
/// type of its gradients), or a box of either.
pub trait Parameters {
    /// `f32` or `f64`.
    type Scalar: Scalar;
    /// All trained scalars as one slice, in the order of the declaration.
    fn parameters(&self) -> &[Self::Scalar];
    /// All trained scalars as one mutable slice.
    fn parameters_mut(&mut self) -> &mut [Self::Scalar];
    /// The layers that they belong to, where some may be frozen.
    #[doc(hidden)]
    const LAYOUT: &'static [LayerInfo] = &[];
}

#[cfg(feature = "alloc")]
impl<P: Parameters + ?Sized> Parameters for alloc::boxed::Box<P> {
    type Scalar = P::Scalar;
    const LAYOUT: &'static [LayerInfo] = P::LAYOUT;
    fn parameters(&self) -> &[P::Scalar] {
        (**self).parameters()
    }
    fn parameters_mut(&mut self) -> &mut [P::Scalar] {
        (**self).parameters_mut()
    }
}

/// For a layer's `forward` in inference.
#[doc(hidden)]
#[inline(always)]
pub fn inference<'a, T: Scalar, L: Layer<T>, E: Element<T>>(
    isa: Isa,
    _: &L,
    parameters: &'a L::Parameters,
    buffers: &'a L::Buffers,
    saved: &'a mut [E],
) -> Forward<'a, T, L, E> {
    Forward {
        parameters,
        buffers,
        saved,
        samples: E::LANES,
        frozen: false,
        randomness: Randomness::new(0, 0, 0),
        isa,
    }
}

/// A declared network. `network!` implements it; the methods here are what users call.
pub trait Network: Parameters + AnyBitPattern + Send + Sync {
    /// One input sample: a plain array, or, where inputs have names, a struct of them that `network!` makes.
    ///
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// network! {
    ///     struct Critic: { state: [3], action: [1] } -> [1] {
    ///         Concat { { state, Linear(32), Relu } { action } },
    ///         Linear(1),
    ///     }
    /// }
    ///
    /// let mut critic = Critic::init(&mut StdRng::seed_from_u64(7));
    /// let input = CriticInput { state: [0.5, -0.2, 0.1], action: [1.0] };
    /// let before = critic.forward(&input);
    ///
    /// // Which way to change the action so that it is worth less or more?
    /// let mut workspace = Critic::workspace();
    /// let mut gradients = [input];
    /// critic.backpropagate_to_inputs(
    ///     &[input], &[[before[0] + 1.0]], &MseLoss::default(), &mut workspace, &mut gradients,
    /// )?;
    /// let action = [input.action[0] - 0.1 * gradients[0].action[0]];
    /// assert!(critic.forward(&CriticInput { action, ..input }) > before);
    /// # Ok::<(), BackpropagateError>(())
    /// ```
    type Input: Shape<Scalar = Self::Scalar> + Sample<Self::Input>;
    /// One output sample: a plain array, or a struct of heads.
    type Output: Shape<Scalar = Self::Scalar> + Sample<Self::Output>;
    /// The trained values, a field a labelled layer; also the type of the gradients.
    type Parameters: Pod + Send + Sync + Parameters<Scalar = Self::Scalar>;
    /// The untrained state, a field a layer that has some.
    type Buffers: Pod + Send + Sync;

    /// The name of the type.
    const NAME: &'static str;
    /// The layers in order.
    const LAYERS: &'static [LayerInfo];
    /// Whether a layer mixes the samples of a batch in training.
    const CROSS_SAMPLE: bool;
    /// Whether a layer reads indices from the input.
    #[doc(hidden)]
    const READS_INDICES: bool = false;
    /// Whether layers share weights: then their gradients are complete only at the end of a backward pass.
    #[doc(hidden)]
    const TIED: bool = false;
    /// Whether the crate that declares the network is optimised; a build for debugging stands for one that is not.
    #[doc(hidden)]
    const OPTIMIZED: bool = true;
    /// Elements of activations that inference needs besides input and output.
    #[doc(hidden)]
    const INFERENCE_ELEMENTS: usize;
    /// Elements of input, activations and their gradients that a training pass needs, a lane group.
    #[doc(hidden)]
    const TRAINING_ELEMENTS: usize;

    /// The number of trained scalars.
    const PARAMETERS: usize = {
        let (mut count, mut i) = (0, 0);
        while i < Self::LAYERS.len() {
            count += Self::LAYERS[i].parameter_count();
            i += 1;
        }
        count
    };
    /// Multiply-adds of one forward pass.
    const MACS: usize = {
        let (mut count, mut i) = (0, 0);
        while i < Self::LAYERS.len() {
            count += Self::LAYERS[i].macs;
            i += 1;
        }
        count
    };
    /// Bytes of activations that [`forward`](Network::forward) needs besides the network, the input and the output.
    const INFERENCE_BYTES: usize = Self::INFERENCE_ELEMENTS * size_of::<Self::Scalar>();
    /// Bytes of the smallest workspace: the gradients, and the activations of one lane group of [`LANES`](crate::LANES) samples.
    const TRAINING_BYTES: usize = Self::PARAMETERS * size_of::<Self::Scalar>()
        + Self::TRAINING_ELEMENTS * size_of::<Lanes<Self::Scalar>>();
    /// Lane groups that [`workspace`](Network::workspace) has room for: as many as keep activations in a
    /// second-level cache, at most 8, but 8 where the weights are larger than that cache, so that they are fetched
    /// once for all; for a network that mixes samples, 16.
    #[doc(hidden)]
    const WORKSPACE_GROUPS: usize = if Self::CROSS_SAMPLE {
        16
    } else if Self::PARAMETERS * size_of::<Self::Scalar>() > 1024 * 1024 {
        8
    } else {
        let fitting = 512 * 1024 / (Self::TRAINING_ELEMENTS * size_of::<Lanes<Self::Scalar>>() + 1);
        if fitting < 1 {
            1
        } else if fitting > 8 {
            8
        } else {
            fitting
        }
    };

    /// Trained values and untrained state.
    #[doc(hidden)]
    fn parts(&self) -> (&Self::Parameters, &Self::Buffers);
    #[doc(hidden)]
    fn parts_mut(&mut self) -> (&mut Self::Parameters, &mut Self::Buffers);
    /// Sets the initial values of every layer; both arrive as zeros.
    #[doc(hidden)]
    fn init_layers<R: Rng + ?Sized>(
        parameters: &mut Self::Parameters,
        buffers: &mut Self::Buffers,
        rng: &mut R,
    );
    /// Calls `run` with room for [`INFERENCE_ELEMENTS`](Network::INFERENCE_ELEMENTS) scalars, on the stack.
    #[doc(hidden)]
    fn with_scratch<R>(run: impl FnOnce(&mut [Self::Scalar]) -> R) -> R;
    /// The forward function: inference for a few samples or lane groups, with room for
    /// [`INFERENCE_ELEMENTS`](Network::INFERENCE_ELEMENTS) each.
    #[doc(hidden)]
    fn infer<E: Element<Self::Scalar>>(
        parameters: &Self::Parameters,
        buffers: &Self::Buffers,
        isa: Isa,
        input: &[<Self::Input as Shape>::Of<E>],
        output: &mut [<Self::Output as Shape>::Of<E>],
        scratch: Arena<'_, E>,
    );
    /// The training function: forward in order, the loss, backward in reverse. The first slot of the arena holds the
    /// inputs.
    #[doc(hidden)]
    fn train<E: Element<Self::Scalar>>(
        pass: Pass<'_, Self, E, impl Weights<Self>>,
        objective: impl Objective<Self, E>,
    );
    /// Brings the untrained state up to date from what the training function left in the arena.
    #[doc(hidden)]
    fn update_buffers<E: Element<Self::Scalar>>(
        buffers: &mut Self::Buffers,
        arena: Arena<'_, E>,
        samples: usize,
    ) {
        let _ = (buffers, arena, samples);
    }

    /// What an input holds where a layer reads an index, and is none.
    #[doc(hidden)]
    #[inline(always)]
    fn wrong_index(number: impl Fn(usize) -> f64 + Copy) -> Option<WrongIndex> {
        let _ = number;
        None
    }

    /// A network with initial values drawn from `rng`, each layer by its own rule (PyTorch's default unless the
    /// declaration says otherwise). It is built in place on the heap: no temporary of the network's size on the stack.
    #[cfg(feature = "alloc")]
    fn init<R: Rng + ?Sized>(rng: &mut R) -> alloc::boxed::Box<Self> {
        let mut network = Self::boxed();
        network.reset(rng);
        network
    }

    /// A network of zeros on the heap, built in place: what to load weights into.
    #[cfg(feature = "alloc")]
    fn boxed() -> alloc::boxed::Box<Self> {
        bytemuck::zeroed_box()
    }

    /// A copy on the heap, built in place.
    #[cfg(feature = "alloc")]
    fn to_boxed(&self) -> alloc::boxed::Box<Self> {
        let mut copy = Self::boxed();
        copy.parameters_mut().copy_from_slice(self.parameters());
        copy.buffers_mut().copy_from_slice(self.buffers());
        copy
    }

    /// Sets every parameter and buffer to its initial value again.
    fn reset<R: Rng + ?Sized>(&mut self, rng: &mut R) {
        let (parameters, buffers) = self.parts_mut();
        scalars_mut::<Self::Scalar, _>(parameters).fill(Self::Scalar::ZERO);
        scalars_mut::<Self::Scalar, _>(buffers).fill(Self::Scalar::ZERO);
        Self::init_layers(parameters, buffers, rng);
    }

    /// Room for training: gradients, and the activations of a few lane groups. Allocated once.
    ///
    /// Training goes on the thread that calls, and a sum over the samples of a batch goes from the first to the last;
    /// for several threads see `parallel_workspace` (feature `parallel`).
    #[cfg(feature = "alloc")]
    fn workspace() -> crate::workspace::HeapWorkspace<Self> {
        Self::workspace_with_capacity(Self::WORKSPACE_GROUPS * crate::LANES)
    }

    /// Room for training that holds the activations of `samples` samples at a time. A network that mixes samples
    /// (batch norm) takes batches up to that size; any other takes batches of every size and goes through them in
    /// pieces.
    #[cfg(feature = "alloc")]
    fn workspace_with_capacity(samples: usize) -> crate::workspace::HeapWorkspace<Self> {
        crate::workspace::HeapWorkspace::with_capacity(samples)
    }

    /// Room for training and for [`forward_batch`](Network::forward_batch) on the threads of a pool of rayon: the one
    /// that the call runs on, as inside [`install`](rayon_core::ThreadPool::install), else the global one.
    ///
    /// A training batch is cut into up to 8 *leaves*, each with gradients of its own, which are added in a fixed tree.
    /// How it is cut follows from the network and the number of samples alone: any number of threads gives the same
    /// bits. They differ in low bits from those of [`workspace`](Network::workspace), which adds in another order.
    ///
    /// A batch stays whole, with the bits of [`workspace`](Network::workspace), where cutting would not pay: below some
    /// two million multiply-adds of a forward pass, or few samples for many parameters. So does every batch of a network
    /// that mixes samples (batch norm) or whose layers keep a state in `Buffers`. On a thread of a pool large `Linear`
    /// layers and the steps of optimizers are divided all the same, whatever the workspace, and no bit changes by it.
    ///
    /// Run the training loop inside [`install`](rayon_core::ThreadPool::install). Then it allocates nothing, and the
    /// step that follows goes on the same threads; a call from outside a pool crosses a queue, which allocates now and
    /// then, and steps stay on the thread that calls.
    ///
    /// Steps are short, so threads have to be awake at the same time. A system that has put two of them on one core may take
    /// tens of milliseconds to notice; a program that has the machine to itself gives each its core in rayon's
    /// `ThreadPoolBuilder::start_handler`, with the crate `core_affinity` for one.
    ///
    /// The floating-point modes of a processor belong to a thread. Whoever sets flush-to-zero sets it on every thread of
    /// the pool, in the same place, else the bits depend on which thread had a leaf.
    ///
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// network! { struct Net: [784] -> [10] { Linear(128), Relu, Linear(10) } }
    ///
    /// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    /// let mut workspace = Net::parallel_workspace();
    /// let mut adam = Adam::new(&net);
    /// let (images, labels) = (vec![[0.5; 784]; 256], vec![3_u8; 256]);
    /// let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    /// pool.install(|| {
    ///     for _ in 0..10 {
    ///         net.backpropagate(&images, &labels, &CrossEntropyLoss::default(), &mut workspace)?;
    ///         adam.step(&mut net, workspace.gradients());
    ///     }
    ///     Ok::<(), BackpropagateError>(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "parallel")]
    fn parallel_workspace() -> crate::workspace::HeapWorkspace<Self> {
        let (leaves, groups) = (most_leaves::<Self>(), Self::WORKSPACE_GROUPS);
        crate::workspace::HeapWorkspace::with_leaves(groups * crate::LANES, leaves, groups)
    }

    /// As [`parallel_workspace`](Network::parallel_workspace), for a network that mixes samples with room for batches of
    /// up to `samples`, for any other with the leaves that such batches are cut into. A larger batch is cut into no more
    /// of them.
    #[cfg(feature = "parallel")]
    fn parallel_workspace_with_capacity(samples: usize) -> crate::workspace::HeapWorkspace<Self> {
        let leaves = training_leaves::<Self>(samples);
        let groups = samples.div_ceil(leaves * crate::LANES);
        crate::workspace::HeapWorkspace::with_leaves(samples, leaves, groups)
    }

    /// The untrained state (running means and variances) as one slice.
    fn buffers(&self) -> &[Self::Scalar] {
        scalars(self.parts().1)
    }

    /// The untrained state as one mutable slice.
    fn buffers_mut(&mut self) -> &mut [Self::Scalar] {
        scalars_mut(self.parts_mut().1)
    }

    /// Every trained tensor with its name and shape as in PyTorch's `state_dict`.
    fn named_parameters(&self) -> impl Iterator<Item = NamedTensor<'_, Self::Scalar>> {
        Self::name_parameters(self.parts().0)
    }

    /// The tensors of any parameters of this network, as of the gradients in a workspace.
    fn name_parameters(
        parameters: &Self::Parameters,
    ) -> impl Iterator<Item = NamedTensor<'_, Self::Scalar>> {
        named(
            Self::LAYERS,
            |layer| layer.parameters,
            parameters.parameters(),
        )
    }

    /// Every untrained tensor with its name and shape as in PyTorch's `state_dict`.
    fn named_buffers(&self) -> impl Iterator<Item = NamedTensor<'_, Self::Scalar>> {
        named(Self::LAYERS, |layer| layer.buffers, self.buffers())
    }

    /// All parameters, as a group of them.
    fn all() -> Group<Self> {
        Group::all()
    }

    /// The tensors with one dimension, as a group: biases and the weights of norms, which weight decay is mostly kept from.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
    /// # let net = Net::init(&mut StdRng::seed_from_u64(7));
    /// let mut adam = AdamW::new(&net);
    /// adam.group(Net::biases_and_norms(), |g| g.weight_decay(0.0));
    /// ```
    fn biases_and_norms() -> Group<Self> {
        Group::all().biases_and_norms()
    }

    /// A table of the layers with shapes, parameters and multiply-adds; prints with `{}`.
    fn summary() -> crate::summary::Summary {
        crate::summary::Summary::of::<Self>()
    }

    /// Checks the gradients of this very declaration, layers of your own among it: the backward pass by every tensor
    /// and by the input, against differences of what the forward pass puts out.
    ///
    /// The weights are those of [`init`](Network::init), moved a little; the inputs are drawn from −1…1, indices from those there are; looked at are sums of
    /// outputs with random weights, in training mode, with the statistics of the batch, and dropout with a mask that stays. Every
    /// tensor is moved along several directions: all of it, parts, a single scalar. Where the scalar is `f64` a gradient may be
    /// 10⁻⁶ off, in parts of what is typical of its tensor; with `f32`, whose outputs are themselves rounded, 2 %. A network that is generic
    /// over its scalar is best tested with `f64`. Kinks, of `Relu` and the like, give no false alarm: differences are extrapolated to a step of zero with an
    /// estimate of their error (Ridders 1982), and with `f32` what disagrees is looked at again at other weights of the sum and other inputs, and is wrong only if it is at all. The
    /// gradients of samples in SIMD lanes are compared with those of single samples.
    ///
    /// It takes some hundred forward passes. `#[network(test)]` makes a `#[test]` of it. Layers that hand back another gradient on purpose, as those of a
    /// `QatNet`, fail.
    ///
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// network! { struct Net: [3] -> [2] { hidden: Linear(4), Tanh, head: Linear(2) } }
    ///
    /// let report = Net::self_test(&mut StdRng::seed_from_u64(7))?;
    /// assert_eq!(report.rows().len(), 5); // the input, two weights, two biases
    /// println!("{report}");
    /// # Ok::<(), chainrule::SelfTestError>(())
    /// ```
    ///
    /// # Errors
    /// A gradient that is wrong: the error names layer and tensor, both numbers, and where to look. Outputs or gradients that
    /// are not finite.
    #[cfg(feature = "alloc")]
    fn self_test<R: Rng + ?Sized>(rng: &mut R) -> Result<crate::SelfTest, crate::SelfTestError> {
        crate::self_test::run::<Self, R>(rng)
    }

    /// The output for one sample, in inference mode (no dropout, running statistics). No heap, no panic.
    ///
    /// Activations lie on the stack, at most 128 KiB; a network that needs more does not compile here and says to
    /// use [`forward_with`](Network::forward_with).
    fn forward(&self, input: &impl Input<Self::Input>) -> Self::Output {
        const { assert_stack::<Self>() }
        let mut output = Self::Output::zeroed();
        Self::with_scratch(|scratch| self.infer_sample(input, &mut output, scratch));
        output
    }

    /// The network as a stream: it takes one time step after the other and remembers what it needs of earlier ones.
    ///
    /// It does not compile for a network that needs later steps for an output, and the error says why. The state lies in
    /// the value that is returned, at most 64 KiB; where it is larger, see [`Stream::with_state`].
    fn stream(&self) -> Stream<&Self, Self::StreamState>
    where
        Self: Streamable,
    {
        Stream::new(self)
    }

    /// As [`stream`](Network::stream), with the state on the heap, allocated once and built in place.
    #[cfg(feature = "alloc")]
    fn boxed_stream(&self) -> Stream<&Self, alloc::boxed::Box<Self::StreamState>>
    where
        Self: Streamable,
    {
        Stream::with_state(self, bytemuck::zeroed_box())
    }

    /// A [`Slot`](crate::slot::Slot) on the heap that holds this network, to swap it while another thread runs it: the
    /// handles of the two threads.
    ///
    /// Whichever of them goes last frees the memory. Where the real-time thread must not, let it end first, or give the
    /// receiver back.
    #[cfg(all(feature = "alloc", target_has_atomic = "8"))]
    fn slot(
        &self,
    ) -> (
        crate::slot::Sender<crate::slot::Shared<Self>>,
        crate::slot::Receiver<crate::slot::Shared<Self>>,
    ) {
        crate::slot::Slot::shared(self)
    }

    /// As [`slot`](Network::slot), without handles: [`Slot::split`](crate::slot::Slot::split) lends them, so that they never
    /// free it.
    #[cfg(all(feature = "alloc", target_has_atomic = "8"))]
    fn boxed_slot(&self) -> alloc::boxed::Box<crate::slot::Slot<Self>> {
        crate::slot::Slot::boxed(self)
    }

    /// Writes the output for one sample, in inference mode, with activations in `scratch`, which is quickest where it begins
    /// at a cache line (64 bytes).
    ///
    /// # Errors
    /// When `scratch` holds fewer than [`INFERENCE_BYTES`](Network::INFERENCE_BYTES); nothing is written then.
    fn forward_with(
        &self,
        input: &impl Input<Self::Input>,
        output: &mut Self::Output,
        scratch: &mut [Self::Scalar],
    ) -> Result<(), ScratchTooShort> {
        if scratch.len() < Self::INFERENCE_ELEMENTS {
            return Err(ScratchTooShort {
                scalars: scratch.len(),
                needed: Self::INFERENCE_ELEMENTS,
            });
        }
        self.infer_sample(input, output, scratch);
        Ok(())
    }

    #[doc(hidden)]
    fn infer_sample(
        &self,
        input: &impl Input<Self::Input>,
        output: &mut Self::Output,
        scratch: &mut [Self::Scalar],
    ) {
        input.with(|input| inlined::infer(self, input, output, scratch));
    }

    /// Writes the outputs for many samples, in inference mode, sixteen at a time in the SIMD lanes.
    ///
    /// # Errors
    /// When `inputs` and `outputs` differ in number; nothing is written then.
    fn forward_batch<X, A, G>(
        &self,
        inputs: &[X],
        outputs: &mut [Self::Output],
        workspace: &mut Workspace<Self, A, G>,
    ) -> Result<(), LengthMismatch>
    where
        X: Input<Self::Input>,
        A: DerefMut<Target = [Lanes<Self::Scalar>]>,
        G: DerefMut<Target = Self::Parameters>,
    {
        if inputs.len() != outputs.len() {
            return Err(LengthMismatch {
                inputs: inputs.len(),
                others: outputs.len(),
            });
        }
        let isa = Isa::detect();
        #[cfg(feature = "parallel")]
        if let Some((leaves, _)) = workspace.leaves() {
            leaves.infer(self, isa, inputs, outputs);
            return Ok(());
        }
        infer_groups(self, isa, inputs, outputs, workspace.arena());
        Ok(())
    }

    /// A [`Trainer`](crate::train::Trainer) of this network: it goes through `data` with `optimizer`, as its methods say. See
    /// [`train`](crate::train).
    #[cfg(feature = "train")]
    fn trainer<'a, O, L, D>(
        &'a mut self,
        optimizer: &'a mut O,
        loss: L,
        data: &'a D,
    ) -> crate::train::Trainer<'a, Self, O, L, D>
    where
        O: crate::optimizers::Optimizer<Self::Scalar>,
        L: Loss<Self::Scalar, Self::Output, D::Target>,
        D: crate::data::Dataset,
        D::Input: Input<Self::Input>,
    {
        crate::train::Trainer::new(self, optimizer, loss, data)
    }

    /// The mean loss over a dataset in inference mode, and [metrics](crate::train::metrics), which are reset first. The loss
    /// is taken over 256 samples at a time, and each such mean counts by its samples, also where class weights or ignored targets
    /// make some of them count less. Allocates a workspace; outputs alone are those of
    /// [`forward_batch`](Network::forward_batch).
    ///
    /// ```
    /// use chainrule::data::Samples;
    /// use chainrule::prelude::*;
    /// use chainrule::train::metrics::{Mae, R2};
    ///
    /// network! { struct Net: [1] -> [1] { Linear(1) } }
    ///
    /// let net = Net::init(&mut StdRng::seed_from_u64(7));
    /// let test = Samples::new(vec![[0.0_f32], [1.0]], vec![[0.5_f32], [1.5]])?;
    /// let (mut mae, mut r2) = (Mae::new(), R2::new());
    /// let loss = net.evaluate(&test, &MseLoss::default(), &mut [&mut mae, &mut r2])?;
    /// println!("loss {loss:.3}, error {:.3}, R² {:.3}", mae.value(), r2.value());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the loss does not take a target, or an input has an index that is none. Without samples the loss is NaN.
    #[cfg(feature = "train")]
    fn evaluate<D, L>(
        &self,
        data: &D,
        loss: &L,
        metrics: &mut [&mut dyn crate::train::metrics::Measure<Self::Output, D::Target>],
    ) -> Result<f64, crate::train::TrainError>
    where
        D: crate::data::Dataset,
        D::Input: Input<Self::Input>,
        L: Loss<Self::Scalar, Self::Output, D::Target>,
    {
        crate::train::evaluate(self, data, loss, metrics)
    }

    /// The first half of training: the loss of a batch, and its gradient with respect to every parameter, left in
    /// [`Workspace::gradients`]. No heap, no panic. The parameters do not change; running statistics do.
    ///
    /// # Errors
    /// An empty batch, inputs and targets that differ in number, a target the loss does not take, an input that is
    /// no index where a layer reads one, a batch larger than the workspace of a network that mixes samples: found before anything changes. A loss that is not finite:
    /// the network is as before, the gradients are not to be used.
    fn backpropagate<X, Y, L, A, G>(
        &mut self,
        inputs: &[X],
        targets: &[Y],
        loss: &L,
        workspace: &mut Workspace<Self, A, G>,
    ) -> Result<Self::Scalar, BackpropagateError>
    where
        X: Input<Self::Input>,
        Y: Sync,
        L: Loss<Self::Scalar, Self::Output, Y>,
        A: DerefMut<Target = [Lanes<Self::Scalar>]>,
        G: DerefMut<Target = Self::Parameters>,
    {
        backpropagate(self, inputs, targets, loss, workspace, None, false)
    }

    /// As [`backpropagate`](Network::backpropagate), but adds to the gradients in the workspace: for a batch that comes in
    /// parts. [`Part`](crate::losses::Part) gives each part the factor of the whole batch.
    ///
    /// ```
    /// use chainrule::losses::Part;
    /// use chainrule::prelude::*;
    ///
    /// network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
    ///
    /// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    /// let mut workspace = Net::workspace();
    /// let (inputs, targets) = ([[0.5, 1.0]; 64], [[1.0]; 64]);
    /// let loss = MseLoss::default();
    /// let part = Part::of(&loss, &targets);
    ///
    /// let (first, second) = (0..32, 32..64);
    /// net.backpropagate(&inputs[first.clone()], &targets[first], &part, &mut workspace)?; // writes
    /// net.accumulate(&inputs[second.clone()], &targets[second], &part, &mut workspace)?; // adds
    /// # Ok::<(), BackpropagateError>(())
    /// ```
    ///
    /// The sums are those of one call with the whole batch. They have its bits too where the parts are those that it goes
    /// through by itself: each but the last of [`capacity`](Workspace::capacity) samples, in a
    /// [`workspace`](Network::workspace) for one thread, and in a network without dropout, which draws anew in every call.
    /// A network that mixes samples (batch norm) takes its statistics from each part.
    ///
    /// # Errors
    /// As [`backpropagate`](Network::backpropagate). After a loss that is not finite the gradients are not to be used.
    fn accumulate<X, Y, L, A, G>(
        &mut self,
        inputs: &[X],
        targets: &[Y],
        loss: &L,
        workspace: &mut Workspace<Self, A, G>,
    ) -> Result<Self::Scalar, BackpropagateError>
    where
        X: Input<Self::Input>,
        Y: Sync,
        L: Loss<Self::Scalar, Self::Output, Y>,
        A: DerefMut<Target = [Lanes<Self::Scalar>]>,
        G: DerefMut<Target = Self::Parameters>,
    {
        backpropagate(self, inputs, targets, loss, workspace, None, true)
    }

    /// As [`backpropagate`](Network::backpropagate), and writes the gradient of the loss with respect to every input.
    ///
    /// # Errors
    /// As there, and when `input_gradients` has another length than `inputs`.
    fn backpropagate_to_inputs<X, Y, L, A, G>(
        &mut self,
        inputs: &[X],
        targets: &[Y],
        loss: &L,
        workspace: &mut Workspace<Self, A, G>,
        input_gradients: &mut [Self::Input],
    ) -> Result<Self::Scalar, BackpropagateError>
    where
        X: Input<Self::Input>,
        Y: Sync,
        L: Loss<Self::Scalar, Self::Output, Y>,
        A: DerefMut<Target = [Lanes<Self::Scalar>]>,
        G: DerefMut<Target = Self::Parameters>,
    {
        backpropagate(
            self,
            inputs,
            targets,
            loss,
            workspace,
            Some(input_gradients),
            false,
        )
    }
}

/// That activations fit the stack.
#[track_caller]
pub(crate) const fn assert_stack<N: Network>() {
    assert!(
        N::INFERENCE_BYTES <= 128 * 1024,
        "the activations of this network need more than 128 KiB, too much for the stack; \
         use `forward_with` and give it a slice of `INFERENCE_BYTES` bytes"
    );
}

/// The scalars of a `Pod` run of them.
#[doc(hidden)]
#[inline(always)]
pub fn scalars<T: Scalar, P: Pod>(run: &P) -> &[T] {
    bytemuck::try_cast_slice(core::slice::from_ref(run)).unwrap_or_default()
}

/// The scalars of a `Pod` run of them, mutable.
#[doc(hidden)]
#[inline(always)]
pub fn scalars_mut<T: Scalar, P: Pod>(run: &mut P) -> &mut [T] {
    bytemuck::try_cast_slice_mut(core::slice::from_mut(run)).unwrap_or_default()
}
