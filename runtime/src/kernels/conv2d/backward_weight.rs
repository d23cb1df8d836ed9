use super::Geometry;
use super::backward_weight_planes::backward_weight_planes;
use super::backward_weight_sample::backward_weight_sample;
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::sum::sum;
use crate::simd::{Isa, apart};

/// What a sum over the lanes costs, in positions.
const SUM: usize = 8 * LANES;

/// `dW += dy ∗ x`, `db += Σ dy`, summed over `lanes` samples side by side. `overwrite` sets the sums instead of adding
/// them.
#[inline]
pub(crate) fn backward_weight<T: Scalar>(
    isa: Isa,
    lanes: usize,
    geometry: Geometry,
    overwrite: bool,
    x: &[T],
    dy: &[T],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    let geometry = geometry.in_one_row();
    let Geometry { rows, columns, .. } = geometry;
    let outputs = geometry.group_outputs();
    // For one sample a row of positions or the outputs lie in the lanes, whichever computes less that is not used.
    let by_outputs = outputs.next_multiple_of(LANES) * rows.output * columns.output;
    let by_positions = outputs * (rows.output * columns.output.next_multiple_of(LANES) + SUM);
    if lanes == 1 && by_outputs < by_positions {
        backward_weight_sample(isa, geometry, overwrite, x, dy, d_weight, d_bias);
    } else {
        backward_weight_planes(isa, lanes, geometry, overwrite, x, dy, d_weight, d_bias);
    }
}

apart! {
    /// `db += Σ dy` over planes of so many scalars, or with `overwrite` `db = Σ dy`.
    pub(super) fn bias_gradient<T, V, FMA>(plane: usize, overwrite: bool, dy: &[T], d_bias: &mut [T]) {
        for (db, dy) in d_bias.iter_mut().zip(dy.chunks_exact(plane.max(1))) {
            let sum = sum::<T, V>(dy).total();
            *db = if overwrite { sum } else { *db + sum };
        }
    }
}
