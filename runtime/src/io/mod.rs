//! Weights in files.

pub(crate) mod atomic;
mod error;
mod safetensors;
pub(crate) mod scalars;

#[cfg(feature = "checkpoint")]
pub(crate) use error::nearest;
pub use error::{SafetensorsError, TensorMismatch};
pub use safetensors::Safetensors;
#[cfg(feature = "checkpoint")]
pub(crate) use safetensors::parse;
