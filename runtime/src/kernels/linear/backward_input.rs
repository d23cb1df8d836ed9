use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::kernels::tile::{add_rows, tiles};
use crate::simd::{kernel, multiply_add};

kernel! {
    /// `dx = Wᵀ·dy` for `lanes` samples side by side.
    BackwardInput: pub(crate) fn backward_input<T, FMA, TILE>(
        lanes: usize,
        weight: &[T],
        dy: &[T],
        dx: &mut [T],
    ) {
        if lanes == 1 {
            let columns = weight.chunks_exact(dy.len().max(1));
            for (dx, column) in dx.iter_mut().zip(columns) {
                *dx = dot::<T, FMA>(column, dy);
            }
        } else {
            let (dy, dx) = (dy.as_chunks().0, dx.as_chunks_mut().0);
            tiles!([TILE, 5, 3, 1] of 0..dx.len() =>
                backward_input_tile<T, FMA>(weight, dy, &mut *dx));
        }
    }
}

/// `N` inputs from `start` on.
#[inline(always)]
fn backward_input_tile<T: Scalar, const FMA: bool, const N: usize>(
    start: usize,
    weight: &[T],
    dy: &[[T; LANES]],
    dx: &mut [[T; LANES]],
) {
    let outputs = dy.len();
    let mut sums = [[T::ZERO; LANES]; N];
    let column = |i| (start + i) * outputs;
    add_rows::<T, FMA, LANES, N>(&mut sums, outputs, column, weight, dy, 1);
    if let Some(dx) = dx.get_mut(start..).and_then(<[_]>::first_chunk_mut) {
        *dx = sums;
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
    Lanes(sums).sum()
}
