//! Data: what is trained on, from files to batches.
//!
//! ```
//! use chainrule::data::{Adapt, Batches, Csv, Normalization, Per, Samples, Split};
//! use chainrule::prelude::*;
//!
//! network! { struct Species: [4] -> [3] { Linear(16), Tanh, Linear(3) } }
//!
//! # let iris = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/iris.csv");
//! let flowers: Samples<[f32; 4], u8> = Csv::new(iris).classes(4)?; // the class is in column 4, from 0
//! let (training, validation) = Split::stratified(&flowers.targets, 0.2, 7)?.of(&flowers)?;
//! let normalization = Normalization::standardize(&training, Per::Feature)?;
//!
//! let mut net = Species::init(&mut StdRng::seed_from_u64(7));
//! let mut workspace = Species::workspace();
//! let mut adam = Adam::new(&net).learning_rate(0.01);
//! let mut batches = Batches::new(training.normalize(&normalization), 16, 7);
//! for epoch in 0..30 {
//!     batches.start_at(epoch, 0);
//!     while let Some(batch) = batches.next_batch() {
//!         net.backpropagate(batch.inputs(), batch.targets(), &CrossEntropyLoss::default(), &mut workspace)?;
//!         adam.step(&mut net, workspace.gradients());
//!     }
//! }
//!
//! let held_out = Samples::of(&validation);
//! let right = held_out.inputs.iter().zip(&held_out.targets).filter(|(flower, species)| {
//!     let logits = net.forward(&normalization.normalized(flower));
//!     logits.iter().all(|&logit| logit <= logits[usize::from(**species)])
//! });
//! assert!(right.count() >= 27); // of 30
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | | |
//! |---|---|
//! | a dataset | [`Dataset`], the trait; [`Samples`] in memory, [`Slices`] of what lies elsewhere, [`Images`] as bytes |
//! | from files | [`Csv`], [`Array`] (IDX, npy), [`Arrays`] (npz, safetensors), [`Images::idx`], `Images::folder` (feature `image`) |
//! | divided | [`Split`]: at random, stratified, in folds; [`Subset`]; [`class_weights`] |
//! | changed | [`Adapt`]: [normalised](Normalization), [augmented](augment), mapped |
//! | in batches | [`Batches`], also [ahead of training](Batches::read_ahead) on a thread of their own |
//!
//! Everything is typed by the network's input, any [`Shape`]. Everything random follows from a seed, an epoch and an
//! index alone, so nothing needs saving to go on with a run; the bits are those of the version of `rand` in use.

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
pub use batches::{Batch, BatchOf, Batches};
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
