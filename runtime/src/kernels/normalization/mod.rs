//! Normalisation of a sample by statistics of its own, group by group, and its gradient.
//!
//! Shapes: `x, y: [groups][rows][positions][lanes]`, one sample or one lane group. Each group has a mean and a variance,
//! each row a weight and a bias. Where nothing is weighted a group is one row.

mod backward;
mod forward;
mod statistics;

pub(crate) use backward::{Backward, backward};
pub(in crate::kernels) use backward::{gradient_row, gradient_sums};
pub(crate) use forward::{Forward, forward};
pub(in crate::kernels) use statistics::deviations;

use crate::Scalar;
use crate::element::LANES;
use crate::simd::Vector;

/// How a sample falls into groups.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Rows of a group: as many weights.
    pub(crate) rows: usize,
    /// Elements of a row.
    pub(crate) positions: usize,
    /// Whether every group has the same weights, instead of each its own.
    pub(crate) shared: bool,
    /// Whether the mean is subtracted.
    pub(crate) centered: bool,
}

impl Geometry {
    /// Scalars of a group.
    #[inline(always)]
    fn group(self, lanes: usize) -> usize {
        (self.rows * self.positions * lanes).max(1)
    }

    /// Scalars that share a weight; all of the group where there are none.
    #[inline(always)]
    fn row(self, lanes: usize, weighted: bool) -> usize {
        if weighted {
            (self.positions * lanes).max(1)
        } else {
            self.group(lanes)
        }
    }

    /// The first weight of a group.
    #[inline(always)]
    fn first(self, group: usize) -> usize {
        if self.shared { 0 } else { group * self.rows }
    }

    /// The weights of a group; nothing of a tensor that is not there.
    #[inline(always)]
    fn weights<T>(self, group: usize, weights: &[T]) -> &[T] {
        let weights = weights.get(self.first(group)..).unwrap_or_default();
        weights.get(..self.rows).unwrap_or_default()
    }

    /// The same to write to.
    #[inline(always)]
    fn weights_mut<T>(self, group: usize, weights: &mut [T]) -> &mut [T] {
        let weights = weights.get_mut(self.first(group)..).unwrap_or_default();
        weights.get_mut(..self.rows).unwrap_or_default()
    }
}

/// The sum over a sample's elements: that of each lane, or with one sample, whose elements lie in the lanes, that of all.
#[inline(always)]
fn over_lanes<T: Scalar, V: Vector<T>>(lanes: usize, sums: V) -> V {
    if lanes == 1 {
        V::splat(sums.total())
    } else {
        sums
    }
}

/// What is kept of a group, for each lane: `lanes` scalars.
#[inline(always)]
fn load_kept<T: Scalar, V: Vector<T>>(kept: &[T]) -> V {
    match kept {
        [only] => V::splat(*only),
        kept => V::load_partial(kept),
    }
}

/// Ones in the lanes that a slice has, zeros behind.
#[inline(always)]
fn lanes_of<T: Scalar, V: Vector<T>>(slice: &[T]) -> V {
    V::load_partial([T::ONE; LANES].get(..slice.len()).unwrap_or_default())
}
