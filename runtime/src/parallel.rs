//! Training and inference on several threads: a batch is cut into leaves, and what they find is added in a fixed tree.
//!
//! How many leaves there are, and which samples each takes, follows from the network and the number of samples alone,
//! never from the number of threads. So a pool of one thread, of two or of eight gives the same bits.

use crate::element::{LANES, Lanes};
use crate::losses::Loss;
use crate::network::{Network, Parameters};
use crate::pass::{Batch, infer_groups};
use crate::scalar::Scalar;
use crate::shape::Sample;
use crate::simd::{Isa, Work};
use alloc::boxed::Box;
use rayon_core::join;

/// The most leaves that a batch is cut into.
const LEAVES: usize = 8;
/// The gradients of all leaves take at most so many bytes, unless two take more.
const GRADIENT_BYTES: usize = 64 << 20;
/// Multiply-adds of a forward pass that are worth a thread in training, where backward costs twice as many again; and
/// three times as many in inference.
const TRAINING_MACS: usize = 1 << 20;
const INFERENCE_MACS: usize = 3 * TRAINING_MACS;
/// Multiply-adds of a leaf's forward pass for each parameter, so that adding up gradients costs little beside them.
const MACS_A_PARAMETER: usize = 64;

/// How many leaves a training batch is cut into, if the workspace has them.
pub(crate) const fn training_leaves<N: Network>(samples: usize) -> usize {
    let fold = MACS_A_PARAMETER * N::PARAMETERS;
    let least = if TRAINING_MACS > fold {
        TRAINING_MACS
    } else {
        fold
    };
    leaves::<N>(samples, least)
}

/// How many leaves a batch for inference is cut into, if the workspace has them.
pub(crate) const fn inference_leaves<N: Network>(samples: usize) -> usize {
    leaves::<N>(samples, INFERENCE_MACS)
}

/// As many leaves as there are multiples of `least` multiply-adds in whole lane groups.
const fn leaves<N: Network>(samples: usize, least: usize) -> usize {
    // A layer need not tell its multiply-adds.
    let macs = if N::MACS > N::PARAMETERS {
        N::MACS
    } else {
        N::PARAMETERS
    };
    let most = most_leaves::<N>();
    match least.div_ceil(LANES * if macs > 0 { macs } else { 1 }) {
        groups if samples.div_ceil(LANES) < 2 * groups => 1,
        groups if samples.div_ceil(LANES) > most * groups => most,
        groups => samples.div_ceil(LANES) / groups,
    }
}

/// A network that mixes samples or keeps a state besides its parameters is not cut.
pub(crate) const fn most_leaves<N: Network>() -> usize {
    if N::CROSS_SAMPLE || size_of::<N::Buffers>() > 0 {
        return 1;
    }
    match GRADIENT_BYTES / (size_of::<N::Parameters>() + 1) {
        0..2 => 2,
        leaves if leaves > LEAVES => LEAVES,
        leaves => leaves,
    }
}

/// What a leaf works on. The first leaf works on the arena and the gradients of the workspace itself.
pub(crate) struct Leaf<N: Network> {
    arena: Box<[Lanes<N::Scalar>]>,
    gradients: Box<N::Parameters>,
}

impl<N: Network> Leaf<N> {
    pub(crate) fn with_groups(groups: usize) -> Self {
        Self {
            arena: bytemuck::zeroed_slice_box(groups * N::TRAINING_ELEMENTS),
            gradients: bytemuck::zeroed_box(),
        }
    }

    pub(crate) fn arena_len(&self) -> usize {
        self.arena.len()
    }
}

/// Leaves beside each other: a tree that halves them until each is alone.
pub(crate) struct Tree<'a, N: Network> {
    pub(crate) arena: &'a mut [Lanes<N::Scalar>],
    pub(crate) gradients: &'a mut N::Parameters,
    /// All leaves but the first.
    pub(crate) others: &'a mut [Leaf<N>],
}

impl<'a, N: Network> Tree<'a, N> {
    fn leaves(&self) -> usize {
        1 + self.others.len()
    }

