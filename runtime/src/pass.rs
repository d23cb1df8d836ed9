//! A training pass: forward, loss and backward over a batch, piece by piece.

use crate::element::{Element, LANES, Lanes};
use crate::error::{BackpropagateError, LengthMismatch};
use crate::input::Input;
use crate::layer::{Backward, Forward, Layer, Randomness};
use crate::layer_info::{apply_trained, layout};
use crate::losses::Loss;
use crate::network::{Network, Parameters, scalars_mut};
use crate::one::One;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::weights::{Kept, Update, Updated, Weights};
use crate::workspace::{Arena, Workspace};
use crate::{Scalar, indices, inlined, kernels};
use core::ops::DerefMut;

/// What the generated training function works on.
#[doc(hidden)]
pub struct Pass<'a, N: Network, E, W> {
    pub weights: W,
    /// What the forward pass reads; nothing where it has run before, and its activations lie in the arena.
    pub buffers: Option<&'a N::Buffers>,
    pub arena: Arena<'a, E>,
    pub context: Context,
}

/// What stands at the two ends of the generated training function.
#[doc(hidden)]
pub trait Objective<N: Network, E: Element<N::Scalar>> {
    /// Reads the outputs, writes the gradient of the loss with respect to them. Tells whether to go on with the
    /// backward pass.
    fn outputs(
        &mut self,
        isa: Isa,
        outputs: &[<N::Output as Shape>::Of<E>],
        d_outputs: &mut [<N::Output as Shape>::Of<E>],
    ) -> bool;
    /// Reads the gradient with respect to the inputs.
    fn inputs(&mut self, d_inputs: &[<N::Input as Shape>::Of<E>]);
}

/// What is the same for every layer of a training pass; makes the contexts of the layers.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Context {
    pub samples: usize,
    pub input_gradient: bool,
    /// Whether the gradients are still to be written for the first time.
    pub overwrite: bool,
    /// Whether what follows is frozen.
    pub frozen: bool,
    pub randomness: Randomness,
    pub isa: Isa,
}

impl Context {
    /// For what is frozen.
    #[inline(always)]
    pub fn frozen(self) -> Self {
        Self {
            frozen: true,
            ..self
        }
    }

    /// For the forward pass of the layer with this index.
    #[inline(always)]
    pub fn forward<'a, T: Scalar, L: Layer<T>, E>(
        self,
        _: &L,
        index: usize,
        parameters: &'a L::Parameters,
        buffers: &'a L::Buffers,
        saved: &'a mut [E],
    ) -> Forward<'a, T, L, E> {
        let Self {
            samples,
            frozen,
            randomness,
            isa,
            ..
        } = self;
        Forward {
            parameters,
            buffers,
            saved,
            samples,
            frozen,
            randomness: randomness.layer(index),
            isa,
        }
    }

    /// For the backward pass of the layer with this index.
    #[inline(always)]
    pub fn backward<E>(self, index: usize, saved: &mut [E]) -> Call<'_, E> {
        Call {
            context: self,
            index,
            input_gradient: true,
            saved,
        }
    }

    /// For the backward pass of the first layer with parameters: nobody reads its input gradient, unless the caller
    /// asked for the gradient of the inputs.
    #[inline(always)]
    pub fn backward_first<E>(self, index: usize, saved: &mut [E]) -> Call<'_, E> {
        Call {
            input_gradient: self.input_gradient,
            ..self.backward(index, saved)
        }
    }
}

/// What the backward pass of one layer is to know besides its parameters.
#[doc(hidden)]
pub struct Call<'a, E> {
    context: Context,
    index: usize,
    pub(crate) input_gradient: bool,
    saved: &'a mut [E],
}

impl<'a, E> Call<'a, E> {
    /// Where another layer with the same parameters has written their gradients already.
    #[inline(always)]
    pub fn adding(mut self) -> Self {
        self.context.overwrite = false;
        self
    }

    #[inline(always)]
    pub(crate) fn isa(&self) -> Isa {
        self.context.isa
    }

