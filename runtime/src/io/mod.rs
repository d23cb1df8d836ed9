//! Weights in files.

pub(crate) mod atomic;
mod error;
mod safetensors;
pub(crate) mod scalars;

pub use error::{SafetensorsError, TensorMismatch};
pub use safetensors::Safetensors;
#[cfg(any(feature = "checkpoint", feature = "data"))]
pub(crate) use {error::nearest, safetensors::parse};
