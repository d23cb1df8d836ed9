//! Weights in files.

mod atomic;
mod error;
mod safetensors;

pub use error::{SafetensorsError, TensorMismatch};
pub use safetensors::Safetensors;

#[cfg(feature = "data")]
pub(crate) use {error::nearest, safetensors::parse};