    /// The layer's place in [`Network::LAYERS`].
    #[cfg(feature = "train")]
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// With the parameters. Gradients that hold nothing yet become zeros here, just before they are added to, unless
    /// the layer writes them itself.
    #[inline(always)]
    pub fn backward<'b, T: Scalar, L: Layer<T>>(
        self,
        parameters: &'b L::Parameters,
        gradients: &'b mut L::Parameters,
    ) -> Backward<'b, T, L, E>
    where
        'a: 'b,
    {
        let Context {
            samples,
            overwrite,
            frozen,
            randomness,
            isa,
            ..
        } = self.context;
        if overwrite && !L::OVERWRITES && !frozen {
            scalars_mut::<T, _>(gradients).fill(T::ZERO);
        }
        Backward {
            parameters,
            gradients,
            saved: self.saved,
            input_gradient: self.input_gradient,
            overwrite: overwrite && L::OVERWRITES,
            frozen,
            samples,
            randomness: randomness.layer(self.index),
            isa,
        }
    }
}

/// A training pass over a batch: checks first, then piece by piece, then what changes besides the gradients. Those are
/// written, or if `adding` added to what is there.
pub(crate) fn backpropagate<N, X, Y, L, A, G>(
    network: &mut N,
    inputs: &[X],
    targets: &[Y],
    loss: &L,
    workspace: &mut Workspace<N, A, G>,
    input_gradients: Option<&mut [N::Input]>,
    adding: bool,
) -> Result<N::Scalar, BackpropagateError>
where
    N: Network,
    X: Input<N::Input>,
    Y: Sync,
    L: Loss<N::Scalar, N::Output, Y>,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    let batch = Batch {
        adding,
        ..Batch::new(inputs, targets, loss, workspace, input_gradients)?
    };
    let (_, step) = batch.randomness;
    let total = if inputs.len() == 1 {
        // A lane group would compute sixteen samples for the one.
        let (arena, gradients) = workspace.parts_mut();
        let arena = <Lanes<N::Scalar> as Element<N::Scalar>>::scalars_mut(arena);
        if const { inlined::is_small::<N>() } && batch.isa.compiles_whole() {
            let arena: &mut [One<N::Scalar>] = bytemuck::cast_slice_mut(arena);
            batch.train_and_update(network, gradients, arena)
        } else {
            batch.train_and_update(network, gradients, arena)
        }
    } else {
        #[cfg(feature = "parallel")]
        if let Some((leaves, gradients)) = workspace.leaves()
            && let Some(tree) = leaves.tree(gradients, inputs.len())
        {
            return finite(tree.train(network, batch), step);
        }
        let (arena, gradients) = workspace.parts_mut();
        batch.train_and_update(network, gradients, arena)
    };
    finite(total, step)
}

/// A training pass in which every layer's parameters are updated as soon as their gradients are known. A batch in
/// several pieces needs all its gradients first.
pub(crate) fn step<N, X, Y, L, A, G>(
    network: &mut N,
    inputs: &[X],
    targets: &[Y],
    loss: &L,
    workspace: &mut Workspace<N, A, G>,
    mut update: impl Update<N::Scalar>,
) -> Result<N::Scalar, BackpropagateError>
where
    N: Network,
    X: Input<N::Input>,
    Y: Sync,
    L: Loss<N::Scalar, N::Output, Y>,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    if N::TIED
        || inputs.len() > workspace.capacity()
        || inputs.len() > 1 && workspace.cuts(inputs.len())
    {
        let loss = backpropagate(network, inputs, targets, loss, workspace, None, false)?;
        let gradients = workspace.gradients().parameters();
        let layers = layout::<N>();
        apply_trained(
            &mut update,
            Isa::detect(),
            0,
            layers,
            network.parameters_mut(),
            gradients,
        );
        return Ok(loss);
    }
    let batch = Batch::new(inputs, targets, loss, workspace, None)?;
    let (_, step) = batch.randomness;
    let (arena, gradients) = workspace.parts_mut();
    let total = if inputs.len() == 1 {
        let arena = <Lanes<N::Scalar> as Element<N::Scalar>>::scalars_mut(arena);
        if const { inlined::is_small::<N>() } && batch.isa.compiles_whole() {
            let arena: &mut [One<N::Scalar>] = bytemuck::cast_slice_mut(arena);
            batch.step(network, gradients, arena, update)
        } else {
            batch.step(network, gradients, arena, update)
        }
    } else {
        batch.step(network, gradients, arena, update)
    };
    finite(total, step)
}

