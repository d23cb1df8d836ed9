//! Data: what is trained on, from files to batches.
//!
//! A [`Dataset`] gives a sample by its index. [`Samples`] is one in memory.

mod adaptors;
mod array;
pub mod augment;
mod batches;
mod csv;
mod dataset;
mod error;
mod images;
mod loader;
mod normalization;
mod random;
mod samples;
mod split;
mod subset;

pub use adaptors::{Adapt, MapInput, MapTarget};
pub use array::{Array, Arrays};
pub use batches::{Batch, Batches};
pub use csv::{Column, Csv};
pub use dataset::Dataset;
pub use error::{DataError, Place, Unexpected};
pub use images::Images;
pub use loader::Loader;
pub use normalization::{Normalization, Normalized, Per};
pub use samples::{Samples, Slices};
pub use split::{Split, class_weights};
pub use subset::Subset;

use crate::shape::Shape;
use bytemuck::Pod;
use rand::rngs::StdRng;
use random::{Purpose, generator};

impl<D: Dataset + ?Sized> Dataset for &D {
    type Input = D::Input;
    type Target = D::Target;

    fn len(&self) -> usize {
        (**self).len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut D::Input) -> D::Target {
        (**self).read(index, rng, input)
    }
}

/// Reads a sample with the generator that belongs to it.
fn read_sample<D: Dataset + ?Sized>(
    dataset: &D,
    seed: u64,
    epoch: u64,
    index: usize,
    input: &mut D::Input,
) -> D::Target {
    let mut rng = generator(Purpose::Sample, seed, epoch, index as u64);
    dataset.read(index, &mut rng, input)
}

/// Scalars, `S::LEN` a row, as values of shape `S`: they go from heap to heap, as large as they may be.
fn rows<S: Shape>(scalars: &[S::Scalar]) -> Vec<S> {
    let mut rows = bytemuck::zeroed_vec::<S>(scalars.len() / S::LEN.max(1));
    flat_mut(&mut rows).copy_from_slice(scalars);
    rows
}

/// All scalars of several values.
fn flat_mut<S: Shape>(values: &mut [S]) -> &mut [S::Scalar] {
    S::flat_mut::<S::Scalar>(bytemuck::cast_slice_mut(values))
}

/// All scalars of several values.
fn flat<S: Shape>(values: &[S]) -> &[S::Scalar] {
    S::flat::<S::Scalar>(bytemuck::cast_slice(values))
}

/// Lends a value that may be too large for the stack.
fn scratch<X: Pod, R>(run: impl FnOnce(&mut X) -> R) -> R {
    run(&mut bytemuck::zeroed_box())
}
