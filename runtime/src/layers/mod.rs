//! The built-in layers, one file each: parameters, forward, backward.

mod adaptive_avg_pool2d;
mod avg_pool2d;
mod conv2d;
#[cfg(test)]
mod gradient_check;
mod linear;
mod max_pool2d;
mod pointwise;
mod reshape;

pub use adaptive_avg_pool2d::AdaptiveAvgPool2d;
pub use avg_pool2d::AvgPool2d;
pub use conv2d::{Conv2d, Conv2dParameters};
pub use linear::{Linear, LinearParameters};
pub use max_pool2d::MaxPool2d;
pub use pointwise::{Activation, Pointwise};
pub use reshape::Reshape;

pub mod activations;