/// The loss, or an error that tells it and the number of the step.
fn finite<T: Scalar>(loss: T, step: u64) -> Result<T, BackpropagateError> {
    if loss.is_finite() {
        Ok(loss)
    } else {
        Err(BackpropagateError::LossNotFinite {
            loss: loss.to_f64(),
            step,
        })
    }
}

/// A batch that has passed the checks, or some of its samples.
pub(crate) struct Batch<'a, I, X, Y, L, K> {
    inputs: &'a [X],
    targets: &'a [Y],
    input_gradients: Option<&'a mut [I]>,
    /// Where it begins in the whole batch.
    first_sample: usize,
    loss: &'a L,
    scale: K,
    /// Seed and step.
    randomness: (u64, u64),
    pub(crate) isa: Isa,
    /// Whether the gradients hold something that is to stay.
    adding: bool,
}

impl<'a, I, X, Y, L, K: Copy> Batch<'a, I, X, Y, L, K> {
    /// After the checks.
    #[inline]
    fn new<N, A, G>(
        inputs: &'a [X],
        targets: &'a [Y],
        loss: &'a L,
        workspace: &mut Workspace<N, A, G>,
        input_gradients: Option<&'a mut [I]>,
    ) -> Result<Self, BackpropagateError>
    where
        N: Network<Input = I>,
        L: Loss<N::Scalar, N::Output, Y, Scale = K>,
        X: Input<I>,
        I: Shape<Scalar = N::Scalar>,
        A: DerefMut<Target = [Lanes<N::Scalar>]>,
        G: DerefMut<Target = N::Parameters>,
    {
        if inputs.is_empty() {
            return Err(BackpropagateError::EmptyBatch);
        }
        if inputs.len() != targets.len() {
            return Err(LengthMismatch {
                inputs: inputs.len(),
                others: targets.len(),
            }
            .into());
        }
        if let Some(gradients) = &input_gradients
            && gradients.len() != inputs.len()
        {
            return Err(LengthMismatch {
                inputs: inputs.len(),
                others: gradients.len(),
            }
            .into());
        }
        let capacity = workspace.capacity();
        if capacity == 0 || (N::CROSS_SAMPLE && inputs.len() > capacity) {
            return Err(BackpropagateError::BatchTooLarge {
                samples: inputs.len(),
                capacity,
            });
        }
        if N::CROSS_SAMPLE && inputs.len() < 2 {
            return Err(BackpropagateError::BatchTooSmall);
        }
        let scale = loss.scale(targets.iter())?;
        indices::check::<N, X>(inputs)?;
        Ok(Self {
            inputs,
            targets,
            input_gradients,
            first_sample: 0,
            loss,
            scale,
            randomness: workspace.count_step(),
            isa: Isa::detect(),
            adding: false,
        })
    }

    /// Trains, and brings the buffers up to date if the loss is finite.
    fn train_and_update<N, E>(
        self,
        network: &mut N,
        gradients: &mut N::Parameters,
        arena: &mut [E],
    ) -> N::Scalar
    where
        N: Network<Input = I>,
        E: Element<N::Scalar>,
        X: Input<I>,
        I: Shape<Scalar = N::Scalar>,
        L: Loss<N::Scalar, N::Output, Y, Scale = K>,
    {
        let samples = self.inputs.len();
        let total = self.train(network, gradients, arena);
        if total.is_finite() {
            let groups = samples.min(capacity::<N, E>(arena)).div_ceil(E::LANES);
            N::update_buffers(
                network.parts_mut().1,
                Arena::training::<N::Scalar>(arena, groups),
                samples,
            );
        }
        total
    }

