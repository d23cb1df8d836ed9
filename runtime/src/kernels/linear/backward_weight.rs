use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::kernels::tile::{add_rows, tiles};
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
        let dy = dy.as_chunks().0;
        for (db, &dy) in d_bias.iter_mut().zip(dy) {
            *db += Lanes(dy).sum();
        }
        const HALF: usize = LANES / 2;
        let (inputs, outputs) = (x.len() / LANES, dy.len());
        let mut start = 0;
        while start < outputs {
            if outputs >= LANES && outputs - start > HALF {
                let (first, block) = transpose::<T, LANES>(start, dy);
                let block = (first, opaque(&block));
                tiles!([TILE, 5, 3, 1] of 0..inputs =>
                    backward_weight_tile<T, FMA, LANES>(block, outputs, lanes, x, &mut *d_weight));
                start += LANES;
            } else {
                let (first, block) = transpose::<T, HALF>(start, dy);
                let block = (first, opaque(&block));
                tiles!([TILE, 5, 3, 1] of 0..inputs =>
                    backward_weight_tile<T, FMA, HALF>(block, outputs, lanes, x, &mut *d_weight));
                start += HALF;
            }
        }
    }
}

/// The block as a slice of unknown length: a loop over sixteen samples that the compiler knows the end of is unrolled
/// whole and then taken for vectors of samples.
#[inline(always)]
fn opaque<T>(block: &[T]) -> &[T] {
    core::hint::black_box(block)
}

/// A block of `dy` with outputs in the SIMD lanes, `[sample][output]`, so that samples can be broadcast: `W` outputs
/// from `start` on, and the first of them.
///
/// Where fewer are left the block begins earlier, and has zeros for the outputs that earlier blocks have added, so
/// that it is still whole; only where there are fewer than `W` at all it is not.
#[inline(always)]
fn transpose<T: Scalar, const W: usize>(
    start: usize,
    dy: &[[T; LANES]],
) -> (usize, [[T; W]; LANES]) {
    let first = start.min(dy.len().saturating_sub(W));
    let mut values = [[T::ZERO; W]; LANES];
    for o in start - first..W {
        if let Some(dy) = dy.get(first + o) {
            for l in 0..LANES {
                values[l][o] = dy[l];
            }
        }
    }
    (first, values)
}

/// The weights between the outputs of the block and `N` inputs from `start` on.
#[inline(always)]
fn backward_weight_tile<T: Scalar, const FMA: bool, const W: usize, const N: usize>(
    start: usize,
    (first_output, dy): (usize, &[[T; W]]),
    outputs: usize,
    lanes: usize,
    x: &[T],
    d_weight: &mut [T],
) {
    let mut sums = [[T::ZERO; W]; N];
    let feature = |i| (start + i) * lanes;
    add_rows::<T, FMA, W, N>(&mut sums, lanes, feature, x, dy, 1);
    for i in 0..N {
        let at = (start + i) * outputs + first_output;
        if let Some(dw) = d_weight.get_mut(at..at + W.min(outputs)) {
            if let Some(dw) = dw.first_chunk_mut::<W>() {
                for o in 0..W {
                    dw[o] += sums[i][o];
                }
            } else {
                // Constant indices, as an iterator over the sums would put them in memory.
                for o in 0..W {
                    if let Some(dw) = dw.get_mut(o) {
                        *dw += sums[i][o];
                    }
                }
            }
        }
    }
}
