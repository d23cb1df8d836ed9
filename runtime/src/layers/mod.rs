//! The built-in layers, one file each: parameters, forward, backward.

mod linear;
mod pointwise;

pub use linear::{Linear, LinearParameters};
pub use pointwise::{Activation, Pointwise};

pub mod activations;
