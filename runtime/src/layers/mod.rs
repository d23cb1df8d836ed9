//! The built-in layers, one file each: parameters, forward, backward.

pub mod activations;
mod adaptive_avg_pool2d;
mod avg_pool2d;
mod axis;
mod batch_norm;
mod conv2d;
mod dropout;
mod group_norm;
mod layer_norm;
mod linear;
mod log_softmax;
mod max_pool2d;
mod normalization;
mod pointwise;
mod prelu;
mod reshape;
mod rms_norm;
mod softmax;

pub use adaptive_avg_pool2d::AdaptiveAvgPool2d;
pub use avg_pool2d::AvgPool2d;
pub use batch_norm::{BatchNorm, BatchNormBuffers, BatchNormParameters};
pub use conv2d::{Conv2d, Conv2dParameters};
pub use dropout::Dropout;
pub use group_norm::GroupNorm;
pub use layer_norm::LayerNorm;
pub use linear::{Linear, LinearParameters};
pub use log_softmax::LogSoftmax;
pub use max_pool2d::MaxPool2d;
pub use normalization::NormParameters;
pub use pointwise::{Activation, Pointwise};
pub use prelu::Prelu;
pub use reshape::Reshape;
pub use rms_norm::RmsNorm;
pub use softmax::Softmax;