    /// The halves, the left one larger by a leaf where they are not equal; itself where it is a leaf.
    fn halves(self) -> Result<(Self, Self), Self> {
        if self.others.is_empty() {
            return Err(self);
        }
        let (left, right) = self.others.split_at_mut(self.others.len() / 2);
        match right.split_first_mut() {
            Some((first, others)) => Ok((
                Tree {
                    arena: self.arena,
                    gradients: self.gradients,
                    others: left,
                },
                Tree {
                    arena: &mut first.arena,
                    gradients: &mut first.gradients,
                    others,
                },
            )),
            None => Err(Tree {
                arena: self.arena,
                gradients: self.gradients,
                others: left,
            }),
        }
    }

    /// The loss, and its gradients in the first leaf.
    pub(crate) fn train<X, Y, L>(
        self,
        network: &N,
        batch: Batch<'_, N::Input, X, Y, L, N::Scalar>,
    ) -> N::Scalar
    where
        X: Sample<N::Input>,
        Y: Sync,
        L: Loss<N::Scalar, N::Output, Y>,
    {
        on_the_pool(|| self.train_here(network, batch))
    }

    fn train_here<X, Y, L>(
        self,
        network: &N,
        batch: Batch<'_, N::Input, X, Y, L, N::Scalar>,
    ) -> N::Scalar
    where
        X: Sample<N::Input>,
        Y: Sync,
        L: Loss<N::Scalar, N::Output, Y>,
    {
        let (isa, leaves) = (batch.isa, self.leaves());
        match self.halves() {
            Err(leaf) => batch.train(network, leaf.gradients, leaf.arena),
            Ok((mut left, mut right)) => {
                let groups = batch.groups() * left.leaves() / leaves;
                let (left_batch, right_batch) = batch.split_at(groups);
                let (left_loss, right_loss) = join(
                    || left.reborrow().train_here(network, left_batch),
                    || right.reborrow().train_here(network, right_batch),
                );
                add(
                    isa,
                    left.gradients.parameters_mut(),
                    right.gradients.parameters(),
                );
                left_loss + right_loss
            }
        }
    }

    /// The outputs in inference mode. Every lane group is by itself, so the cut changes no bit.
    pub(crate) fn infer<X: Sample<N::Input>>(
        self,
        network: &N,
        isa: Isa,
        inputs: &[X],
        outputs: &mut [N::Output],
    ) {
        on_the_pool(|| self.infer_here(network, isa, inputs, outputs));
    }

    fn infer_here<X: Sample<N::Input>>(
        self,
        network: &N,
        isa: Isa,
        inputs: &[X],
        outputs: &mut [N::Output],
    ) {
        let leaves = self.leaves();
        match self.halves() {
            Err(leaf) => infer_groups(network, isa, inputs, outputs, leaf.arena),
            Ok((left, right)) => {
                let groups = inputs.len().div_ceil(LANES) * left.leaves() / leaves;
                let samples = (groups * LANES).min(inputs.len()).min(outputs.len());
                let (left_inputs, right_inputs) = inputs.split_at(samples);
                let (left_outputs, right_outputs) = outputs.split_at_mut(samples);
                join(
                    || left.infer_here(network, isa, left_inputs, left_outputs),
                    || right.infer_here(network, isa, right_inputs, right_outputs),
                );
            }
        }
    }

    fn reborrow(&mut self) -> Tree<'_, N> {
        Tree {
            arena: self.arena,
            gradients: self.gradients,
            others: self.others,
        }
    }
}

/// Runs `work` on a thread of the current pool: this one if it belongs to a pool, else one of the global pool. Then
/// every `join` inside finds itself on the pool, and none has to go through the queue of what comes from outside.
fn on_the_pool<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    rayon_core::scope(|_| work())
}

/// `left += right`, in halves beside each other.
fn add<T: Scalar>(isa: Isa, left: &mut [T], right: &[T]) {
    /// Scalars from which on halving pays.
    const WHOLE: usize = 1 << 15;
    if left.len() < WHOLE {
        isa.run(Add { left, right });
    } else {
        let middle = left.len() / 2 / LANES * LANES;
        let (left, left_end) = left.split_at_mut(middle);
        let (right, right_end) = right.split_at(middle.min(right.len()));
        join(|| add(isa, left, right), || add(isa, left_end, right_end));
    }
}

struct Add<'a, T> {
    left: &'a mut [T],
    right: &'a [T],
}

impl<T: Scalar> Work for Add<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (left, &right) in self.left.iter_mut().zip(self.right) {
            *left += right;
        }
    }
}
