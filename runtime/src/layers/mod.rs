//! The built-in layers, one file each: parameters, forward, backward.

pub mod activations;
mod axis;
mod linear;
mod log_softmax;
mod pointwise;
mod prelu;
mod softmax;

pub use linear::{Linear, LinearParameters};
pub use log_softmax::LogSoftmax;
pub use pointwise::{Activation, Pointwise};
pub use prelu::Prelu;
pub use softmax::Softmax;
