use super::Geometry;
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::tile::{ONE, add_products, tiles};
use crate::simd::kernel;

kernel! {
    /// `y = W ∗ x + b` for `lanes` samples side by side.
    Forward: pub(crate) fn forward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        if lanes == 1 {
            super::forward_sample::convolve::<T, FMA, TILE>(geometry, weight, bias, x, y);
            return;
        }
        for group in 0..geometry.groups {
            let outputs = geometry.group_outputs();
            let outputs = group * outputs..(group + 1) * outputs;
            let channel = group * geometry.group_channels();
            let (x, y) = (x.as_chunks::<LANES>().0, y.as_chunks_mut::<LANES>().0);
            if TILE == 12 {
                // Two positions share the weights: the sums fill twice as many registers.
                tiles!([6, 5, 3, 1] of outputs =>
                    forward_tile<T, FMA, LANES, 2>(geometry, channel, weight, bias, x, &mut *y));
            } else {
                tiles!([TILE, 5, 3, 1] of outputs =>
                    forward_tile<T, FMA, LANES, ONE>(geometry, channel, weight, bias, x, &mut *y));
            }
        }
    }
}

/// `N` outputs from `start` on at all positions, `P` positions at a time where the window lies inside the input.
/// `channel` is the first channel of the group.
#[inline(always)]
fn forward_tile<T: Scalar, const FMA: bool, const L: usize, const P: usize, const N: usize>(
    start: usize,
    geometry: Geometry,
    channel: usize,
    weight: &[T],
    bias: &[T],
    x: &[[T; L]],
    y: &mut [[T; L]],
) {
    let bias = bias.get(start..start + N).and_then(<[T]>::first_chunk);
    let bias = bias.copied().unwrap_or([T::ZERO; N]);
    let interior = geometry.columns.interior();
    for row in 0..geometry.rows.output {
        let mut column = 0;
        while column < geometry.columns.output {
            if P > 1 && interior.contains(&column) && interior.len() >= P {
                // The last tile of a row may overlap the one before it and write the same values again.
                let column_tile = column.min(interior.end - P);
                let at = [start, row, column_tile];
                forward_positions::<T, FMA, L, P, N>(at, geometry, channel, weight, &bias, x, y);
                column = column_tile + P;
            } else {
                let at = [start, row, column];
                forward_positions::<T, FMA, L, 1, N>(at, geometry, channel, weight, &bias, x, y);
                column += 1;
            }
        }
    }
}

/// `N` outputs at `P` positions side by side, whose taps fall inside the input for the same ones.
///
/// One loop over all taps, with the jumps to the next row and channel as additions inside: nested loops would carry
/// the sums through several headers, and the compiler then no longer keeps them in vector registers.
#[inline(always)]
fn forward_positions<T: Scalar, const FMA: bool, const L: usize, const P: usize, const N: usize>(
    [start, row, column]: [usize; 3],
    geometry: Geometry,
    channel: usize,
    weight: &[T],
    bias: &[T; N],
    x: &[[T; L]],
    y: &mut [[T; L]],
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

    let mut sums = [[[T::ZERO; L]; N]; P];
    let (mut r, mut s) = (0, 0);
    for _ in 0..geometry.group_channels() * rows.count * columns.count {
        let w = weight
            .get(w_at..w_at.wrapping_add(N))
            .and_then(<[T]>::first_chunk);
        let Some(w) = w else { break };
        let zero = [T::ZERO; L];
        let mut inputs = [&zero; P];
        for p in 0..P {
            inputs[p] = x.get(x_at.wrapping_add(p * stride)).unwrap_or(&zero);
        }
        for p in 0..P {
            add_products::<T, FMA, L, N>(&mut sums[p], w, inputs[p]);
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
    for p in 0..P {
        for o in 0..N {
            if let Some(y) = y.get_mut(geometry.output_index(start + o, row, column + p)) {
                for l in 0..L {
                    y[l] = sums[p][o][l] + bias[o];
                }
            }
        }
    }
}
