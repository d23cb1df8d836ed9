//! Some samples of a dataset.

use super::{DataError, Dataset};
use rand::rngs::StdRng;

/// The samples of a dataset that a list of indices names, in the list's order; an index may come more than once.
#[derive(Clone, Debug)]
pub struct Subset<D> {
    dataset: D,
    indices: Vec<usize>,
}

impl<D: Dataset> Subset<D> {
    /// These samples of `dataset`.
    ///
    /// # Errors
    /// [`IndexOutOfRange`](DataError::IndexOutOfRange).
    pub fn new(dataset: D, indices: Vec<usize>) -> Result<Self, DataError> {
        let len = dataset.len();
        match indices.iter().find(|&&index| index >= len) {
            Some(&index) => Err(DataError::IndexOutOfRange { index, len }),
            None => Ok(Self { dataset, indices }),
        }
    }

    /// Where each sample stands in the dataset.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    type Input = D::Input;
    type Target = D::Target;

    fn len(&self) -> usize {
        self.indices.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut D::Input) -> D::Target {
        self.dataset.read(self.indices[index], rng, input)
    }
}
