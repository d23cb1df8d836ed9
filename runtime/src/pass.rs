//! A training pass: forward, loss and backward over a batch, piece by piece.

use crate::element::{Element, Lanes};
use crate::error::{BackpropagateError, LengthMismatch};
use crate::layer::{Backward, Forward, Layer, Randomness};
use crate::losses::Loss;
use crate::network::{Network, scalars_mut};
use crate::shape::{Sample, Shape};
use crate::simd::Isa;
use crate::workspace::{Arena, Workspace};
use crate::{Scalar, inlined, kernels};
use core::ops::DerefMut;

/// What the generated training function works on.
#[doc(hidden)]
pub struct Pass<'a, N: Network, E> {
    pub gradients: &'a mut N::Parameters,
    pub arena: Arena<'a, E>,
    pub context: Context,
}

/// What stands at the two ends of the generated training function.
#[doc(hidden)]
pub trait Objective<N: Network, E: Element<N::Scalar>> {
    /// Reads the outputs, writes the gradient of the loss with respect to them.
    fn outputs(
        &mut self,
        isa: Isa,
        outputs: &[<N::Output as Shape>::Of<E>],
        d_outputs: &mut [<N::Output as Shape>::Of<E>],
    );
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
    pub randomness: Randomness,
    pub isa: Isa,
}

impl Context {
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
            randomness,
            isa,
            ..
        } = self;
        Forward {
            parameters,
            buffers,
            saved,
            samples,
            randomness: randomness.layer(index),
            isa,
        }
    }

    /// For the backward pass of the layer with this index. Gradients that hold nothing yet become zeros here, just
    /// before they are added to, unless the layer writes them itself.
    #[inline(always)]
    pub fn backward<'a, T: Scalar, L: Layer<T>, E>(
        self,
        _: &L,
        index: usize,
        parameters: &'a L::Parameters,
        gradients: &'a mut L::Parameters,
        saved: &'a [E],
    ) -> Backward<'a, T, L, E> {
        let Self {
            samples,
            overwrite,
            randomness,
            isa,
            ..
        } = self;
        let randomness = randomness.layer(index);
        if overwrite && !L::OVERWRITES {
            scalars_mut::<T, _>(gradients).fill(T::ZERO);
        }
        Backward {
            parameters,
            gradients,
            saved,
            input_gradient: true,
            overwrite: overwrite && L::OVERWRITES,
            samples,
            randomness,
            isa,
        }
    }

    /// For the backward pass of the first layer with parameters: nobody reads its input gradient, unless the caller
    /// asked for the gradient of the inputs.
    #[inline(always)]
    pub fn backward_first<'a, T: Scalar, L: Layer<T>, E>(
        self,
        layer: &L,
        index: usize,
        parameters: &'a L::Parameters,
        gradients: &'a mut L::Parameters,
        saved: &'a [E],
    ) -> Backward<'a, T, L, E> {
        Backward {
            input_gradient: self.input_gradient,
            ..self.backward(layer, index, parameters, gradients, saved)
        }
    }
}

/// A training pass over a batch: checks first, then piece by piece, then what changes besides the gradients.
pub(crate) fn backpropagate<N, X, Y, L, A, G>(
    network: &mut N,
    inputs: &[X],
    targets: &[Y],
    loss: &L,
    workspace: &mut Workspace<N, A, G>,
    input_gradients: Option<&mut [N::Input]>,
) -> Result<N::Scalar, BackpropagateError>
where
    N: Network,
    X: Sample<N::Input>,
    L: Loss<N::Scalar, N::Output, Y>,
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
    let scale = loss.scale(targets)?;

    let (seed, step) = workspace.count_step();
    let (arena, gradients) = workspace.parts_mut();
    let batch = Batch {
        inputs,
        targets,
        loss,
        scale,
        isa: Isa::detect(),
        randomness: (seed, step),
    };
    let total = if inputs.len() == 1 {
        // A lane group would compute sixteen samples for the one.
        let arena = <Lanes<N::Scalar> as Element<N::Scalar>>::scalars_mut(arena);
        batch.train::<N, N::Scalar>(network, gradients, arena, input_gradients)
    } else {
        batch.train::<N, Lanes<N::Scalar>>(network, gradients, arena, input_gradients)
    };
    if total.is_finite() {
        Ok(total)
    } else {
        Err(BackpropagateError::LossNotFinite {
            loss: total.to_f64(),
            step,
        })
    }
}

