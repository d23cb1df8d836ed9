//! Integer networks.

mod affine;
mod convolution;
mod error;
mod join;
mod line;
mod linear;
mod pool;
mod requantize;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod weights;

pub use affine::{Affine, quantize};
pub use convolution::Convolution;
pub use error::{Overflow, QuantizeError};
pub use join::Elementwise;
pub use line::{Line, Lines, LinesMut};
pub use linear::Dense;
pub use pool::Pool;
pub use table::Table;
pub use target::Target;
pub use weights::Weights;
