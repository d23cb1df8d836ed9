//! Workspaces without a heap.

use crate::aligned::Aligned;
use crate::element::{LANES, Lanes};
use crate::network::Network;
use crate::place::zeroed;
use crate::workspace::Workspace;
use bytemuck::{Pod, Zeroable};
use core::ops::{Deref, DerefMut};

/// A network whose sizes are known where it is declared, so that its workspace can lie in a `static`. `network!`
/// implements it for every network without generic parameters.
pub trait StaticNetwork: Network {
    /// An array of scalars: what a training pass needs for one sample.
    #[doc(hidden)]
    type Activations: Pod + Send + Sync;
}

/// A workspace that is made while the program compiles, with room for the activations of `SAMPLES` samples at a time, a
/// multiple of sixteen, and the gradients: [`TRAINING_BYTES`](Network::TRAINING_BYTES) for sixteen.
///
/// Batches larger than that go through it in pieces, if the network does not mix samples. Where the network is generic,
/// see [`Workspace::from_parts`].
///
/// ```
/// use chainrule::{Place, StaticWorkspace, prelude::*};
///
/// network! { struct Net: [4] -> [2] { Linear(16), Relu, Linear(2) } }
///
/// static WORKSPACE: Place<StaticWorkspace<Net, 32>> = Place::new(StaticWorkspace::new());
/// assert_eq!(WORKSPACE.take().map(|workspace| workspace.capacity()), Some(32));
/// ```
///
/// ```compile_fail,E0080
/// # use chainrule::{Place, StaticWorkspace, prelude::*};
/// # network! { struct Net: [4] -> [2] { Linear(16), Relu, Linear(2) } }
/// static WORKSPACE: Place<StaticWorkspace<Net, 20>> = Place::new(StaticWorkspace::new());
/// ```
pub type StaticWorkspace<N, const SAMPLES: usize> =
    Workspace<N, StaticArena<N, SAMPLES>, Aligned<<N as Network>::Parameters>>;

/// The activations of a [`StaticWorkspace`].
#[doc(hidden)]
#[repr(C, align(64))]
pub struct StaticArena<N: StaticNetwork, const SAMPLES: usize>([N::Activations; SAMPLES]);

#[allow(unsafe_code)] // layout
// SAFETY: zeros are a value of the only field, an array of arrays of scalars.
unsafe impl<N: StaticNetwork, const SAMPLES: usize> Zeroable for StaticArena<N, SAMPLES> {}

impl<N: StaticNetwork, const SAMPLES: usize> StaticWorkspace<N, SAMPLES> {
    /// A workspace of zeros, also in a constant.
    pub const fn new() -> Self {
        const {
            assert!(
                SAMPLES > 0 && SAMPLES.is_multiple_of(LANES),
                "samples share SIMD lanes by sixteen: give a workspace room for 16, 32, 48, … of them"
            );
        }
        Self::from_memory(zeroed(), zeroed())
    }
}

impl<N: StaticNetwork, const SAMPLES: usize> Default for StaticWorkspace<N, SAMPLES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: StaticNetwork, const SAMPLES: usize> Deref for StaticArena<N, SAMPLES> {
    type Target = [Lanes<N::Scalar>];
    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        bytemuck::try_cast_slice(&self.0).unwrap_or_default()
    }
}

impl<N: StaticNetwork, const SAMPLES: usize> DerefMut for StaticArena<N, SAMPLES> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        bytemuck::try_cast_slice_mut(&mut self.0).unwrap_or_default()
    }
}
