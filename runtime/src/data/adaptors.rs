//! Datasets made of datasets.

use super::augment::{Augment, Augmented, Crop, Mixup};
use super::{DataError, Dataset, Normalization, Normalized, Subset};
use crate::shape::Shape;
use rand::rngs::StdRng;

/// What every dataset can do; each method makes another dataset, which reads from this one when it is read.
///
/// A dataset is taken by value, or by reference, `(&samples).subset(…)`, if it is to be used again.
///
/// ```
/// use chainrule::data::{Adapt, Batches, Dataset, Samples};
/// use chainrule::data::augment::{Flip, Shift};
/// let images = Samples::new(vec![[[[0.5_f32; 8]; 8]; 1]; 100], vec![3_u8; 100])?;
///
/// let training = (&images)
///     .subset((0..80).collect())?
///     .augment((Shift::horizontal(1), Shift::vertical(1), Flip::horizontal(0.5)))
///     .map_input(|image: &[[[f32; 8]; 8]; 1], flat: &mut [f32; 64]| {
///         flat.copy_from_slice(image.as_flattened().as_flattened());
///     })
///     .map_target(|digit| [f32::from(digit)]);
///
/// let mut batches = Batches::new(&training, 32, 7);
/// let batch = batches.next_batch().expect("a batch");
/// assert_eq!((batch.inputs()[0].len(), batch.targets()[0]), (64, [3.0]));
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
pub trait Adapt: Dataset + Sized {
    /// The samples with these indices.
    ///
    /// # Errors
    /// [`IndexOutOfRange`](DataError::IndexOutOfRange).
    fn subset(self, indices: Vec<usize>) -> Result<Subset<Self>, DataError> {
        Subset::new(self, indices)
    }

    /// Inputs changed at random, anew in every epoch; see [`augment`](super::augment).
    fn augment<A: Augment<Self::Input>>(self, augmentation: A) -> Augmented<Self, A> {
        Augmented::new(self, augmentation)
    }

    /// Inputs of another type: `map` writes the new input.
    fn map_input<X, F>(self, map: F) -> MapInput<Self, X, F>
    where
        X: bytemuck::Pod + Send + Sync,
        F: Fn(&Self::Input, &mut X),
    {
        MapInput {
            dataset: self,
            map,
            input: core::marker::PhantomData,
        }
    }

    /// Targets of another type.
    fn map_target<Y, F>(self, map: F) -> MapTarget<Self, F>
    where
        Y: Clone + Send + Sync,
        F: Fn(Self::Target) -> Y,
    {
        MapTarget { dataset: self, map }
    }

    /// Inputs normalised.
    fn normalize(self, normalization: &Normalization<Self::Input>) -> Normalized<'_, Self>
    where
        Self::Input: Shape,
    {
        Normalized::new(self, normalization)
    }

    /// A part of each image, chosen at random, of the size of `X`; see [`Crop`].
    fn random_crop<X: Shape>(self, padding: usize) -> Crop<Self, X>
    where
        Self::Input: Shape<Scalar = X::Scalar>,
    {
        Crop::random(self, padding)
    }

    /// The middle of each image, of the size of `X`; see [`Crop`].
    fn center_crop<X: Shape>(self) -> Crop<Self, X>
    where
        Self::Input: Shape<Scalar = X::Scalar>,
    {
        Crop::center(self)
    }

    /// Mixtures of two samples; see [`Mixup`].
    fn mixup<const C: usize>(self, alpha: f64) -> Mixup<Self, C> {
        Mixup::new(self, alpha)
    }

    /// The targets alone, as epoch 0 with the seed 0 has them: for [`Split::stratified`](super::Split::stratified) and
    /// [`class_weights`](super::class_weights).
    fn targets(&self) -> Vec<Self::Target> {
        super::scratch(|input| {
            let read = |index| super::read_sample(self, 0, 0, index, input);
            (0..self.len()).map(read).collect()
        })
    }
}

impl<D: Dataset> Adapt for D {}

/// See [`Adapt::map_input`].
#[derive(Clone, Debug)]
pub struct MapInput<D, X, F> {
    dataset: D,
    map: F,
    input: core::marker::PhantomData<fn() -> X>,
}

impl<D, X, F> Dataset for MapInput<D, X, F>
where
    D: Dataset,
    X: bytemuck::Pod + Send + Sync,
    F: Fn(&D::Input, &mut X),
{
    type Input = X;
    type Target = D::Target;

    fn len(&self) -> usize {
        self.dataset.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut X) -> D::Target {
        super::scratch(|original: &mut D::Input| {
            let target = self.dataset.read(index, rng, original);
            (self.map)(original, input);
            target
        })
    }
}

/// See [`Adapt::map_target`].
#[derive(Clone, Debug)]
pub struct MapTarget<D, F> {
    dataset: D,
    map: F,
}

impl<D, Y, F> Dataset for MapTarget<D, F>
where
    D: Dataset,
    Y: Clone + Send + Sync,
    F: Fn(D::Target) -> Y,
{
    type Input = D::Input;
    type Target = Y;

    fn len(&self) -> usize {
        self.dataset.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut D::Input) -> Y {
        (self.map)(self.dataset.read(index, rng, input))
    }
}
