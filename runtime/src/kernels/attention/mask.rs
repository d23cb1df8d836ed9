//! Weights that fall out in training.

use crate::Scalar;
use crate::element::LANES;
use crate::layer::Randomness;
use core::array;

/// The dropout of one lane group, drawn again wherever it is needed.
#[derive(Clone, Copy, Debug)]
pub struct Mask {
    randomness: Randomness,
    group: usize,
    dropout: f64,
}

impl Mask {
    pub(crate) fn new(randomness: Randomness, group: usize, dropout: f64) -> Self {
        Self {
            randomness,
            group,
            dropout,
        }
    }

    /// The keys of the samples; of one sample the first.
    #[inline(always)]
    pub(super) fn draws<T: Scalar>(self, lanes: usize) -> Draws<T> {
        Draws {
            keys: array::from_fn(|lane| self.randomness.sample(self.group, lane, lanes)),
            threshold: (self.dropout * 4_294_967_296.0) as u32,
            scale: match self.dropout < 1.0 {
                true => T::from_f64(1.0 / (1.0 - self.dropout)),
                false => T::ZERO,
            },
        }
    }
}

/// Draws for the samples of a group.
#[derive(Clone, Copy)]
pub(super) struct Draws<T> {
    keys: [u32; LANES],
    threshold: u32,
    scale: T,
}

impl<T: Scalar> Draws<T> {
    /// Drops or enlarges the numbers of a row, the first of which has the draw `first`.
    #[inline(always)]
    pub(super) fn apply(&self, lanes: usize, first: usize, row: &mut [T]) {
        for (index, numbers) in row.chunks_exact_mut(lanes).enumerate() {
            for (number, &key) in numbers.iter_mut().zip(&self.keys) {
                let keep = Randomness::bits(key, first + index) >= self.threshold;
                *number = if keep { self.scale * *number } else { T::ZERO };
            }
        }
    }
}
