//! Weights in files.

pub(crate) mod atomic;
mod error;
mod safetensors;

pub use error::{SafetensorsError, TensorMismatch};
pub use safetensors::Safetensors;
