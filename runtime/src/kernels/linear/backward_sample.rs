use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel, multiply_add};

kernel! {
    /// All gradients of one sample: `dx = Wᵀ·dy`, unless `dx` is empty, `dW += dy·xᵀ` and `db += dy`. `overwrite` sets the
    /// latter two instead of adding to them.
    ///
    /// In one pass, so that products are computed while gradients are written.
    small BackwardSample: pub(crate) fn backward_sample<T, FMA, TILE>(
        overwrite: bool,
        weight: &[T],
        x: &[T],
        dy: &[T],
        dx: &mut [T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        add_row::<T, FMA, V>(overwrite, T::ONE, dy, d_bias);
        let outputs = dy.len().max(1);
        if dx.is_empty() {
            for (dw, &x) in d_weight.chunks_exact_mut(outputs).zip(x) {
                add_row::<T, FMA, V>(overwrite, x, dy, dw);
            }
        } else if outputs < LANES {
            input_by_input::<T, FMA>(weight, dy, dx);
            for (dw, &x) in d_weight.chunks_exact_mut(outputs).zip(x) {
                add_row::<T, FMA, V>(overwrite, x, dy, dw);
            }
        } else {
            let blocks = dx.chunks_mut(ROWS).zip(x.chunks(ROWS));
            let rows = weight.chunks(ROWS * outputs).zip(d_weight.chunks_mut(ROWS * outputs));
            for ((dx, x), (weight, dw)) in blocks.zip(rows) {
                let mut sums = [V::zero(); ROWS];
                let rows = weight.chunks_exact(outputs).zip(dw.chunks_exact_mut(outputs));
                for ((sum, &x), (weight, dw)) in sums.iter_mut().zip(x).zip(rows) {
                    *sum = dot(weight, dy);
                    add_row::<T, FMA, V>(overwrite, x, dy, dw);
                }
                for (dx, total) in dx.iter_mut().zip(V::totals(sums)) {
                    *dx = total;
                }
            }
        }
    }
}

kernel! {
    /// The gradient of one sample and the update: `dx = Wᵀ·dy`, unless `dx` is empty, then `W += factor·dy·xᵀ` and
    /// `b += factor·dy`.
    small UpdateSample: pub(crate) fn update_sample<T, FMA, TILE>(
        factor: T,
        weight: &mut [T],
        bias: &mut [T],
        x: &[T],
        dy: &[T],
        dx: &mut [T],
    ) {
        add_row::<T, FMA, V>(false, factor, dy, bias);
        let outputs = dy.len().max(1);
        if dx.is_empty() || outputs < LANES {
            input_by_input::<T, FMA>(weight, dy, dx);
            for (weight, &x) in weight.chunks_exact_mut(outputs).zip(x) {
                add_row::<T, FMA, V>(false, factor * x, dy, weight);
            }
        } else {
            let blocks = dx.chunks_mut(ROWS).zip(x.chunks(ROWS));
            for ((dx, x), weight) in blocks.zip(weight.chunks_mut(ROWS * outputs)) {
                let mut sums = [V::zero(); ROWS];
                let rows = weight.chunks_exact_mut(outputs);
                for ((sum, &x), weight) in sums.iter_mut().zip(x).zip(rows) {
                    *sum = dot(weight, dy);
                    add_row::<T, FMA, V>(false, factor * x, dy, weight);
                }
                for (dx, total) in dx.iter_mut().zip(V::totals(sums)) {
                    *dx = total;
                }
            }
        }
    }
}

/// Inputs whose sums over the lanes are taken together.
const ROWS: usize = 4;

/// `dx = Wᵀ·dy` with inputs in the SIMD lanes, for want of outputs to fill them.
#[inline(always)]
fn input_by_input<T: Scalar, const FMA: bool>(weight: &[T], dy: &[T], dx: &mut [T]) {
    let outputs = dy.len();
    for (dx, rows) in dx
        .chunks_mut(LANES)
        .zip(weight.chunks((LANES * outputs).max(1)))
    {
        let mut sums = [T::ZERO; LANES];
        for (output, &dy) in dy.iter().enumerate() {
            for (input, sum) in sums.iter_mut().enumerate() {
                let w = rows.get(input * outputs + output).copied();
                *sum = multiply_add::<T, FMA>(w.unwrap_or(T::ZERO), dy, *sum);
            }
        }
        match dx.first_chunk_mut() {
            Some(dx) => *dx = sums,
            None => {
                for (dx, sum) in dx.iter_mut().zip(sums) {
                    *dx = sum;
                }
            }
        }
    }
}

/// The products of a row of weights with `dy`, in partial sums.
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

/// `dW += dy·x` for the weights of one input.
#[inline(always)]
fn add_row<T: Scalar, const FMA: bool, V: Vector<T>>(
    overwrite: bool,
    x: T,
    dy: &[T],
    dw: &mut [T],
) {
    let (dy, dy_rest) = dy.as_chunks();
    let (dw, dw_rest) = dw.as_chunks_mut();
    for (dw, dy) in dw.iter_mut().zip(dy) {
        let (x, dy) = (V::splat(x), V::load(dy));
        let sum = if overwrite {
            dy.multiply(x)
        } else {
            dy.multiply_add(x, V::load(dw))
        };
        sum.store(dw);
    }
    for (dw, &dy) in dw_rest.iter_mut().zip(dy_rest) {
        *dw = if overwrite {
            x * dy
        } else {
            multiply_add::<T, FMA>(x, dy, *dw)
        };
    }
}
