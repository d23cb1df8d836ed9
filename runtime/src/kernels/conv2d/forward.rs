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
        for group in 0..geometry.groups {
            let outputs = geometry.group_outputs();
            let outputs = group * outputs..(group + 1) * outputs;
            let channel = group * geometry.group_channels();
            if lanes == 1 {
                // A vector of outputs at a time; the weights are loaded once for several positions.
                let (x, y) = (x.as_chunks::<1>().0, y.as_chunks_mut::<1>().0);
                tiles!([16, 8, 4, 2, 1] of outputs =>
                    forward_tile<T, FMA, ONE, TILE>(geometry, channel, weight, bias, x, &mut *y));
            } else {
                let (x, y) = (x.as_chunks::<LANES>().0, y.as_chunks_mut::<LANES>().0);
                tiles!([TILE, 4, 2, 1] of outputs =>
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
    let mut sums = [bias.map(|bias| [bias; L]); P];
    for c in 0..geometry.group_channels() {
        for r in 0..rows.count {
            let w = geometry.weight_index(c, rows.first + r, columns.first);
            let w = weight.get(w..w + columns.count * geometry.outputs);
            let row = rows.input + r * geometry.rows.dilation;
            let x = x.get(geometry.input_index(channel + c, row, columns.input)..);
            let (w, x) = (w.unwrap_or_default(), x.unwrap_or_default());
            let mut tap = 0;
            for w in w.chunks_exact(geometry.outputs.max(1)) {
                let Some(w) = w.get(start..).and_then(<[T]>::first_chunk) else {
                    break;
                };
                for p in 0..P {
                    if let Some(x) = x.get(tap + p * stride) {
                        add_products::<T, FMA, L, N>(&mut sums[p], w, x);
                    }
                }
                tap += dilation;
            }
        }
    }
    for p in 0..P {
        for o in 0..N {
            if let Some(y) = y.get_mut(geometry.output_index(start + o, row, column + p)) {
                *y = sums[p][o];
            }
        }
    }
}
