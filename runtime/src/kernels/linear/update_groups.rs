//! Plain gradient descent with a few lane groups: the gradient of a weight is a sum in registers and never in memory.

use super::backward_weight::{FEW_GROUPS, GROUPS, Sums, VECTORS, all_outputs};
use crate::Scalar;
use crate::element::{LANES, Lanes};
use crate::simd::{Vector, kernel};

/// Whether a pass has so few lane groups that every gradient is one sum.
#[inline(always)]
pub(crate) fn fuses(groups: usize) -> bool {
    groups <= GROUPS
}

kernel! {
    /// `W += factor·dy·xᵀ`, `b += factor·dy`, summed over at most [`GROUPS`] lane groups: the bits of
    /// [`backward_weight`](super::backward_weight) and a step. Of the `inputs` in `x`, `weight` has rows for those from `first`
    /// on.
    UpdateGroups: pub(crate) fn update_groups<T, FMA, TILE>(
        inputs: usize,
        first: usize,
        outputs: usize,
        factor: T,
        x: &[T],
        dy: &[T],
        weight: &mut [T],
        bias: &mut [T],
    ) {
        let (x, dy) = (x.as_chunks::<LANES>().0, dy.as_chunks::<LANES>().0);
        let (inputs, outputs) = (inputs.max(1), outputs.max(1));
        debug_assert!(dy.len() <= GROUPS * outputs);
        let (mut few, mut many);
        let transposed: &mut [Lanes<T>] = if dy.len() <= FEW_GROUPS * outputs {
            few = [Lanes([T::ZERO; LANES]); FEW_GROUPS * LANES * VECTORS];
            &mut few
        } else {
            many = [Lanes([T::ZERO; LANES]); GROUPS * LANES * VECTORS];
            &mut many
        };
        all_outputs::<T, V, TILE>([first, inputs, outputs], Descend(factor), x, dy, transposed, weight, bias);
    }
}

/// `w += factor·g`
#[derive(Clone, Copy)]
struct Descend<T>(T);

impl<T: Scalar> Sums<T> for Descend<T> {
    #[inline(always)]
    fn goes_on(self) -> bool {
        false
    }

    #[inline(always)]
    fn end<V: Vector<T>>(self, sum: V, there: &mut [T]) {
        // Rounded twice, as a step is.
        let step = sum.multiply(V::splat(self.0));
        step.add(V::load_partial(there)).store_partial(there);
    }
}