/// A batch that has passed the checks.
struct Batch<'a, X, Y, L, T> {
    inputs: &'a [X],
    targets: &'a [Y],
    loss: &'a L,
    scale: T,
    isa: Isa,
    /// Seed and step.
    randomness: (u64, u64),
}

impl<X, Y, L, T: Scalar> Batch<'_, X, Y, L, T> {
    /// The batch piece by piece, as many samples as fit the arena at once, with samples in elements `E`. Returns the
    /// loss; only a finite one changes the buffers.
    fn train<N, E>(
        &self,
        network: &mut N,
        gradients: &mut N::Parameters,
        arena: &mut [E],
        mut input_gradients: Option<&mut [N::Input]>,
    ) -> T
    where
        N: Network<Scalar = T>,
        E: Element<T>,
        X: Sample<N::Input>,
        L: Loss<T, N::Output, Y>,
    {
        let capacity = (arena.len() / N::TRAINING_ELEMENTS.max(1) * E::LANES).max(1);
        let (seed, step) = self.randomness;
        let mut total = T::ZERO;
        let pieces = self
            .inputs
            .chunks(capacity)
            .zip(self.targets.chunks(capacity));
        for (piece, (inputs, targets)) in pieces.enumerate() {
            let groups = inputs.len().div_ceil(E::LANES);
            let x = Arena::training::<T>(arena, groups).take::<T, N::Input>();
            kernels::pack::<T, N::Input, X, E>(inputs, x);
            let context = Context {
                samples: inputs.len(),
                input_gradient: input_gradients.is_some(),
                overwrite: piece == 0,
                randomness: Randomness::new(seed, step, piece * capacity),
                isa: self.isa,
            };
            let objective = Piece {
                loss: self.loss,
                scale: self.scale,
                targets,
                total: &mut total,
                input_gradients: input_gradients
                    .as_deref_mut()
                    .and_then(|all| all.chunks_mut(capacity).nth(piece)),
            };
            inlined::train::<N, E>(
                network,
                Pass {
                    gradients,
                    arena: Arena::training::<T>(arena, groups),
                    context,
                },
                objective,
            );
        }
        if total.is_finite() {
            let groups = self.inputs.len().min(capacity).div_ceil(E::LANES);
            network.update_buffers(Arena::training::<T>(arena, groups), self.inputs.len());
        }
        total
    }
}

/// The targets of a piece of a batch, and where its loss and the gradients of its inputs go.
struct Piece<'a, L, T, Y, I> {
    loss: &'a L,
    scale: T,
    targets: &'a [Y],
    total: &'a mut T,
    input_gradients: Option<&'a mut [I]>,
}

impl<N, L, Y, E> Objective<N, E> for Piece<'_, L, N::Scalar, Y, N::Input>
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
    ) {
        for ((output, targets), d_output) in outputs
            .iter()
            .zip(self.targets.chunks(E::LANES))
            .zip(d_outputs)
        {
            *self.total += self
                .loss
                .evaluate(isa, self.scale, output, targets, d_output);
        }
    }

    #[inline(always)]
    fn inputs(&mut self, d_inputs: &[<N::Input as Shape>::Of<E>]) {
        if let Some(input_gradients) = &mut self.input_gradients {
            kernels::unpack::<N::Scalar, N::Input, E>(d_inputs, input_gradients);
        }
    }
}
