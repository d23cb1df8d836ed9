//! One sample: the outputs of a position lie in the SIMD lanes.

use super::Geometry;
use crate::Scalar;
use crate::simd::{kernel, multiply_add};

kernel! {
    /// `y = W ∗ x + b` for one sample.
    ForwardSample: pub(super) fn forward_sample<T, FMA, TILE>(
        geometry: Geometry,
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        for group in 0..geometry.groups {
            positions_of::<T, FMA, TILE>(group, geometry, weight, bias, x, y);
        }
    }
}

/// Outputs in the lanes: the weights are loaded once for several positions.
#[inline(always)]
fn positions_of<T: Scalar, const FMA: bool, const TILE: usize>(
    group: usize,
    geometry: Geometry,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let count = geometry.group_outputs();
    let outputs = group * count..(group + 1) * count;
    let channel = group * geometry.group_channels();
    let mut start = outputs.start;
    while start < outputs.end {
        let rest = outputs.end - start;
        // The last tile may overlap the one before it and write the same values again.
        start = if rest >= 16 || count >= 16 && rest > 8 {
            let at = start.min(outputs.end - 16);
            at_positions::<T, FMA, TILE, 16>(at, geometry, channel, weight, bias, x, y)
        } else if count >= 8 && rest > 4 {
            let at = start.min(outputs.end - 8);
            at_positions::<T, FMA, TILE, 8>(at, geometry, channel, weight, bias, x, y)
        } else {
            at_positions::<T, FMA, TILE, 1>(start, geometry, channel, weight, bias, x, y)
        };
    }
}

/// `N` outputs from `start` on at all positions, several at a time where the window lies inside the input. Returns
/// the end of the outputs. `channel` is the first channel of the group.
#[inline(always)]
fn at_positions<T: Scalar, const FMA: bool, const TILE: usize, const N: usize>(
    start: usize,
    geometry: Geometry,
    channel: usize,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) -> usize {
    let bias = bias.get(start..).and_then(<[T]>::first_chunk::<N>);
    let bias = bias.copied().unwrap_or([T::ZERO; N]);
    let interior = geometry.columns.interior();
    // Tiles of five where those of six would overlap: 10 is 5 + 5.
    let dense = geometry.columns.stride == 1;
    let five = TILE > 5 && dense && interior.len().is_multiple_of(5);
    let tile = if five { 5 } else { TILE };
    for row in 0..geometry.rows.output {
        let mut column = 0;
        while column < geometry.columns.output {
            let wide = interior.contains(&column) && interior.len() >= tile;
            let at = [
                start,
                row,
                if wide {
                    column.min(interior.end - tile)
                } else {
                    column
                },
            ];
            if wide && five {
                tile_at::<T, FMA, true, 5, N>(at, geometry, channel, weight, &bias, x, y);
            } else if wide && dense {
                tile_at::<T, FMA, true, TILE, N>(at, geometry, channel, weight, &bias, x, y);
            } else if wide {
                tile_at::<T, FMA, false, TILE, N>(at, geometry, channel, weight, &bias, x, y);
            } else {
                tile_at::<T, FMA, true, 1, N>(at, geometry, channel, weight, &bias, x, y);
            }
            column = if wide { at[2] + tile } else { column + 1 };
        }
    }
    start + N
}

/// `N` outputs at `P` positions side by side, whose taps fall inside the input for the same ones.
///
/// One loop over all taps, with the jumps to the next row and channel as additions inside: nested loops would carry
/// the sums through several headers, and the compiler then no longer keeps them in vector registers.
#[inline(always)]
fn tile_at<T: Scalar, const FMA: bool, const DENSE: bool, const P: usize, const N: usize>(
    [start, row, column]: [usize; 3],
    geometry: Geometry,
    channel: usize,
    weight: &[T],
    bias: &[T; N],
    x: &[T],
    y: &mut [T],
) {
    let rows = geometry.rows.taps(row);
    let columns = geometry.columns.taps(column);
    let (stride, dilation) = (geometry.columns.stride, geometry.columns.dilation);
    // From tap to tap, and what is added at the end of a row and of a channel.
    let mut w_at = geometry.weight_index(0, rows.first, columns.first) + start;
    let w_row = (geometry.columns.kernel - columns.count) * geometry.outputs;
    let w_channel = geometry.weight_index(0, geometry.rows.kernel - rows.count, 0);
    let mut x_at = geometry.input_index(channel, rows.input, columns.input);
    let x_row = geometry.rows.dilation * geometry.columns.input;
    let x_row = x_row.wrapping_sub(columns.count * dilation);
    let x_channel = geometry.input_index(1, 0, 0);
    let x_channel =
        x_channel.wrapping_sub(rows.count * geometry.rows.dilation * geometry.columns.input);

    let last = (P - 1) * stride;
    let len = x.len().saturating_sub(last);
    let mut sliding = [x; P];
    for p in 0..P {
        match x.get(p * stride..p * stride + len) {
            Some(x) => sliding[p] = x,
            None => return,
        }
    }
    let mut sums = [[T::ZERO; N]; P];
    let (mut r, mut s) = (0, 0);
    for _ in 0..geometry.group_channels() * rows.count * columns.count {
        let w = weight.get(w_at..).and_then(<[T]>::first_chunk::<N>);
        let Some(w) = w else { break };
        let mut inputs = [T::ZERO; P];
        if DENSE {
            let Some(x) = x.get(x_at..).and_then(<[T]>::first_chunk) else {
                break;
            };
            inputs = *x;
        } else {
            if x_at >= len {
                break;
            }
            for p in 0..P {
                inputs[p] = sliding[p][x_at];
            }
        }
        for p in 0..P {
            let x = inputs[p];
            for o in 0..N {
                sums[p][o] = multiply_add::<T, FMA>(x, w[o], sums[p][o]);
            }
        }
        w_at += geometry.outputs;
        x_at += dilation;
        s += 1;
        if s == columns.count {
            (s, r) = (0, r + 1);
            w_at += w_row;
            x_at = x_at.wrapping_add(x_row);
            if r == rows.count {
                r = 0;
                w_at += w_channel;
                x_at = x_at.wrapping_add(x_channel);
            }
        }
    }
    // First all sums by constant indices, as a loop over outputs would keep them in memory from the start.
    let mut values = [[T::ZERO; P]; N];
    for o in 0..N {
        for p in 0..P {
            values[o][p] = sums[p][o] + bias[o];
        }
    }
    for o in 0..N {
        let at = geometry.output_index(start + o, row, column);
        if let Some(y) = y.get_mut(at..).and_then(<[T]>::first_chunk_mut::<P>) {
            *y = values[o];
        }
    }
}
