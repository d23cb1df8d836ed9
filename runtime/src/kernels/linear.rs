//! `y = W·x + b` and its gradients.
//!
//! Shapes: `x: [inputs][L]`, `y: [outputs][L]`, `W: [inputs][outputs]` (nalgebra's column-major order of an
//! outputs × inputs matrix), `b: [outputs]` or empty. `L` is 1 or [`LANES`].

use crate::Scalar;
use crate::element::LANES;
use crate::simd::{kernel, multiply_add};

const TILE_: usize = 6;

kernel! {
    /// `y = W·x + b` for `lanes` samples side by side.
    Forward: pub(crate) fn forward<T, FMA, TILE>(
        lanes: usize,
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        if lanes == 1 {
            forward_sample::<T, FMA>(weight, bias, x, y)
        } else {
            forward_lanes::<T, FMA>(weight, bias, x, y)
        }
    }
}

/// One sample: outputs in the lanes. A block of 32 outputs stays in registers while the inputs stream by.
#[inline(always)]
fn forward_sample<T: Scalar, const FMA: bool>(weight: &[T], bias: &[T], x: &[T], y: &mut [T]) {
    const BLOCK: usize = 32;
    let outputs = y.len();
    let (blocks, rest) = y.as_chunks_mut::<BLOCK>();
    let blocked = blocks.len() * BLOCK;
    for (block, y) in blocks.iter_mut().enumerate() {
        let start = block * BLOCK;
        let mut sum = [T::ZERO; BLOCK];
        if let Some(bias) = bias.get(start..start + BLOCK) {
            sum.copy_from_slice(bias);
        }
        for (&x, column) in x.iter().zip(weight.chunks_exact(outputs)) {
            if let Some(Some(column)) = column
                .get(start..)
                .map(|column| column.first_chunk::<BLOCK>())
            {
                for o in 0..BLOCK {
                    sum[o] = multiply_add::<T, FMA>(column[o], x, sum[o]);
                }
            }
        }
        *y = sum;
    }
    if rest.is_empty() {
        return;
    }
    match bias.get(blocked..) {
        Some(bias) if bias.len() == rest.len() => rest.copy_from_slice(bias),
        _ => rest.fill(T::ZERO),
    }
    for (&x, column) in x.iter().zip(weight.chunks_exact(outputs)) {
        for (y, &w) in rest.iter_mut().zip(column.iter().skip(blocked)) {
            *y = multiply_add::<T, FMA>(w, x, *y);
        }
    }
}

/// A lane group: samples in the lanes, tiles of [`TILE`] outputs.
#[inline(always)]
fn forward_lanes<T: Scalar, const FMA: bool>(weight: &[T], bias: &[T], x: &[T], y: &mut [T]) {
    let (x, _) = x.as_chunks::<LANES>();
    let (y, _) = y.as_chunks_mut::<LANES>();
    let outputs = y.len();
    let (tiles, rest) = y.as_chunks_mut::<TILE_>();
    let tiled = tiles.len() * TILE_;
    for (tile, y) in tiles.iter_mut().enumerate() {
        let start = tile * TILE_;
        let mut sum = [[T::ZERO; LANES]; TILE_];
        if let Some(bias) = bias.get(start..start + TILE_) {
            for o in 0..TILE_ {
                sum[o] = [bias[o]; LANES];
            }
        }
        for (x, column) in x.iter().zip(weight.chunks_exact(outputs)) {
            if let Some(Some(w)) = column
                .get(start..)
                .map(|column| column.first_chunk::<TILE_>())
            {
                for o in 0..TILE_ {
                    for l in 0..LANES {
                        sum[o][l] = multiply_add::<T, FMA>(w[o], x[l], sum[o][l]);
                    }
                }
            }
        }
        *y = sum;
    }
    for (o, y) in rest.iter_mut().enumerate() {
        let o = tiled + o;
        let mut sum = [bias.get(o).copied().unwrap_or(T::ZERO); LANES];
        for (x, column) in x.iter().zip(weight.chunks_exact(outputs)) {
            if let Some(&w) = column.get(o) {
                for l in 0..LANES {
                    sum[l] = multiply_add::<T, FMA>(w, x[l], sum[l]);
                }
            }
        }
        *y = sum;
    }
}

