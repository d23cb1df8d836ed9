//! The built-in layers, one file each: parameters, forward, backward.

pub mod activations;
mod axis;
mod conv2d;
#[cfg(test)]
mod gradient_check;
mod linear;
mod log_softmax;
mod max_pool2d;
mod pointwise;
mod prelu;
mod softmax;

pub use conv2d::{Conv2d, Conv2dParameters};
pub use linear::{Linear, LinearParameters};
pub use log_softmax::LogSoftmax;
pub use max_pool2d::MaxPool2d;
pub use pointwise::{Activation, Pointwise};
pub use prelu::Prelu;
pub use softmax::Softmax;
