//! The gradients of one sample.

use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel, multiply_add};

kernel! {
    /// `dx = Wᵀ·dy` for one sample.
    small BackwardInputSample: pub(crate) fn backward_input_sample<T, FMA, TILE>(weight: &[T], dy: &[T], dx: &mut [T]) {
        let outputs = dy.len();
        if outputs < LANES {
            // Inputs in the SIMD lanes, where the compiler knows how far apart the weights of an output are.
            for (dx, row) in dx.iter_mut().zip(weight.chunks_exact(outputs.max(1))) {
                let mut sum = T::ZERO;
                for (&w, &dy) in row.iter().zip(dy) {
                    sum = multiply_add::<T, FMA>(w, dy, sum);
                }
                *dx = sum;
            }
            return;
        }
        let (blocks, rest) = dx.as_chunks_mut::<4>();
        for (dx, rows) in blocks.iter_mut().zip(weight.chunks_exact(4 * outputs)) {
            *dx = dots::<T, V>(rows, dy);
        }
        let start = blocks.len() * 4 * outputs;
        let rows = weight.get(start..).unwrap_or_default();
        for (dx, row) in rest.iter_mut().zip(rows.chunks_exact(outputs)) {
            *dx = dot::<T, V>(row, dy).total();
        }
    }
}

/// The products of four rows with `dy`, which is as long as one.
#[inline(always)]
fn dots<T: Scalar, V: Vector<T>>(rows: &[T], dy: &[T]) -> [T; 4] {
    let outputs = dy.len();
    let mut rows = rows.chunks_exact(outputs.max(1));
    let mut sums = [V::zero(); 4];
    for sum in &mut sums {
        *sum = dot(rows.next().unwrap_or_default(), dy);
    }
    V::totals(sums)
}

/// The products of a row with `dy`, in partial sums.
#[inline(always)]
fn dot<T: Scalar, V: Vector<T>>(row: &[T], dy: &[T]) -> V {
    let (row, row_rest) = row.as_chunks();
    let (dy, dy_rest) = dy.as_chunks();
    let mut sum = V::zero();
    for (row, dy) in row.iter().zip(dy) {
        sum = V::load(row).multiply_add(V::load(dy), sum);
    }
    if !dy_rest.is_empty() {
        sum = V::load_partial(row_rest).multiply_add(V::load_partial(dy_rest), sum);
    }
    sum
}

kernel! {
    /// `dW += dy·xᵀ`, `db += dy` for one sample. `overwrite` sets the sums instead of adding them.
    small BackwardWeightSample: pub(crate) fn backward_weight_sample<T, FMA, TILE>(
        overwrite: bool,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        for (db, &dy) in d_bias.iter_mut().zip(dy) {
            *db = if overwrite { dy } else { *db + dy };
        }
        let (vectors, rest) = dy.as_chunks::<LANES>();
        for (row, &x) in d_weight.chunks_exact_mut(dy.len().max(1)).zip(x) {
            let (row, row_rest) = row.as_chunks_mut::<LANES>();
            for (dw, dy) in row.iter_mut().zip(vectors) {
                let (x, dy) = (V::splat(x), V::load(dy));
                let sum = if overwrite { dy.multiply(x) } else { dy.multiply_add(x, V::load(dw)) };
                sum.store(dw);
            }
            for (dw, &dy) in row_rest.iter_mut().zip(rest) {
                *dw = if overwrite { x * dy } else { multiply_add::<T, FMA>(x, dy, *dw) };
            }
        }
    }
}