    /// The gradients and the loss, piece by piece, as many samples as fit the arena at once, in elements `E`.
    pub(crate) fn train<N, E>(
        mut self,
        network: &N,
        gradients: &mut N::Parameters,
        arena: &mut [E],
    ) -> N::Scalar
    where
        N: Network<Input = I>,
        E: Element<N::Scalar>,
        X: Input<I>,
        I: Shape<Scalar = N::Scalar>,
        L: Loss<N::Scalar, N::Output, Y, Scale = K>,
    {
        let capacity = capacity::<N, E>(arena);
        let (parameters, buffers) = network.parts();
        let mut total = N::Scalar::ZERO;
        for piece in 0..self.inputs.len().div_ceil(capacity) {
            let weights = Kept {
                parameters,
                gradients: &mut *gradients,
            };
            self.piece::<N, E>(piece, capacity, weights, buffers, arena, &mut total);
        }
        total
    }

    /// As [`train_and_update`](Self::train_and_update) for a batch of one piece, with the update of the parameters.
    fn step<N, E>(
        mut self,
        network: &mut N,
        gradients: &mut N::Parameters,
        arena: &mut [E],
        update: impl Update<N::Scalar>,
    ) -> N::Scalar
    where
        N: Network<Input = I>,
        E: Element<N::Scalar>,
        X: Input<I>,
        I: Shape<Scalar = N::Scalar>,
        L: Loss<N::Scalar, N::Output, Y, Scale = K>,
    {
        let samples = self.inputs.len();
        let (parameters, buffers) = network.parts_mut();
        let weights = Updated {
            parameters,
            gradients,
            update,
        };
        let mut total = N::Scalar::ZERO;
        self.piece::<N, E>(0, samples, weights, buffers, arena, &mut total);
        if total.is_finite() {
            let groups = samples.div_ceil(E::LANES);
            N::update_buffers(
                network.parts_mut().1,
                Arena::training::<N::Scalar>(arena, groups),
                samples,
            );
        }
        total
    }

    /// One piece of the batch, where each has `capacity` samples.
    #[inline(always)]
    fn piece<N, E>(
        &mut self,
        piece: usize,
        capacity: usize,
        weights: impl Weights<N>,
        buffers: &N::Buffers,
        arena: &mut [E],
        total: &mut N::Scalar,
    ) where
        N: Network<Input = I>,
        E: Element<N::Scalar>,
        X: Input<I>,
        I: Shape<Scalar = N::Scalar>,
        L: Loss<N::Scalar, N::Output, Y, Scale = K>,
    {
        let start = piece * capacity;
        let part = start..self.inputs.len().min(start + capacity);
        let inputs = self.inputs.get(part.clone()).unwrap_or_default();
        let targets = self.targets.get(part.clone()).unwrap_or_default();
        let (seed, step) = self.randomness;
        let groups = inputs.len().div_ceil(E::LANES);
        let x = Arena::training::<N::Scalar>(arena, groups).take::<N::Scalar, I>();
        kernels::pack::<N::Scalar, I, X, E>(inputs, x);
        let context = Context {
            samples: inputs.len(),
            input_gradient: self.input_gradients.is_some(),
            overwrite: piece == 0 && !self.adding,
            frozen: false,
            randomness: Randomness::new(seed, step, self.first_sample + start),
            isa: self.isa,
        };
        let objective = Piece {
            loss: self.loss,
            scale: self.scale,
            targets,
            total,
            input_gradients: self
                .input_gradients
                .as_deref_mut()
                .and_then(|all| all.get_mut(part)),
        };
        inlined::train::<N, E, _>(
            Pass {
                weights,
                buffers: Some(buffers),
                arena: Arena::training::<N::Scalar>(arena, groups),
                context,
            },
            objective,
        );
    }

