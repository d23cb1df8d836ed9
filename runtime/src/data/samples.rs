//! Samples in memory.

use super::{DataError, Dataset};
use crate::error::LengthMismatch;
use bytemuck::Pod;
use rand::rngs::StdRng;

/// Inputs and targets in memory: what the readers of files give.
///
/// The fields are plain vectors, so that a loop of one's own needs nothing else.
///
/// ```
/// use chainrule::data::{Dataset, Samples};
/// let samples = Samples::new(vec![[0.0_f32, 1.0], [1.0, 0.0]], vec![1_u8, 0])?;
/// assert_eq!((samples.len(), samples.targets[0]), (2, 1));
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples<X, Y> {
    /// The inputs.
    pub inputs: Vec<X>,
    /// A target for each.
    pub targets: Vec<Y>,
    /// The names of the classes, if the targets are classes that have names: `class_names[2]` is that of class 2.
    pub class_names: Vec<String>,
}

impl<X, Y> Samples<X, Y> {
    /// Inputs with their targets.
    ///
    /// # Errors
    /// When they differ in number.
    pub fn new(inputs: Vec<X>, targets: Vec<Y>) -> Result<Self, DataError> {
        check_lengths(inputs.len(), targets.len())?;
        Ok(Self {
            inputs,
            targets,
            class_names: Vec::new(),
        })
    }
}

impl<X: Pod + Send + Sync, Y: Clone + Send + Sync> Samples<X, Y> {
    /// All samples of a dataset as they are read in epoch 0 with the seed 0: what is costly is done once.
    pub fn of(dataset: &(impl Dataset<Input = X, Target = Y> + ?Sized)) -> Self {
        let mut inputs = bytemuck::zeroed_vec(dataset.len());
        let targets = inputs
            .iter_mut()
            .enumerate()
            .map(|(index, input)| super::read_sample(dataset, 0, 0, index, input))
            .collect();
        Self {
            inputs,
            targets,
            class_names: Vec::new(),
        }
    }
}

impl<X: Pod + Send + Sync, Y: Clone + Send + Sync> Dataset for Samples<X, Y> {
    type Input = X;
    type Target = Y;

    fn len(&self) -> usize {
        self.inputs.len().min(self.targets.len())
    }
    fn read(&self, index: usize, _: &mut StdRng, input: &mut X) -> Y {
        *input = self.inputs[index];
        self.targets[index].clone()
    }
}

/// Inputs and targets that lie somewhere else.
///
/// ```
/// use chainrule::data::{Batches, Slices};
/// let (inputs, targets) = ([[0.0_f32], [1.0], [2.0]], [[0.0_f32], [1.0], [4.0]]);
/// let mut batches = Batches::new(Slices::new(&inputs, &targets)?, 2, 7);
/// while let Some(batch) = batches.next_batch() {
///     for (input, target) in batch.inputs().iter().zip(batch.targets()) {
///         assert_eq!(target[0], input[0] * input[0]);
///     }
/// }
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slices<'a, X, Y> {
    inputs: &'a [X],
    targets: &'a [Y],
}

impl<'a, X, Y> Slices<'a, X, Y> {
    /// Inputs with their targets.
    ///
    /// # Errors
    /// When they differ in number.
    pub fn new(inputs: &'a [X], targets: &'a [Y]) -> Result<Self, DataError> {
        check_lengths(inputs.len(), targets.len())?;
        Ok(Self { inputs, targets })
    }
}

impl<X: Pod + Send + Sync, Y: Clone + Send + Sync> Dataset for Slices<'_, X, Y> {
    type Input = X;
    type Target = Y;

    fn len(&self) -> usize {
        self.inputs.len()
    }
    fn read(&self, index: usize, _: &mut StdRng, input: &mut X) -> Y {
        *input = self.inputs[index];
        self.targets[index].clone()
    }
}

/// Inputs without targets: to fit a [`Normalization`](super::Normalization) on, or to ask a network about.
impl<X: Pod + Send + Sync> Dataset for [X] {
    type Input = X;
    type Target = ();

    fn len(&self) -> usize {
        self.len()
    }
    fn read(&self, index: usize, _: &mut StdRng, input: &mut X) {
        *input = self[index];
    }
}

fn check_lengths(inputs: usize, others: usize) -> Result<(), LengthMismatch> {
    if inputs == others {
        Ok(())
    } else {
        Err(LengthMismatch { inputs, others })
    }
}
