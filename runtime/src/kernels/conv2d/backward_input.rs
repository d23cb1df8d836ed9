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
                    backward_input_tile<T, FMA, ONE, ONE>(geometry, group, weight, dy, &mut *dx));
            } else {
                let (dy, dx) = (dy.as_chunks::<LANES>().0, dx.as_chunks_mut::<LANES>().0);
                if TILE == 12 {
                    // Two positions share the weights: the sums fill twice as many registers.
                    tiles!([6, 5, 3, 1] of channels =>
                        backward_input_tile<T, FMA, LANES, 2>(geometry, group, weight, dy, &mut *dx));
                } else {
                    tiles!([TILE, 5, 3, 1] of channels =>
                        backward_input_tile<T, FMA, LANES, ONE>(geometry, group, weight, dy, &mut *dx));
                }
            }
        }
    }
}

/// `N` channels of the group from `start` on, at all positions, `P` side by side at a time.
#[inline(always)]
fn backward_input_tile<
    T: Scalar,
    const FMA: bool,
    const L: usize,
    const P: usize,
    const N: usize,
>(
    start: usize,
    geometry: Geometry,
    group: usize,
    weight: &[T],
    dy: &[[T; L]],
    dx: &mut [[T; L]],
) {
    let Geometry { rows, columns, .. } = geometry;
    let outputs = geometry.group_outputs();
    let first_output = group * outputs;
    let first_channel = group * geometry.group_channels() + start;
    let plane = rows.output * columns.output;
    let zero = [[T::ZERO; L]];
    for row in 0..rows.input {
        for column in (0..columns.input).step_by(P.max(1)) {
            let mut sums = [[[T::ZERO; L]; N]; P];
            for r in 0..rows.kernel {
                let Some(oh) = rows.output_of(row, r) else {
                    continue;
                };
                for s in 0..columns.kernel {
                    // A position that no output reads by this tap gets the product with zeros.
                    let mut vectors = [(&zero[..], 0); P];
                    let mut read = false;
                    for p in 0..P {
                        if let Some(ow) = columns.output_of(column + p, s) {
                            let start = geometry.output_index(first_output, oh, ow);
                            vectors[p] = (dy.get(start..).unwrap_or_default(), plane);
                            read = true;
                        }
                    }
                    if read {
                        let w = |c| geometry.weight_index(start + c, r, s) + first_output;
                        add_rows::<T, FMA, L, P, N>(&mut sums, outputs, w, weight, vectors);
                    }
                }
            }
            for p in 0..P.min(columns.input - column) {
                for c in 0..N {
                    let at = geometry.input_index(first_channel + c, row, column + p);
                    if let Some(dx) = dx.get_mut(at) {
                        *dx = sums[p][c];
                    }
                }
            }
        }
    }
}
