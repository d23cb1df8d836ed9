//! Samples changed at random, so that a network meets each in many forms.
//!
//! An [`Augment`] changes an input in place, and is put around a dataset with [`Adapt::augment`](super::Adapt::augment):
//!
//! | | |
//! |---|---|
//! | [`Shift`] | moves an image or a series along one dimension |
//! | [`Flip`] | mirrors an image |
//! | [`Noise`] | adds normally distributed numbers |
//! | a tuple of these | one after the other |
//! | `Fn(&mut X, &mut StdRng)` | what you like |
//!
//! [`Crop`] and [`Mixup`] make inputs or targets of another type, so they are datasets themselves.
//!
//! What happens to a sample is a function of the seed, the epoch and the sample's index. Augment what is trained on, not what
//! is validated with.

mod crop;
mod flip;
mod mixup;
mod noise;
mod shift;

pub use crop::Crop;
pub use flip::Flip;
pub use mixup::Mixup;
pub use noise::Noise;
pub use shift::Shift;

use super::Dataset;
use crate::shape::Shape;
use rand::rngs::StdRng;

/// Changes an input at random.
pub trait Augment<X>: Send + Sync {
    /// Changes `input`, by random numbers from `rng` alone.
    fn augment(&self, input: &mut X, rng: &mut StdRng);
}

impl<X, F: Fn(&mut X, &mut StdRng) + Send + Sync> Augment<X> for F {
    fn augment(&self, input: &mut X, rng: &mut StdRng) {
        self(input, rng);
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<X, $($name: Augment<X>),*> Augment<X> for ($($name,)*) {
            #[allow(non_snake_case)] // the names of types
            fn augment(&self, input: &mut X, rng: &mut StdRng) {
                let ($($name,)*) = self;
                $($name.augment(input, rng);)*
            }
        }
    )*};
}
tuples!((A)(A B)(A B C)(A B C D)(A B C D E)(A B C D E F));

/// See [`Adapt::augment`](super::Adapt::augment).
#[derive(Clone, Debug)]
pub struct Augmented<D, A> {
    dataset: D,
    augmentation: A,
}

impl<D: Dataset, A: Augment<D::Input>> Augmented<D, A> {
    pub(super) fn new(dataset: D, augmentation: A) -> Self {
        Self {
            dataset,
            augmentation,
        }
    }
}

impl<D: Dataset, A: Augment<D::Input>> Dataset for Augmented<D, A> {
    type Input = D::Input;
    type Target = D::Target;

    fn len(&self) -> usize {
        self.dataset.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut D::Input) -> D::Target {
        let target = self.dataset.read(index, rng, input);
        self.augmentation.augment(input, rng);
        target
    }
}

/// A dimension of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    /// Counted from the first, which is 0.
    First(usize),
    /// Counted from the last, which is 0.
    Last(usize),
}

impl Dimension {
    /// Its size in `S`, and how many scalars lie between neighbours along it.
    ///
    /// # Panics
    /// When `S` has fewer dimensions.
    fn of<S: Shape>(self) -> (usize, usize) {
        let found = match self {
            Self::First(dimension) => Some(dimension),
            Self::Last(dimension) => S::DIMS.len().checked_sub(dimension + 1),
        };
        let inner = found.and_then(|dimension| S::DIMS.get(dimension..));
        let Some([size, inner @ ..]) = inner else {
            panic!(
                "an input of shape {:?} has no such dimension to augment: {self:?}",
                S::DIMS
            );
        };
        (*size, inner.iter().product())
    }
}
