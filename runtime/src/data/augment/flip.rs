use super::{Augment, Dimension};
use crate::data::flat_mut;
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::StdRng;
use std::slice;

/// Mirrors an input along one dimension, with a probability; torchvision's `RandomHorizontalFlip`.
///
/// ```
/// use chainrule::data::augment::{Augment, Flip};
/// use chainrule::prelude::*;
/// let mut image = [[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]];
/// Flip::horizontal(1.0).augment(&mut image, &mut StdRng::seed_from_u64(1));
/// assert_eq!(image, [[[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]]]);
/// ```
///
/// # Panics
/// When the input does not have the dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flip {
    dimension: Dimension,
    probability: f64,
}

impl Flip {
    /// Left and right of an image change places; the last dimension.
    pub fn horizontal(probability: f64) -> Self {
        let dimension = Dimension::Last(0);
        Self {
            dimension,
            probability,
        }
    }
    /// Top and bottom of an image change places; the last dimension but one.
    pub fn vertical(probability: f64) -> Self {
        let dimension = Dimension::Last(1);
        Self {
            dimension,
            probability,
        }
    }
    /// Along a dimension counted from 0.
    pub fn along(dimension: usize, probability: f64) -> Self {
        let dimension = Dimension::First(dimension);
        Self {
            dimension,
            probability,
        }
    }
}

impl<S: Shape> Augment<S> for Flip {
    fn augment(&self, input: &mut S, rng: &mut StdRng) {
        let (size, inner) = self.dimension.of::<S>();
        // Drawn in any case, so that what follows does not depend on it; less than 1, so that 1 is always.
        if rng.random::<f64>() >= self.probability {
            return;
        }
        for block in flat_mut(slice::from_mut(input)).chunks_mut((size * inner).max(1)) {
            let (first, second) = block.split_at_mut(size / 2 * inner);
            let mirrored = second.rchunks_mut(inner.max(1));
            for (a, b) in first.chunks_mut(inner.max(1)).zip(mirrored) {
                a.swap_with_slice(b);
            }
        }
    }
}
