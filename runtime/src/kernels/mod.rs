//! The loops: run-time sizes, flat slices, shared by all networks. Each has a naive twin in its tests.
//!
//! Layout: an activation is `[feature][lane]`, with `L` lanes: 1 for a single sample, [`LANES`] for a lane group.

pub(crate) mod linear;
mod pack;

pub(crate) use pack::{pack, unpack};

/// Every kernel that is compiled once for `f32` and `f64`, see [`kernel!`](crate::simd). A new kernel adds a line.
#[doc(hidden)]
pub trait Kernels<T>:
    linear::Forward<T>
    + linear::BackwardInput<T>
    + linear::BackwardWeight<T>
    + crate::optimizers::Kernels<T>
{
}

impl Kernels<f32> for f32 {}
impl Kernels<f64> for f64 {}
