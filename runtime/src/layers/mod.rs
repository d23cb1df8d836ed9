//! The built-in layers, one file each: parameters, forward, backward.

mod conv2d;
#[cfg(test)]
mod gradient_check;
mod linear;
mod max_pool2d;
mod pointwise;

pub use conv2d::{Conv2d, Conv2dParameters};
pub use linear::{Linear, LinearParameters};
pub use max_pool2d::MaxPool2d;
pub use pointwise::{Activation, Pointwise};

pub mod activations;