    /// How many lane groups there are.
    #[cfg(feature = "parallel")]
    pub(crate) fn groups(&self) -> usize {
        self.inputs.len().div_ceil(LANES)
    }

    /// The first lane groups, and the others.
    #[cfg(feature = "parallel")]
    pub(crate) fn split_at(self, groups: usize) -> (Self, Self) {
        let samples = (groups * LANES)
            .min(self.inputs.len())
            .min(self.targets.len());
        let (inputs, other_inputs) = self.inputs.split_at(samples);
        let (targets, other_targets) = self.targets.split_at(samples);
        let (input_gradients, other_input_gradients) = match self.input_gradients {
            Some(gradients) => {
                let (left, right) = gradients.split_at_mut(samples.min(gradients.len()));
                (Some(left), Some(right))
            }
            None => (None, None),
        };
        let right = Self {
            inputs: other_inputs,
            targets: other_targets,
            input_gradients: other_input_gradients,
            first_sample: self.first_sample + samples,
            // It has gradients of its own.
            adding: false,
            ..self
        };
        let left = Self {
            inputs,
            targets,
            input_gradients,
            ..self
        };
        (left, right)
    }
}

/// How many samples fit an arena at once.
fn capacity<N: Network, E: Element<N::Scalar>>(arena: &[E]) -> usize {
    (arena.len() / N::TRAINING_ELEMENTS.max(1) * E::LANES).max(1)
}

/// The outputs of many samples in inference mode, a lane group at a time.
pub(crate) fn infer_groups<N: Network, X: Input<N::Input>>(
    network: &N,
    isa: Isa,
    inputs: &[X],
    outputs: &mut [N::Output],
    arena: &mut [Lanes<N::Scalar>],
) {
    for (group, inputs) in inputs.chunks(LANES).enumerate() {
        let Some(outputs) = outputs.get_mut(group * LANES..group * LANES + inputs.len()) else {
            return;
        };
        let mut arena = Arena::new(arena, 1);
        let x = arena.take::<N::Scalar, N::Input>();
        let y = arena.take::<N::Scalar, N::Output>();
        kernels::pack::<N::Scalar, N::Input, X, Lanes<N::Scalar>>(inputs, x);
        let (parameters, buffers) = network.parts();
        N::infer(parameters, buffers, isa, x, y, arena);
        kernels::unpack::<N::Scalar, N::Output, Lanes<N::Scalar>>(y, outputs);
    }
}

/// The targets of a piece of a batch, and where its loss and the gradients of its inputs go.
struct Piece<'a, L, K, T, Y, I> {
    loss: &'a L,
    scale: K,
    targets: &'a [Y],
    total: &'a mut T,
    input_gradients: Option<&'a mut [I]>,
}

impl<N, L, Y, E> Objective<N, E> for Piece<'_, L, L::Scale, N::Scalar, Y, N::Input>
where
    N: Network,
    L: Loss<N::Scalar, N::Output, Y>,
    E: Element<N::Scalar>,
{
    #[inline(always)]
    fn outputs(
        &mut self,
        isa: Isa,
        outputs: &[<N::Output as Shape>::Of<E>],
        d_outputs: &mut [<N::Output as Shape>::Of<E>],
    ) -> bool {
        let mut rest = self.targets;
        for (output, d_output) in outputs.iter().zip(d_outputs) {
            let targets;
            (targets, rest) = rest.split_at_checked(E::LANES).unwrap_or((rest, &[]));
            *self.total += self
                .loss
                .evaluate(isa, self.scale, output, targets.iter(), d_output);
        }
        // The gradients would be of no use.
        self.total.is_finite()
    }

    #[inline(always)]
    fn inputs(&mut self, d_inputs: &[<N::Input as Shape>::Of<E>]) {
        if let Some(input_gradients) = &mut self.input_gradients {
            kernels::unpack::<N::Scalar, N::Input, E>(d_inputs, input_gradients);
        }
    }
}
