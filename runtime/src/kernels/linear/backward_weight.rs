use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::kernels::tile::tiles;
use crate::simd::{kernel, multiply_add};

kernel! {
    /// `dW += dy·xᵀ`, `db += dy`, summed over `lanes` samples side by side.
    BackwardWeight: pub(crate) fn backward_weight<T, FMA, TILE>(
        lanes: usize,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        if lanes == 1 {
            for (db, &dy) in d_bias.iter_mut().zip(dy) {
                *db += dy;
            }
            for (column, &x) in d_weight.chunks_exact_mut(dy.len().max(1)).zip(x) {
                for (dw, &dy) in column.iter_mut().zip(dy) {
                    *dw = multiply_add::<T, FMA>(x, dy, *dw);
                }
            }
            return;
        }
        let (x, dy) = (x.as_chunks().0, dy.as_chunks().0);
        for (db, &dy) in d_bias.iter_mut().zip(dy) {
            *db += Lanes(dy).sum();
        }
        const HALF: usize = LANES / 2;
        let outputs = dy.len();
        let mut start = 0;
        while start < outputs {
            if outputs >= LANES && outputs - start > HALF {
                let block = transpose::<T, LANES>(start, dy);
                tiles!([TILE, 2, 1] of 0..x.len() =>
                    backward_weight_tile<T, FMA, LANES>(&block, outputs, x, &mut *d_weight));
                start += LANES;
            } else {
                let block = transpose::<T, HALF>(start, dy);
                tiles!([TILE, 2, 1] of 0..x.len() =>
                    backward_weight_tile<T, FMA, HALF>(&block, outputs, x, &mut *d_weight));
                start += HALF;
            }
        }
    }
}

/// A block of `dy` with outputs in the SIMD lanes, so that samples can be broadcast.
struct Block<T, const W: usize> {
    /// The output of the first lane.
    start: usize,
    /// `[sample][output]`
    values: [[T; W]; LANES],
}

/// `W` outputs from `start` on. Where fewer are left the block begins earlier, and has zeros for the outputs that
/// earlier blocks have added, so that it is still whole; only where there are fewer than `W` at all it is not.
#[inline(always)]
fn transpose<T: Scalar, const W: usize>(start: usize, dy: &[[T; LANES]]) -> Block<T, W> {
    let first = start.min(dy.len().saturating_sub(W));
    let mut values = [[T::ZERO; W]; LANES];
    for o in start - first..W {
        if let Some(dy) = dy.get(first + o) {
            for l in 0..LANES {
                values[l][o] = dy[l];
            }
        }
    }
    Block {
        start: first,
        values,
    }
}

/// The weights between the outputs of the block and `N` inputs from `start` on.
#[inline(always)]
fn backward_weight_tile<T: Scalar, const FMA: bool, const W: usize, const N: usize>(
    start: usize,
    dy: &Block<T, W>,
    outputs: usize,
    x: &[[T; LANES]],
    d_weight: &mut [T],
) {
    let Some(x) = x.get(start..).and_then(<[_]>::first_chunk::<N>) else {
        return;
    };
    let mut sums = [[T::ZERO; W]; N];
    for l in 0..LANES {
        for i in 0..N {
            for o in 0..W {
                sums[i][o] = multiply_add::<T, FMA>(x[i][l], dy.values[l][o], sums[i][o]);
            }
        }
    }
    for i in 0..N {
        let at = (start + i) * outputs + dy.start;
        if let Some(dw) = d_weight.get_mut(at..at + W.min(outputs)) {
            match dw.first_chunk_mut::<W>() {
                Some(dw) => (0..W).for_each(|o| dw[o] += sums[i][o]),
                None => dw.iter_mut().zip(sums[i]).for_each(|(dw, sum)| *dw += sum),
            }
        }
    }
}
