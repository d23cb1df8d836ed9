//! Data: what is trained on, from files to batches.
//!
//! A [`Dataset`] gives a sample by its index. [`Samples`] is one in memory.

mod batches;
mod dataset;
mod error;
mod loader;
mod random;
mod samples;
mod subset;

pub use batches::{Batch, Batches};
pub use dataset::Dataset;
pub use error::{DataError, Place, Unexpected};
pub use loader::Loader;
pub use samples::{Samples, Slices};
pub use subset::Subset;

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
