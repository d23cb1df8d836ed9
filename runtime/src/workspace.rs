//! Where activations and gradients live.

use crate::element::{Element, LANES, Lanes};
use crate::network::Network;
#[cfg(feature = "parallel")]
use crate::parallel::Leaves;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::NamedTensor;
use core::marker::PhantomData;
use core::ops::DerefMut;

/// Gradients and activations for training a network, and scratch for its `forward_batch`.
///
/// `A` and `G` own or borrow the memory: boxes in [`HeapWorkspace`], arrays in
/// [`StaticWorkspace`](crate::StaticWorkspace), slices where they are given to [`from_parts`](Workspace::from_parts).
pub struct Workspace<N: Network, A, G> {
    arena: A,
    gradients: G,
    #[cfg(feature = "parallel")]
    leaves: Option<Leaves<N>>,
    seed: u64,
    step: u64,
    network: PhantomData<fn() -> N>,
}

/// A workspace on the heap, made by [`Network::workspace`].
#[cfg(feature = "alloc")]
pub type HeapWorkspace<N> = Workspace<
    N,
    alloc::boxed::Box<[Lanes<<N as crate::Parameters>::Scalar>]>,
    crate::aligned::AlignedBox<<N as Network>::Parameters>,
>;

#[cfg(feature = "alloc")]
impl<N: Network> HeapWorkspace<N> {
    pub(crate) fn with_capacity(samples: usize) -> Self {
        let groups = samples.div_ceil(LANES).max(1);
        Self::from_memory(
            bytemuck::zeroed_slice_box(groups * N::TRAINING_ELEMENTS),
            crate::aligned::AlignedBox::zeroed(),
        )
    }

    /// As [`with_capacity`](Self::with_capacity), and so many leaves, if more than one, with room for `groups` each.
    #[cfg(feature = "parallel")]
    pub(crate) fn with_leaves(samples: usize, leaves: usize, groups: usize) -> Self {
        let mut workspace = Self::with_capacity(samples);
        workspace.leaves = (leaves > 1).then(|| Leaves::new(leaves, groups));
        workspace
    }
}

impl<N: Network, A, G> Workspace<N, A, G> {
    pub(crate) const fn from_memory(arena: A, gradients: G) -> Self {
        Self {
            arena,
            gradients,
            #[cfg(feature = "parallel")]
            leaves: None,
            seed: 0,
            step: 0,
            network: PhantomData,
        }
    }
}

impl<N, A, G> Workspace<N, A, G>
where
    N: Network,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    /// A workspace in given memory. `arena` needs as many elements for each sixteen samples as
    /// [`TRAINING_BYTES`](Network::TRAINING_BYTES), less the gradients, has room for. For a network whose sizes are known
    /// where it is declared, [`StaticWorkspace`](crate::StaticWorkspace) knows them.
    ///
    /// ```
    /// use chainrule::{Lanes, Place, Workspace, prelude::*};
    ///
    /// network! { struct Policy<const H: usize>: [4] -> [2] { Linear(H), Tanh, Linear(2) } }
    ///
    /// type Net = Policy<16>;
    /// const GRADIENTS: usize = Net::PARAMETERS * size_of::<f32>();
    /// const LEN: usize = (Net::TRAINING_BYTES - GRADIENTS) / size_of::<Lanes<f32>>();
    /// static NET: Place<Net> = Place::new(Net::zeroed());
    /// static ARENA: Place<[Lanes<f32>; LEN]> = Place::zeroed();
    /// static GRADIENTS_OF_NET: Place<<Net as Network>::Parameters> = Place::zeroed();
    ///
    /// if let (Some(arena), Some(gradients)) = (ARENA.take(), GRADIENTS_OF_NET.take()) {
    ///     let workspace = Workspace::<Net, _, _>::from_parts(&mut arena[..], gradients);
    ///     assert_eq!(workspace.capacity(), 16);
    /// }
    /// ```
    pub const fn from_parts(arena: A, gradients: G) -> Self {
        Self::from_memory(arena, gradients)
    }

    /// The gradients that the last `backpropagate` left, in the form of the network's parameters:
    /// `workspace.gradients().fc1.weight`.
    pub fn gradients(&self) -> &N::Parameters {
        &self.gradients
    }

    /// The gradients, mutable: to clip or scale them before the step.
    pub fn gradients_mut(&mut self) -> &mut N::Parameters {
        &mut self.gradients
    }

    /// The gradient of every tensor with its name and shape as in PyTorch.
    pub fn named_gradients(&self) -> impl Iterator<Item = NamedTensor<'_, N::Scalar>> {
        N::name_parameters(&self.gradients)
    }

    /// How many samples fit at once.
    pub fn capacity(&self) -> usize {
        self.arena.len() / N::TRAINING_ELEMENTS.max(1) * LANES
    }

    /// Where dropout takes its random bits from: the draws are a function of this seed and the number of the step.
    pub fn set_seed(&mut self, seed: u64) {
        (self.seed, self.step) = (seed, 0);
    }

    /// The seed that was set, 0 at the start.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How often `backpropagate` has run since the start or [`set_seed`](Workspace::set_seed).
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// Sets how often `backpropagate` has run, after [`set_seed`](Workspace::set_seed), to resume from a checkpoint.
    pub fn set_steps(&mut self, steps: u64) {
        self.step = steps;
    }

    pub(crate) fn count_step(&mut self) -> (u64, u64) {
        let step = self.step;
        self.step += 1;
        (self.seed, step)
    }

    /// The leaves, and the gradients of the first.
    #[cfg(feature = "parallel")]
    pub(crate) fn leaves(&mut self) -> Option<(&mut Leaves<N>, &mut N::Parameters)> {
        Some((self.leaves.as_mut()?, &mut self.gradients))
    }

    /// Whether a batch of so many samples is cut into leaves.
    pub(crate) fn cuts(&mut self, samples: usize) -> bool {
        #[cfg(feature = "parallel")]
        if let Some((leaves, gradients)) = self.leaves() {
            return leaves.tree(gradients, samples).is_some();
        }
        let _ = samples;
        false
    }

    pub(crate) fn arena(&mut self) -> &mut [Lanes<N::Scalar>] {
        &mut self.arena
    }

    pub(crate) fn parts_mut(&mut self) -> (&mut [Lanes<N::Scalar>], &mut N::Parameters) {
        (&mut self.arena, &mut self.gradients)
    }
}

