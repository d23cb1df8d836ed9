//! The loops: run-time sizes, flat slices, shared by all networks. Each has a naive twin in its tests.
//!
//! Layout: an activation is `[feature][lane]`, with `L` lanes: 1 for a single sample, [`LANES`] for a lane group.

pub(crate) mod attention;
pub(crate) mod average_pool2d;
pub(crate) mod batch_norm;
pub(crate) mod conv2d;
pub(crate) mod dropout;
pub(crate) mod linear;
pub(crate) mod max_pool2d;
pub(crate) mod normalization;
mod pack;
pub(crate) mod recurrent;
mod sum;
#[cfg(test)]
mod test_values;
mod tile;
pub(crate) mod window;

pub(crate) use pack::{pack, pack_samples, unpack};

/// Every kernel that is compiled once for `f32` and `f64`, see `kernel!`. A new kernel adds a line.
#[doc(hidden)]
pub trait Kernels<T>:
    attention::Forward<T>
    + attention::Backward<T>
    + average_pool2d::Forward<T>
    + average_pool2d::Backward<T>
    + batch_norm::Backward<T>
    + batch_norm::Moments<T>
    + batch_norm::Normalize<T>
    + conv2d::Correlate<T>
    + conv2d::CorrelateSample<T>
    + conv2d::ForwardSample<T>
    + conv2d::BackwardWeight<T>
    + conv2d::BackwardWeightSample<T>
    + crate::optimizers::Kernels<T>
    + dropout::Dropout<T>
    + linear::Forward<T>
    + linear::ForwardWide<T>
    + linear::ForwardGroups<T>
    + linear::BackwardInput<T>
    + linear::BackwardSample<T>
    + linear::UpdateGroups<T>
    + linear::UpdateSample<T>
    + linear::BackwardWeight<T>
    + max_pool2d::Forward<T>
    + max_pool2d::Backward<T>
    + normalization::Forward<T>
    + normalization::Backward<T>
    + pack::PackGroup<T>
    + recurrent::GruBackward<T>
    + recurrent::GruForward<T>
    + recurrent::GruStep<T>
    + recurrent::LstmBackward<T>
    + recurrent::LstmForward<T>
    + recurrent::LstmStep<T>
    + recurrent::RnnBackward<T>
    + recurrent::RnnForward<T>
{
}

impl Kernels<f32> for f32 {}
impl Kernels<f64> for f64 {}