kernel! {
    /// `dx = Wᵀ·dy` for `lanes` samples side by side.
    BackwardInput: pub(crate) fn backward_input<T, FMA, TILE>(
        lanes: usize,
        weight: &[T],
        dy: &[T],
        dx: &mut [T],
    ) {
        let outputs = dy.len() / lanes.max(1);
        if outputs == 0 {
            return;
        }
        if lanes == 1 {
            for (dx, column) in dx.iter_mut().zip(weight.chunks_exact(outputs)) {
                *dx = dot::<T, FMA>(column, dy);
            }
            return;
        }
        let (dy, _) = dy.as_chunks::<LANES>();
        let (dx, _) = dx.as_chunks_mut::<LANES>();
        for (dx, columns) in dx.chunks_mut(TILE_).zip(weight.chunks(TILE_ * outputs)) {
            let mut sum = [[T::ZERO; LANES]; TILE_];
            if let ([a, b, c, d, e, f], Some((ca, rest))) = (&mut *dx, columns.split_at_checked(outputs)) {
                let mut rest = rest.chunks_exact(outputs);
                let columns: [&[T]; TILE_] = [ca, rest.next().unwrap_or(ca), rest.next().unwrap_or(ca), rest.next().unwrap_or(ca), rest.next().unwrap_or(ca), rest.next().unwrap_or(ca)];
                for (o, dy) in dy.iter().enumerate() {
                    for i in 0..TILE_ {
                        let w = columns[i].get(o).copied().unwrap_or(T::ZERO);
                        for l in 0..LANES {
                            sum[i][l] = multiply_add::<T, FMA>(w, dy[l], sum[i][l]);
                        }
                    }
                }
                (*a, *b, *c, *d, *e, *f) = (sum[0], sum[1], sum[2], sum[3], sum[4], sum[5]);
            } else {
                for (dx, column) in dx.iter_mut().zip(columns.chunks_exact(outputs)) {
                    let mut sum = [T::ZERO; LANES];
                    for (dy, &w) in dy.iter().zip(column) {
                        for l in 0..LANES {
                            sum[l] = multiply_add::<T, FMA>(w, dy[l], sum[l]);
                        }
                    }
                    *dx = sum;
                }
            }
        }
    }
}

/// `Σ a·b` in [`LANES`] partial sums and a fixed tree.
#[inline(always)]
fn dot<T: Scalar, const FMA: bool>(a: &[T], b: &[T]) -> T {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [T::ZERO; LANES];
    for (a, b) in a.iter().zip(b) {
        for l in 0..LANES {
            sums[l] = multiply_add::<T, FMA>(a[l], b[l], sums[l]);
        }
    }
    for ((sum, &a), &b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        *sum = multiply_add::<T, FMA>(a, b, *sum);
    }
    crate::Element::sum(crate::Lanes(sums))
}

kernel! {
    /// `dW += dy·xᵀ`, `db += dy`, summed over `lanes` samples side by side.
    BackwardWeight: pub(crate) fn backward_weight<T, FMA, TILE>(
        lanes: usize,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        let outputs = dy.len() / lanes.max(1);
        if outputs == 0 {
            return;
        }
        if lanes == 1 {
            for (db, &dy) in d_bias.iter_mut().zip(dy) {
                *db += dy;
            }
            for (column, &x) in d_weight.chunks_exact_mut(outputs).zip(x) {
                for (dw, &dy) in column.iter_mut().zip(dy) {
                    *dw = multiply_add::<T, FMA>(x, dy, *dw);
                }
            }
            return;
        }
        let (x, _) = x.as_chunks::<LANES>();
        let (dy, _) = dy.as_chunks::<LANES>();
        for (db, dy) in d_bias.iter_mut().zip(dy) {
            *db += crate::Element::sum(crate::Lanes(*dy));
        }
        // Sixteen outputs at a time are transposed, so that outputs lie in the lanes and samples are broadcast.
        for (block, dy) in dy.chunks(LANES).enumerate() {
            let start = block * LANES;
            let mut transposed = [[T::ZERO; LANES]; LANES];
            for (o, dy) in dy.iter().enumerate().take(LANES) {
                for l in 0..LANES {
                    transposed[l][o] = dy[l];
                }
            }
            for (column, x) in d_weight.chunks_exact_mut(outputs).zip(x) {
                let mut sum = [T::ZERO; LANES];
                for l in 0..LANES {
                    for o in 0..LANES {
                        sum[o] = multiply_add::<T, FMA>(x[l], transposed[l][o], sum[o]);
                    }
                }
                for (dw, sum) in column.iter_mut().skip(start).zip(sum) {
                    *dw += sum;
                }
            }
        }
    }
}
