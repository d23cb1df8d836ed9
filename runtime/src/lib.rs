#![doc = include_str!("../../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "alloc")]
extern crate alloc;

#[cfg(all(test, not(feature = "std")))]
extern crate std;

// The generated code names this crate `::chainrule`, also in the tests and documentation of the crate itself.
extern crate self as chainrule;

mod element;
mod error;
#[cfg(test)]
mod gradient_check;
pub mod init;
mod kernels;
mod layer;
pub mod layers;
mod layout;
pub mod losses;
mod math;
mod network;
pub mod optimizers;
mod scalar;
mod shape;
pub mod simd;
mod summary;
mod tensor;
mod workspace;

pub use chainrule_macros::network;
pub use element::{Element, LANES, Lanes};
pub use error::{BackpropagateError, LengthMismatch, TargetError};
pub use layer::{Backward, Forward, Layer, Randomness};
pub use network::{LayerInfo, Network, Parameters};
pub use scalar::Scalar;
pub use shape::{Sample, Shape};
pub use summary::Summary;
pub use tensor::{NamedTensor, Order, Tensor, TensorName};
#[cfg(feature = "alloc")]
pub use workspace::HeapWorkspace;
pub use workspace::Workspace;

/// Everything a program with a network needs: `use chainrule::prelude::*;`.
pub mod prelude {
    pub use crate::init::{Fan, Init};
    pub use crate::layer::{Backward, Forward, Layer};
    pub use crate::losses::{
        BceLoss, BceWithLogitsLoss, CrossEntropyLoss, HuberLoss, KlDivLoss, L1Loss, Loss, MseLoss,
        NllLoss, Reduction, SmoothL1Loss,
    };
    pub use crate::network::{Network, Parameters};
    pub use crate::optimizers::{Optimizer, Sgd};
    pub use crate::tensor::Tensor;
    pub use crate::{Element, Scalar, Shape, network};
    pub use rand::rngs::StdRng;
    pub use rand::{Rng, RngExt, SeedableRng};
}

/// What the generated code uses. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::__run as run;
    pub use crate::network::{Context, Objective, Pass, inference, scalars, scalars_mut};
    pub use crate::simd::Isa;
    pub use crate::workspace::{Arena, reshape, reshape_mut, view};
    pub use {bytemuck, rand};

    /// The largest of some lengths.
    pub const fn max(lengths: &[usize]) -> usize {
        let (mut max, mut i) = (0, 0);
        while i < lengths.len() {
            if lengths[i] > max {
                max = lengths[i];
            }
            i += 1;
        }
        max
    }
}
