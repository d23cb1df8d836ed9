use super::Geometry;
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::tile::{ONE, add_rows, tiles};
use crate::simd::kernel;

kernel! {
    /// `dx = Wᵀ ∗ dy` for `lanes` samples side by side.
    BackwardInput: pub(crate) fn backward_input<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        weight: &[T],
        dy: &[T],
        dx: &mut [T],
    ) {
        for group in 0..geometry.groups {
            let channels = 0..geometry.group_channels();
            if lanes == 1 {
                let (dy, dx) = (dy.as_chunks::<1>().0, dx.as_chunks_mut::<1>().0);
                tiles!([1] of channels =>
                    backward_input_tile<T, FMA, ONE>(geometry, group, weight, dy, &mut *dx));
            } else {
                let (dy, dx) = (dy.as_chunks::<LANES>().0, dx.as_chunks_mut::<LANES>().0);
                tiles!([TILE, 5, 3, 1] of channels =>
                    backward_input_tile<T, FMA, LANES>(geometry, group, weight, dy, &mut *dx));
            }
        }
    }
}

/// `N` channels of the group from `start` on, at all positions.
#[inline(always)]
fn backward_input_tile<T: Scalar, const FMA: bool, const L: usize, const N: usize>(
    start: usize,
    geometry: Geometry,
    group: usize,
    weight: &[T],
    dy: &[[T; L]],
    dx: &mut [[T; L]],
) {
    let outputs = geometry.group_outputs();
    let first_output = group * outputs;
    let first_channel = group * geometry.group_channels() + start;
    let plane = geometry.rows.output * geometry.columns.output;
    for row in 0..geometry.rows.input {
        for column in 0..geometry.columns.input {
            let mut sums = [[T::ZERO; L]; N];
            for r in 0..geometry.rows.kernel {
                let Some(oh) = geometry.rows.output_of(row, r) else {
                    continue;
                };
                for s in 0..geometry.columns.kernel {
                    let Some(ow) = geometry.columns.output_of(column, s) else {
                        continue;
                    };
                    let w = |c| geometry.weight_index(start + c, r, s) + first_output;
                    let dy = dy.get(geometry.output_index(first_output, oh, ow)..);
                    let dy = dy.unwrap_or_default();
                    add_rows::<T, FMA, L, N>(&mut sums, outputs, w, weight, dy, plane);
                }
            }
            for c in 0..N {
                if let Some(dx) = dx.get_mut(geometry.input_index(first_channel + c, row, column)) {
                    *dx = sums[c];
                }
            }
        }
    }
}