/// Memory that is dealt out front to back, each piece for the same number of lane groups.
///
/// Nothing here panics: where the memory is too short the piece is what there is left, and loops over it do less.
/// The lengths are checked before a pass starts.
#[doc(hidden)]
pub struct Arena<'a, E> {
    rest: &'a mut [E],
    groups: usize,
    /// The length of a piece is rounded up to a multiple of this plus one, a power of two.
    mask: usize,
}

impl<'a, E> Arena<'a, E> {
    /// Deals out `memory` for `groups` lane groups (or samples).
    #[inline(always)]
    pub fn new(memory: &'a mut [E], groups: usize) -> Self {
        Self {
            rest: memory,
            groups,
            mask: 0,
        }
    }

    /// As [`new`](Arena::new), for training, where a piece for scalars begins at a vector like one for lane groups: the
    /// memory holds lane groups, so there is room.
    #[inline(always)]
    pub(crate) fn training<T: Scalar>(memory: &'a mut [E], groups: usize) -> Self
    where
        E: Element<T>,
    {
        Self {
            mask: LANES / E::LANES - 1,
            ..Self::new(memory, groups)
        }
    }

    /// The same memory for training with one sample: of `len` scalars and for one group, which the compiler then knows.
    #[inline(always)]
    pub(crate) fn one_sample(self, len: usize) -> Option<Self> {
        Some(Self {
            rest: self.rest.get_mut(..len)?,
            groups: 1,
            mask: LANES - 1,
        })
    }

    /// A value of shape `S` for every lane group.
    #[inline(always)]
    pub fn take<T: Scalar, S: Shape<Scalar = T>>(&mut self) -> &'a mut [S::Of<E>]
    where
        E: Element<T>,
    {
        S::values_mut(self.take_elements(S::LEN))
    }

    /// `len` elements for every lane group.
    #[inline(always)]
    pub fn take_elements(&mut self, len: usize) -> &'a mut [E] {
        let len = len * self.groups;
        let room = ((len + self.mask) & !self.mask).min(self.rest.len());
        let (piece, rest) = core::mem::take(&mut self.rest)
            .split_at_mut_checked(room)
            .unwrap_or_default();
        self.rest = rest;
        front(piece, len)
    }

    /// How many lane groups (or samples) each piece is for.
    #[inline(always)]
    pub fn groups(&self) -> usize {
        self.groups
    }
}

/// `groups` values of shape `S` at the front of a piece of memory that other shapes use in turns.
#[doc(hidden)]
#[inline(always)]
pub fn view<T: Scalar, S: Shape<Scalar = T>, E: Element<T>>(
    memory: &mut [E],
    groups: usize,
) -> &mut [S::Of<E>] {
    S::values_mut(front(memory, S::LEN * groups))
}

/// The same elements in another shape of the same length.
#[doc(hidden)]
#[inline(always)]
pub fn reshape<From: Shape, To: Shape<Scalar = From::Scalar>, E: Element<From::Scalar>>(
    values: &[From::Of<E>],
) -> &[To::Of<E>] {
    const { assert!(From::LEN == To::LEN, "shapes of different lengths") }
    To::values(From::flat(values))
}

/// The same elements in another shape of the same length, mutable.
#[doc(hidden)]
#[inline(always)]
pub fn reshape_mut<From: Shape, To: Shape<Scalar = From::Scalar>, E: Element<From::Scalar>>(
    values: &mut [From::Of<E>],
) -> &mut [To::Of<E>] {
    const { assert!(From::LEN == To::LEN, "shapes of different lengths") }
    To::values_mut(From::flat_mut(values))
}

/// The same elements in a shape whose length only the compiler compares, in a check of its own: where the lengths
/// differ, as many values as there is room for.
#[doc(hidden)]
#[inline(always)]
pub fn fit<From: Shape, To: Shape<Scalar = From::Scalar>, E: Element<From::Scalar>>(
    values: &[From::Of<E>],
) -> &[To::Of<E>] {
    To::values(From::flat(values))
}

/// As [`fit`], mutable.
#[doc(hidden)]
#[inline(always)]
pub fn fit_mut<From: Shape, To: Shape<Scalar = From::Scalar>, E: Element<From::Scalar>>(
    values: &mut [From::Of<E>],
) -> &mut [To::Of<E>] {
    To::values_mut(From::flat_mut(values))
}

/// `len` elements at the front of memory that several layers use one after the other.
#[doc(hidden)]
#[inline(always)]
pub fn room<E>(memory: &mut [E], len: usize) -> &mut [E] {
    front(memory, len)
}

/// The first `len` elements, or all if there are fewer: without a branch, of which the function of a long network would
/// have hundreds in a row, where compilers take minutes to see which follow from which.
#[inline(always)]
fn front<E>(memory: &mut [E], len: usize) -> &mut [E] {
    let len = len.min(memory.len());
    memory.get_mut(..len).unwrap_or_default()
}
