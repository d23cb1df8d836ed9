//! Integer networks: what `quantize = int8` in a declaration makes, see [`QuantizedNetwork`].

mod affine;
mod bytes;
mod convolution;
mod error;
mod fake_quantize;
mod fake_weights;
mod join;
mod line;
mod linear;
mod network;
mod normalize;
mod pool;
mod requantize;
mod rows;
mod sizes;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod weights;

pub use affine::Affine;
#[doc(hidden)]
pub use affine::{dequantize, quantize};
pub use bytes::QuantizedBytesError;
#[doc(hidden)]
pub use convolution::Convolution;
pub use error::{Overflow, QuantizeError, RoomTooShort};
pub use fake_quantize::{FakeQuantize, RangeBuffers};
pub use fake_weights::FakeWeights;
#[doc(hidden)]
pub use join::{Elementwise, place};
pub use line::Line;
#[doc(hidden)]
pub use line::{Lines, LinesMut, bytes, bytes_mut, lines, numbers, numbers_mut};
#[doc(hidden)]
pub use linear::Dense;
pub use network::QuantizedNetwork;
#[doc(hidden)]
pub use network::RANGE;
#[doc(hidden)]
pub use pool::Pool;
#[doc(hidden)]
pub use rows::RowSum;
#[doc(hidden)]
pub use sizes::Sizes;
#[doc(hidden)]
pub use table::{Table, bounds};
#[doc(hidden)]
pub use target::Target;
#[doc(hidden)]
pub use weights::Weights;
