#![doc = include_str!("../../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "alloc")]
extern crate alloc;

#[cfg(all(test, not(feature = "std")))]
extern crate std;

// The generated code names this crate `::chainrule`, also in the tests and documentation of the crate itself.
extern crate self as chainrule;

mod checks;
mod element;
mod error;
#[cfg(test)]
mod gradient_check;
pub mod init;
#[cfg(feature = "safetensors")]
pub mod io;
mod kernels;
mod layer;
pub mod layers;
mod layout;
pub mod losses;
mod math;
mod network;
pub mod optimizers;
mod probe;
mod scalar;
mod scratch;
mod shape;
pub mod simd;
mod sizes;
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
pub use sizes::StaticSizes;
pub use summary::Summary;
pub use tensor::{NamedTensor, Order, Tensor, TensorName};
#[cfg(feature = "alloc")]
pub use workspace::HeapWorkspace;
pub use workspace::Workspace;

/// Everything a program with a network needs: `use chainrule::prelude::*;`.
pub mod prelude {
    pub use crate::init::{Fan, Init};
    #[cfg(feature = "safetensors")]
    pub use crate::io::Safetensors;
    pub use crate::layer::{Backward, Forward, Layer};
    pub use crate::losses::{
        BceLoss, BceWithLogitsLoss, CrossEntropyLoss, HuberLoss, KlDivLoss, L1Loss, Loss, MseLoss,
        NllLoss, Reduction, SmoothL1Loss,
    };
    pub use crate::network::{Network, Parameters};
    pub use crate::optimizers::{Adam, AdamW, Optimizer, RmsProp, Sgd};
    pub use crate::tensor::Tensor;
    pub use crate::{Element, Scalar, Shape, network};
    pub use rand::rngs::StdRng;
    pub use rand::{Rng, RngExt, SeedableRng};
}

/// What the generated code uses. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::checks::*;
    pub use crate::network::{Context, Objective, Pass, inference, scalars, scalars_mut};
    pub use crate::probe::{NotLayer, Pick, Picked, Probe, assert_layer};
    pub use crate::scratch::with_scratch;
    pub use crate::simd::Isa;
    pub use crate::sizes::Push;
    pub use crate::workspace::{Arena, fit, fit_mut, reshape, reshape_mut, room, view};
    pub use crate::{__layer as layer, __run as run, __unsigned as unsigned};
    pub use {bytemuck, rand, typenum};
}
