//! Training and inference on several threads: a batch is cut into leaves, and what they find is added in a fixed tree.
//!
//! How many leaves there are, and which samples each takes, follows from the network and the number of samples alone,
//! never from the number of threads. So a pool of one thread, of two or of eight gives the same bits.

use crate::element::{LANES, Lanes};
use crate::input::Input;
use crate::losses::Loss;
use crate::network::{Network, Parameters};
use crate::pass::{Batch, infer_groups};
use crate::scalar::Scalar;
use crate::simd::{Isa, Work};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ops::DerefMut;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

/// The most leaves that a batch is cut into.
const LEAVES: usize = 8;
/// Multiply-adds of a forward pass that are worth a thread in training, where backward costs twice as many again; and
/// three times as many in inference.
const TRAINING_MACS: usize = 1 << 20;
const INFERENCE_MACS: usize = 3 * TRAINING_MACS;
/// Gradients of more bytes than this have left the second-level cache when they are added up.
const CACHED_BYTES: usize = 1 << 20;
/// The gradients of all leaves take at most so many bytes, unless two take more.
const GRADIENT_BYTES: usize = 64 << 20;
/// Lane groups of the largest batch that leaves are kept ready for on account of the parameters.
const FORESEEN_GROUPS: usize = 32;

/// Scalars from which on a loop over them is halved.
pub(crate) const HALVED: usize = 1 << 15;

/// As rayon's `join`, but the side that is done first stays awake for a moment until the other is done too. To sleep and
/// to be woken takes some twenty microseconds, and what comes next wants both threads at once.
pub(crate) fn join<A: Send, B: Send>(
    left: impl FnOnce() -> A + Send,
    right: impl FnOnce() -> B + Send,
) -> (A, B) {
    let [left_done, right_begun, right_done] = [const { AtomicBool::new(false) }; 3];
    rayon_core::join_context(
        |_| {
            let result = left();
            left_done.store(true, Release);
            if right_begun.load(Acquire) {
                stay_awake_until(&right_done);
            }
            result
        },
        |context| {
            if !context.migrated() {
                return right();
            }
            right_begun.store(true, Release);
            let result = right();
            right_done.store(true, Release);
            stay_awake_until(&left_done);
            result
        },
    )
}

