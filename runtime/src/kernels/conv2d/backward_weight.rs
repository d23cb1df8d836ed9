use super::Geometry;
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::tile::{ONE, sum, tiles};
use crate::simd::{kernel, multiply_add};
use core::ops::Range;

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
                    backward_weight_tile<T, FMA, ONE, ONE>(geometry, channel, x, dy, &mut *d_weight));
            } else {
                let (x, dy) = (x.as_chunks::<LANES>().0, dy.as_chunks::<LANES>().0);
                if TILE == 12 {
                    tiles!([6, 5, 3, 1] of outputs =>
                        backward_weight_tile<T, FMA, LANES, 3>(geometry, channel, x, dy, &mut *d_weight));
                } else {
                    tiles!([TILE, 5, 3, 1] of outputs =>
                        backward_weight_tile<T, FMA, LANES, ONE>(geometry, channel, x, dy, &mut *d_weight));
                }
            }
        }
    }
}

/// The weights of `N` outputs from `start` on, for up to `S` ≤ 3 neighbouring taps of a row at a time. Each is summed
/// lane by lane over a block of positions, and over the lanes once at the end of the block. `channel` is the first
/// channel of the group.
#[inline(always)]
fn backward_weight_tile<
    T: Scalar,
    const FMA: bool,
    const L: usize,
    const S: usize,
    const N: usize,
>(
    start: usize,
    geometry: Geometry,
    channel: usize,
    x: &[[T; L]],
    dy: &[[T; L]],
    d_weight: &mut [T],
) {
    let Geometry { rows, columns, .. } = geometry;
    let plane = rows.output * columns.output;
    let mut planes: [&[[T; L]]; N] = [&[]; N];
    for o in 0..N {
        let start = (start + o) * plane;
        match dy.get(start..start + plane) {
            Some(dy) => planes[o] = dy,
            None => return,
        }
    }
    let block_columns = columns.output.clamp(1, BLOCK);
    let block_rows = BLOCK / block_columns;
    for first_row in (0..rows.output).step_by(block_rows) {
        for first_column in (0..columns.output).step_by(block_columns) {
            for c in 0..geometry.group_channels() {
                for r in 0..rows.kernel {
                    let oh = rows.outputs_of_tap(r, first_row..first_row + block_rows);
                    let mut s = 0;
                    while s < columns.kernel {
                        let outputs_of = |tap| {
                            let block = first_column..first_column + block_columns;
                            columns.outputs_of_tap(tap, block)
                        };
                        // Neighbouring taps share `dy` at the outputs they have in common; at the others, and where
                        // their inputs are not neighbours, each goes alone.
                        let mut taps = if columns.dilation == 1 { S } else { 1 };
                        taps = taps.min(columns.kernel - s);
                        let (left, right) = (outputs_of(s), outputs_of(s + taps - 1));
                        let mut common = left.start.max(right.start)..left.end.min(right.end);
                        if taps == 1 || common.is_empty() {
                            (taps, common) = (1, left.start..left.start);
                        }
                        let at = |tap| [channel + c, r, tap];
                        let dw = |tap| geometry.weight_index(c, r, tap) + start;
                        let p = positions(geometry, at(s), oh.clone(), common.clone());
                        if S > 1 && taps == 3 {
                            let sums = products::<T, FMA, L, 3, N>(p, plane, x, &planes);
                            add(sums, dw(s), geometry.outputs, d_weight);
                        } else if S > 1 && taps == 2 {
                            let sums = products::<T, FMA, L, 2, N>(p, plane, x, &planes);
                            add(sums, dw(s), geometry.outputs, d_weight);
                        }
                        for tap in s..s + taps {
                            let all = outputs_of(tap);
                            for alone in [all.start..common.start, common.end..all.end] {
                                if !alone.is_empty() {
                                    let p = positions(geometry, at(tap), oh.clone(), alone);
                                    let sums = products::<T, FMA, L, 1, N>(p, plane, x, &planes);
                                    add(sums, dw(tap), geometry.outputs, d_weight);
                                }
                            }
                        }
                        s += taps;
                    }
                }
            }
        }
    }
}

/// Adds the sums over the lanes to the weights of `N` outputs and `S` taps from `at` on.
#[inline(always)]
fn add<T: Scalar, const L: usize, const S: usize, const N: usize>(
    sums: [[[T; L]; N]; S],
    at: usize,
    outputs: usize,
    d_weight: &mut [T],
) {
    // Through memory once: else the compiler sums up vectors that suit the tree of `sum` and not the lanes.
    let sums = core::hint::black_box(sums);
    for tap in 0..S {
        let at = at + tap * outputs;
        if let Some(dw) = d_weight.get_mut(at..at + N) {
            for o in 0..N {
                dw[o] += sum(&sums[tap][o]);
            }
        }
    }
}

/// The output positions of a block whose tap falls inside the input, and where they and their inputs begin.
struct Positions {
    rows: usize,
    columns: usize,
    x: usize,
    x_strides: [usize; 2],
    y: usize,
    y_stride: usize,
}

/// Those of the outputs `oh` × `ow` for a tap `[channel, row, column]`.
#[inline(always)]
fn positions(
    geometry: Geometry,
    [channel, r, s]: [usize; 3],
    oh: Range<usize>,
    ow: Range<usize>,
) -> Positions {
    let Geometry { rows, columns, .. } = geometry;
    Positions {
        rows: oh.len(),
        columns: ow.len(),
        x: geometry.input_index(
            channel,
            rows.input_of(oh.start, r),
            columns.input_of(ow.start, s),
        ),
        x_strides: [rows.stride * columns.input, columns.stride],
        y: geometry.output_index(0, oh.start, ow.start),
        y_stride: columns.output,
    }
}

/// `Σ dy[o] ⊙ x` over positions, lane by lane, for `S` taps whose inputs are neighbours. One loop, with every bound settled before the products, as in the
/// forward kernel.
#[inline(always)]
fn products<T: Scalar, const FMA: bool, const L: usize, const S: usize, const N: usize>(
    positions: Positions,
    plane: usize,
    x: &[[T; L]],
    planes: &[&[[T; L]]; N],
) -> [[[T; L]; N]; S] {
    let [x_row, x_column] = positions.x_strides;
    let x_row = x_row.wrapping_sub(positions.columns * x_column);
    let y_row = positions.y_stride - positions.columns;
    let (mut x_at, mut y_at) = (positions.x, positions.y);
    let mut column = 0;
    let mut sums = [[[T::ZERO; L]; N]; S];
    for _ in 0..positions.rows * positions.columns {
        let inputs = x.get(x_at..).and_then(<[_]>::first_chunk::<S>);
        let Some(inputs) = inputs else { break };
        if y_at >= plane {
            break;
        }
        for o in 0..N {
            let dy = &planes[o][y_at];
            for tap in 0..S {
                for l in 0..L {
                    sums[tap][o][l] =
                        multiply_add::<T, FMA>(dy[l], inputs[tap][l], sums[tap][o][l]);
                }
            }
        }
        x_at += x_column;
        y_at += 1;
        column += 1;
        if column == positions.columns {
            column = 0;
            x_at = x_at.wrapping_add(x_row);
            y_at += y_row;
        }
    }
    sums
}
