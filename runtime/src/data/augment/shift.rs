use super::{Augment, Dimension};
use crate::data::flat_mut;
use crate::scalar::Scalar;
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::StdRng;
use std::slice;

/// Moves an input along one dimension by −`most` to `most` places, each as likely; what moves in is `fill`, 0 by default.
///
/// ```
/// use chainrule::data::augment::{Augment, Shift};
/// use chainrule::prelude::*;
/// let mut series = [[1.0_f32, 2.0, 3.0, 4.0]];
/// Shift::horizontal(1).augment(&mut series, &mut StdRng::seed_from_u64(3));
/// assert!(matches!(series, [[0.0, 1.0, 2.0, 3.0] | [1.0, 2.0, 3.0, 4.0] | [2.0, 3.0, 4.0, 0.0]]));
/// ```
///
/// # Panics
/// When the input does not have the dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    dimension: Dimension,
    most: usize,
    fill: f64,
}

impl Shift {
    /// Along the last dimension: to the left and right in an image [C, H, W], in time in a series [C, L].
    pub fn horizontal(most: usize) -> Self {
        Self::along_dimension(Dimension::Last(0), most)
    }
    /// Along the last but one: up and down in an image.
    pub fn vertical(most: usize) -> Self {
        Self::along_dimension(Dimension::Last(1), most)
    }
    /// Along a dimension counted from 0: `along(0, …)` in time in a series [L, C].
    pub fn along(dimension: usize, most: usize) -> Self {
        Self::along_dimension(Dimension::First(dimension), most)
    }
    /// What moves in.
    pub fn fill(mut self, fill: f64) -> Self {
        self.fill = fill;
        self
    }

    fn along_dimension(dimension: Dimension, most: usize) -> Self {
        Self {
            dimension,
            most,
            fill: 0.0,
        }
    }
}

impl<S: Shape> Augment<S> for Shift {
    fn augment(&self, input: &mut S, rng: &mut StdRng) {
        let (size, inner) = self.dimension.of::<S>();
        let place = rng.random_range(0..=2 * self.most as u64) as usize;
        // Beyond its size, nothing of the input is left.
        let by = place.abs_diff(self.most).min(size) * inner;
        let fill = S::Scalar::from_f64(self.fill);
        for block in flat_mut(slice::from_mut(input)).chunks_mut((size * inner).max(1)) {
            if place >= self.most {
                block.copy_within(..block.len() - by, by);
                block[..by].fill(fill);
            } else {
                block.copy_within(by.., 0);
                let kept = block.len() - by;
                block[kept..].fill(fill);
            }
        }
    }
}