/// Works for others meanwhile. Not for long: a thread that has more to wait for may as well sleep. The core is offered
/// to other programs only after the time by which halves of equal work differ, because one that takes it keeps it for
/// milliseconds.
fn stay_awake_until(done: &AtomicBool) {
    const KEEP_THE_CORE: Duration = Duration::from_micros(30);
    const AT_MOST: Duration = Duration::from_micros(100);
    let start = Instant::now();
    while !done.load(Acquire) {
        let waited = start.elapsed();
        if waited >= AT_MOST {
            break;
        }
        if rayon_core::yield_now() != Some(rayon_core::Yield::Executed) {
            if waited < KEEP_THE_CORE {
                core::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

std::thread_local! {
    /// The address of the gradients that this thread has last had computed by several, else 0.
    static SPREAD: Cell<usize> = const { Cell::new(0) };
}

/// Whether several threads have found these gradients.
pub(crate) fn is_spread<T>(gradients: &[T]) -> bool {
    SPREAD.get() == gradients.as_ptr().addr()
}

/// Multiply-adds of a leaf for each parameter, so that adding up gradients costs little beside finding them: of one of
/// two leaves, and of one of more.
const fn macs_a_parameter<N: Network>() -> [usize; 2] {
    if size_of::<N::Parameters>() > CACHED_BYTES {
        [512, 512]
    } else {
        [64, 96]
    }
}

/// Multiply-adds a sample, at least 1. A layer need not tell them.
const fn macs<N: Network>() -> usize {
    at_least_1(if N::MACS > N::PARAMETERS {
        N::MACS
    } else {
        N::PARAMETERS
    })
}

/// How many leaves a workspace has. A network that mixes samples or keeps a state besides its parameters is not cut.
pub(crate) const fn most_leaves<N: Network>() -> usize {
    if N::CROSS_SAMPLE || size_of::<N::Buffers>() > 0 {
        return 1;
    }
    let [_, macs_a_parameter] = macs_a_parameter::<N>();
    let by_memory = match GRADIENT_BYTES / at_least_1(size_of::<N::Parameters>()) {
        0..2 => 2,
        leaves => leaves,
    };
    let by_parameters =
        FORESEEN_GROUPS * LANES * macs::<N>() / macs_a_parameter / at_least_1(N::PARAMETERS);
    at_least_1(least(least(by_memory, by_parameters), LEAVES))
}

/// How many leaves a training batch is cut into.
pub(crate) const fn training_leaves<N: Network>(samples: usize) -> usize {
    let groups = samples.div_ceil(LANES);
    let macs = groups * LANES * macs::<N>();
    let [of_two, of_more] = macs_a_parameter::<N>();
    let by_work = macs / TRAINING_MACS;
    let by_parameters = match macs / at_least_1(N::PARAMETERS) {
        ratio if ratio >= 2 * of_more => ratio / of_more,
        ratio if ratio >= 2 * of_two => 2,
        _ => 1,
    };
    at_least_1(least(
        least(by_work, by_parameters),
        least(groups, most_leaves::<N>()),
    ))
}

const fn at_least_1(a: usize) -> usize {
    if a > 1 { a } else { 1 }
}

const fn least(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// Locked without waiting, to find one that is free.
type SharedArena<T> = Mutex<Box<[Lanes<T>]>>;

/// Memory for leaves: an arena for each that runs at the same time, and gradients for each but the first, which has
/// those of the workspace.
pub(crate) struct Leaves<N: Network> {
    /// A thread takes the one that it had before, for its cache, if it is free.
    arenas: Vec<SharedArena<N::Scalar>>,
    gradients: Vec<Box<N::Parameters>>,
}

impl<N: Network> Leaves<N> {
    pub(crate) fn new(leaves: usize, groups: usize) -> Self {
        let arena = || bytemuck::zeroed_slice_box(groups * N::TRAINING_ELEMENTS);
        Self {
            arenas: (0..leaves).map(|_| Mutex::new(arena())).collect(),
            gradients: (1..leaves).map(|_| bytemuck::zeroed_box()).collect(),
        }
    }

    /// The tree for a batch of so many samples; none where a single leaf is left.
    pub(crate) fn tree<'a>(
        &'a mut self,
        gradients: &'a mut N::Parameters,
        samples: usize,
    ) -> Option<Tree<'a, N>> {
        let others = (training_leaves::<N>(samples) - 1).min(self.gradients.len());
        let others = self.gradients.get_mut(..others)?;
        if others.is_empty() {
            SPREAD.set(0);
            return None;
        }
        Some(Tree {
            arenas: &self.arenas,
            gradients,
            others,
        })
    }

    /// Writes the outputs in inference mode. Every lane group is by itself, so the cut changes no bit.
    pub(crate) fn infer<X: Input<N::Input>>(
        &self,
        network: &N,
        isa: Isa,
        inputs: &[X],
        outputs: &mut [N::Output],
    ) {
        let leaves = (inputs.len() * macs::<N>() / INFERENCE_MACS).min(self.arenas.len());
        if leaves > 1 {
            on_the_pool(|| infer(leaves, network, isa, inputs, outputs, &self.arenas));
        } else {
            infer(1, network, isa, inputs, outputs, &self.arenas);
        }
    }
}

fn infer<N: Network, X: Input<N::Input>>(
    leaves: usize,
    network: &N,
    isa: Isa,
    inputs: &[X],
    outputs: &mut [N::Output],
    arenas: &[SharedArena<N::Scalar>],
) {
    let groups = inputs.len().div_ceil(LANES);
    if leaves <= 1 || groups <= 1 {
        if let Some(mut arena) = free(arenas) {
            infer_groups(network, isa, inputs, outputs, &mut arena);
        }
        return;
    }
    let left = leaves.div_ceil(2);
    let samples = (groups * left / leaves * LANES)
        .min(inputs.len())
        .min(outputs.len());
    let (left_inputs, right_inputs) = inputs.split_at(samples);
    let (left_outputs, right_outputs) = outputs.split_at_mut(samples);
    join(
        || infer(left, network, isa, left_inputs, left_outputs, arenas),
        || {
            infer(
                leaves - left,
                network,
                isa,
                right_inputs,
                right_outputs,
                arenas,
            )
        },
    );
}

/// The arena of this thread, or another one that is free. There are as many as leaves that run at the same time, so one
/// always is.
fn free<M>(arenas: &[Mutex<M>]) -> Option<impl DerefMut<Target = M>> {
    let own = rayon_core::current_thread_index().unwrap_or(0) % arenas.len().max(1);
    let mut arenas = arenas.iter().cycle().skip(own);
    arenas.find_map(|arena| match arena.try_lock() {
        Ok(arena) => Some(arena),
        // What is in it is written before it is read.
        Err(TryLockError::Poisoned(arena)) => Some(arena.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    })
}

/// Leaves beside each other, to be halved until each is alone.
pub(crate) struct Tree<'a, N: Network> {
    arenas: &'a [SharedArena<N::Scalar>],
    /// Of the first leaf, and in the end of all.
    gradients: &'a mut N::Parameters,
    /// Of the other leaves.
    others: &'a mut [Box<N::Parameters>],
}

impl<N: Network> Tree<'_, N> {
    /// The loss, and its gradients in the first leaf.
    pub(crate) fn train<X, Y, L>(
        self,
        network: &N,
        batch: Batch<'_, N::Input, X, Y, L, L::Scale>,
    ) -> N::Scalar
    where
        X: Input<N::Input>,
        Y: Sync,
        L: Loss<N::Scalar, N::Output, Y>,
    {
        let gradients = self.gradients.parameters().as_ptr().addr();
        let loss = on_the_pool(|| self.train_here(network, batch));
        SPREAD.set(gradients);
        loss
    }

    fn train_here<X, Y, L>(
        self,
        network: &N,
        batch: Batch<'_, N::Input, X, Y, L, L::Scale>,
    ) -> N::Scalar
    where
        X: Input<N::Input>,
        Y: Sync,
        L: Loss<N::Scalar, N::Output, Y>,
    {
        let Self {
            arenas,
            gradients,
            others,
        } = self;
        let (isa, leaves) = (batch.isa, 1 + others.len());
        // The left half is the larger by a leaf where they are not equal.
        let (left, right) = others.split_at_mut(others.len() / 2);
        let Some((right_gradients, right)) = right.split_first_mut() else {
            return match free(arenas) {
                Some(mut arena) => batch.train(network, gradients, &mut arena),
                None => N::Scalar::ZERO,
            };
        };
        let groups = batch.groups() * (1 + left.len()) / leaves;
        let (left_batch, right_batch) = batch.split_at(groups);
        let left = Tree {
            arenas,
            gradients: &mut *gradients,
            others: left,
        };
        let right = Tree {
            arenas,
            gradients: &mut **right_gradients,
            others: right,
        };
        let (left_loss, right_loss) = join(
            || left.train_here(network, left_batch),
            || right.train_here(network, right_batch),
        );
        let sums = gradients.parameters_mut();
        add(isa, sums, right_gradients.parameters());
        left_loss + right_loss
    }
}

/// Runs `work` on a thread of the current pool: this one if it belongs to a pool, else one of the global pool. Then
/// every `join` inside finds itself on the pool, and none has to go through the queue of what comes from outside.
pub(crate) fn on_the_pool<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    rayon_core::scope(|_| work())
}

/// `left += right`, in halves beside each other.
fn add<T: Scalar>(isa: Isa, left: &mut [T], right: &[T]) {
    if left.len() < HALVED {
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
