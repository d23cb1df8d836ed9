//! Weights that fall out in training.

use crate::Scalar;
use crate::layer::Randomness;
use core::array;

/// The dropout of a lane group, drawn again wherever it is needed.
#[derive(Clone, Copy)]
pub(super) struct Mask {
    randomness: Randomness,
    group: usize,
    dropout: f64,
}

impl Mask {
    pub(super) fn new(randomness: Randomness, group: usize, dropout: f64) -> Self {
        Self {
            randomness,
            group,
            dropout,
        }
    }

    /// With the keys of the samples side by side.
    #[inline(always)]
    pub(super) fn draws<T: Scalar, const W: usize>(self) -> Draws<T, W> {
        Draws {
            keys: array::from_fn(|lane| self.randomness.sample(self.group, lane, W)),
            threshold: (self.dropout * 4_294_967_296.0) as u32,
            scale: match self.dropout < 1.0 {
                true => T::from_f64(1.0 / (1.0 - self.dropout)),
                false => T::ZERO,
            },
        }
    }
}

/// Draws for `W` samples.
#[derive(Clone, Copy)]
pub(super) struct Draws<T, const W: usize> {
    keys: [u32; W],
    threshold: u32,
    scale: T,
}

impl<T: Scalar, const W: usize> Draws<T, W> {
    /// The weight with this number, dropped or enlarged.
    #[inline(always)]
    pub(super) fn apply(&self, index: usize, weight: [T; W]) -> [T; W] {
        array::from_fn(|lane| {
            let keep = Randomness::bits(self.keys[lane], index) >= self.threshold;
            if keep {
                self.scale * weight[lane]
            } else {
                T::ZERO
            }
        })
    }
}
