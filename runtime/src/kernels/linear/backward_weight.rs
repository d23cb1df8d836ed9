use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel, multiply_add};

/// Lane groups whose `dy` is transposed at a time.
const GROUPS: usize = 8;

/// Inputs of the largest tile.
const INPUTS: usize = 12;

/// Vectors of outputs that a block has where there are thirty-two registers.
const VECTORS: usize = 2;

kernel! {
    /// `dW += dy·xᵀ`, `db += dy` for one sample (`lanes` = 1), or summed over lane groups, one behind the other in `x`
    /// and `dy`. `overwrite` sets the sums instead of adding them.
    BackwardWeight: pub(crate) fn backward_weight<T, FMA, TILE>(
        lanes: usize,
        outputs: usize,
        overwrite: bool,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        if overwrite {
            d_bias.fill(T::ZERO);
        }
        let outputs = outputs.max(1);
        if lanes == 1 {
            single::<T, FMA>(overwrite, x, dy, d_weight, d_bias);
            return;
        }
        let (x, dy) = (x.as_chunks::<LANES>().0, dy.as_chunks::<LANES>().0);
        let inputs = (d_weight.len() / outputs).max(1);
        let mut transposed = [[T::ZERO; LANES]; GROUPS * LANES * VECTORS];
        let mut rest = [[T::ZERO; LANES]; GROUPS * INPUTS];
        let pieces = x.chunks(GROUPS * inputs).zip(dy.chunks(GROUPS * outputs));
        for (piece, (x, dy)) in pieces.enumerate() {
            let overwrite = overwrite && piece == 0;
            // The inputs behind the last whole tile, made whole with zeros.
            let whole = inputs - inputs % TILE;
            for (to, x) in rest.chunks_exact_mut(TILE).zip(x.chunks_exact(inputs)) {
                for (to, &x) in to.iter_mut().zip(x.get(whole..).unwrap_or_default()) {
                    *to = x;
                }
            }
            let mut output = 0;
            while output < outputs {
                let at = [output, outputs, inputs];
                if TILE == INPUTS && outputs - output > LANES {
                    block::<T, V, VECTORS, TILE>(at, overwrite, x, &rest, dy, transposed.as_chunks_mut().0, d_weight, d_bias);
                    output += VECTORS * LANES;
                } else {
                    block::<T, V, 1, TILE>(at, overwrite, x, &rest, dy, transposed.as_chunks_mut().0, d_weight, d_bias);
                    output += LANES;
                }
            }
        }
    }
}

#[inline(always)]
fn single<T: Scalar, const FMA: bool>(
    overwrite: bool,
    x: &[T],
    dy: &[T],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    for (db, &dy) in d_bias.iter_mut().zip(dy) {
        *db += dy;
    }
    let (vectors, rest) = dy.as_chunks::<LANES>();
    for (column, &x) in d_weight.chunks_exact_mut(dy.len().max(1)).zip(x) {
        let (column, column_rest) = column.as_chunks_mut::<LANES>();
        for (dw, dy) in column.iter_mut().zip(vectors) {
            for l in 0..LANES {
                let before = if overwrite { T::ZERO } else { dw[l] };
                dw[l] = multiply_add::<T, FMA>(x, dy[l], before);
            }
        }
        for (dw, &dy) in column_rest.iter_mut().zip(rest) {
            let before = if overwrite { T::ZERO } else { *dw };
            *dw = multiply_add::<T, FMA>(x, dy, before);
        }
    }
}

/// The weights and biases of `M` vectors of outputs from `output` on.
///
/// `dy` is transposed, `[sample][output]`, so that outputs lie in the SIMD lanes and samples can be broadcast.
#[inline(always)]
fn block<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
    [output, outputs, inputs]: [usize; 3],
    overwrite: bool,
    x: &[[T; LANES]],
    rest: &[[T; LANES]],
    dy: &[[T; LANES]],
    transposed: &mut [[[T; LANES]; M]],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    let samples = dy.len() / outputs * LANES;
    let Some(transposed) = transposed.get_mut(..samples) else {
        return;
    };
    for (to, dy) in transposed
        .as_chunks_mut::<LANES>()
        .0
        .iter_mut()
        .zip(dy.chunks_exact(outputs))
    {
        for m in 0..M {
            let mut rows = [V::zero(); LANES];
            let dy = dy.get(output + m * LANES..).unwrap_or_default();
            for (row, dy) in rows.iter_mut().zip(dy) {
                *row = V::load(dy);
            }
            let rows = V::transpose(rows);
            for (to, row) in to.iter_mut().zip(rows) {
                row.store(&mut to[m]);
            }
        }
    }
    for m in 0..M {
        let d_bias = d_bias.get_mut(output + m * LANES..).unwrap_or_default();
        // Sums go on from what is there, so the order of additions does not depend on how many groups a pass has.
        let mut sum = V::load_partial(d_bias);
        for dy in &*transposed {
            sum = sum.add(V::load(&dy[m]));
        }
        sum.store_partial(d_bias);
    }
    for input in (0..inputs).step_by(N) {
        let tile_inputs = N.min(inputs - input);
        let (x, begin, step) = if tile_inputs == N {
            (x, input, inputs)
        } else {
            (rest, 0, N)
        };
        let Some(d_weight) = d_weight.get_mut(input * outputs..(input + tile_inputs) * outputs)
        else {
            return;
        };
        tile::<T, V, M, N>(
            [begin, step],
            [output, outputs],
            overwrite,
            x,
            transposed,
            d_weight,
        );
    }
}

/// The weights between the outputs of the block and `N` inputs, or as many as `d_weight` has rows; the inputs begin at
/// `begin` in each lane group of `x`, which is `step` inputs behind the one before.
#[inline(always)]
fn tile<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
    [begin, step]: [usize; 2],
    [output, outputs]: [usize; 2],
    overwrite: bool,
    x: &[[T; LANES]],
    dy: &[[[T; LANES]; M]],
    d_weight: &mut [T],
) {
    let mut sums = [[V::zero(); M]; N];
    if !overwrite {
        for n in 0..N {
            for m in 0..M {
                let start = n * outputs + output + m * LANES;
                let end = (start + LANES).min((n + 1) * outputs);
                sums[n][m] = V::load_partial(d_weight.get(start..end).unwrap_or_default());
            }
        }
    }
    for (x, dy) in x.chunks_exact(step).zip(dy.as_chunks::<LANES>().0) {
        let Some(x) = x.get(begin..).and_then(<[_]>::first_chunk::<N>) else {
            return;
        };
        for lane in 0..LANES {
            let dy = dy[lane].map(|dy| V::load(&dy));
            for n in 0..N {
                let x = V::splat(x[n][lane]);
                for m in 0..M {
                    sums[n][m] = x.multiply_add(dy[m], sums[n][m]);
                }
            }
        }
    }
    for n in 0..N {
        for m in 0..M {
            let start = n * outputs + output + m * LANES;
            let end = (start + LANES).min((n + 1) * outputs);
            if let Some(dw) = d_weight.get_mut(start..end) {
                sums[n][m].store_partial(dw);
            }
        }
    }
}
