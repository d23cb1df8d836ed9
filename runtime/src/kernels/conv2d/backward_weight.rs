use super::Geometry;
use crate::element::{LANES, Lanes};
use crate::kernels::tile::{ONE, tiles};
use crate::simd::{kernel, multiply_add};
use crate::{Element, Scalar};

/// Output positions of a block of the weight gradient: with the tile's outputs they fit a first-level cache.
const BLOCK: usize = 64;

kernel! {
    /// `dW += dy ∗ x`, `db += Σ dy`, summed over `lanes` samples side by side.
    BackwardWeight: pub(crate) fn backward_weight<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        let plane = geometry.rows.output * geometry.columns.output;
        for (db, dy) in d_bias.iter_mut().zip(dy.chunks_exact((plane * lanes).max(1))) {
            let (positions, rest) = dy.as_chunks::<LANES>();
            let mut sums = [T::ZERO; LANES];
            for dy in positions {
                for l in 0..LANES {
                    sums[l] += dy[l];
                }
            }
            *db += sum(&sums) + rest.iter().copied().sum::<T>();
        }
        for group in 0..geometry.groups {
            let outputs = geometry.group_outputs();
            let outputs = group * outputs..(group + 1) * outputs;
            let channel = group * geometry.group_channels();
            if lanes == 1 {
                let (x, dy) = (x.as_chunks::<1>().0, dy.as_chunks::<1>().0);
                tiles!([1] of outputs =>
                    backward_weight_tile<T, FMA, ONE>(geometry, channel, x, dy, &mut *d_weight));
            } else {
                let (x, dy) = (x.as_chunks::<LANES>().0, dy.as_chunks::<LANES>().0);
                tiles!([TILE, 4, 2, 1] of outputs =>
                    backward_weight_tile<T, FMA, LANES>(geometry, channel, x, dy, &mut *d_weight));
            }
        }
    }
}

/// The weights of `N` outputs from `start` on. Each is summed lane by lane over a block of positions, and over the
/// lanes once at the end of the block. `channel` is the first channel of the group.
#[inline(always)]
fn backward_weight_tile<T: Scalar, const FMA: bool, const L: usize, const N: usize>(
    start: usize,
    geometry: Geometry,
    channel: usize,
    x: &[[T; L]],
    dy: &[[T; L]],
    d_weight: &mut [T],
) {
    let Geometry { rows, columns, .. } = geometry;
    let block_columns = columns.output.clamp(1, BLOCK);
    let block_rows = BLOCK / block_columns;
    for first_row in (0..rows.output).step_by(block_rows) {
        for first_column in (0..columns.output).step_by(block_columns) {
            for c in 0..geometry.group_channels() {
                for r in 0..rows.kernel {
                    let block = first_row..first_row + block_rows;
                    let block_rows = rows.outputs_of_tap(r, block);
                    for s in 0..columns.kernel {
                        let block = first_column..first_column + block_columns;
                        let block_columns = columns.outputs_of_tap(s, block);
                        let mut sums = [[T::ZERO; L]; N];
                        for oh in block_rows.clone() {
                            let input = columns.input_of(block_columns.start, s);
                            let at = geometry.input_index(channel + c, rows.input_of(oh, r), input);
                            let x = x.get(at..).unwrap_or_default();
                            let y = |o| geometry.output_index(start + o, oh, block_columns.start);
                            let count = block_columns.len();
                            add_elementwise::<T, FMA, L, N>(
                                &mut sums,
                                count,
                                y,
                                dy,
                                x,
                                columns.stride,
                            );
                        }
                        let dw = geometry.weight_index(c, r, s) + start;
                        if let Some(dw) = d_weight.get_mut(dw..dw + N) {
                            for o in 0..N {
                                dw[o] += sum(&sums[o]);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `sums[o] += Σ_k dy[o][k] ⊙ x[k·step]`, lane by lane, over `count` positions. As in `add_rows` every bound is
/// settled before the first product.
#[inline(always)]
fn add_elementwise<T: Scalar, const FMA: bool, const L: usize, const N: usize>(
    sums: &mut [[T; L]; N],
    count: usize,
    row: impl Fn(usize) -> usize,
    dy: &[[T; L]],
    x: &[[T; L]],
    step: usize,
) {
    let mut rows: [&[[T; L]]; N] = [&[]; N];
    for o in 0..N {
        let start = row(o);
        match dy.get(start..start + count) {
            Some(row) => rows[o] = row,
            None => return,
        }
    }
    for k in 0..count {
        let Some(x) = x.get(k * step) else { return };
        for o in 0..N {
            let dy = &rows[o][k];
            for l in 0..L {
                sums[o][l] = multiply_add::<T, FMA>(dy[l], x[l], sums[o][l]);
            }
        }
    }
}

/// The sum over the lanes.
#[inline(always)]
fn sum<T: Scalar, const L: usize>(lanes: &[T; L]) -> T {
    match lanes.first_chunk::<LANES>() {
        Some(lanes) => Lanes(*lanes).sum(),
        None => lanes.iter().copied().sum(),
    }
}
