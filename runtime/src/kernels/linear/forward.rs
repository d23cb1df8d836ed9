use crate::Scalar;
use crate::element::LANES;
use crate::kernels::tile::{add_products, tiles};
use crate::simd::kernel;

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
            super::forward_sample::product::<T, FMA, WIDTH>(weight, bias, x, y);
        } else {
            let (x, y) = (x.as_chunks().0, y.as_chunks_mut().0);
            tiles!([TILE, 5, 3, 1] of 0..y.len() =>
                forward_tile<T, FMA, LANES>(weight, bias, x, &mut *y));
        }
    }
}

/// `N` outputs from `start` on.
#[inline(always)]
fn forward_tile<T: Scalar, const FMA: bool, const L: usize, const N: usize>(
    start: usize,
    weight: &[T],
    bias: &[T],
    x: &[[T; L]],
    y: &mut [[T; L]],
) {
    let outputs = y.len().max(1);
    let bias = bias.get(start..start + N).and_then(<[T]>::first_chunk);
    let mut sums = bias.copied().unwrap_or([T::ZERO; N]).map(|bias| [bias; L]);
    for (x, column) in x.iter().zip(weight.chunks_exact(outputs)) {
        let Some(w) = column.get(start..).and_then(<[T]>::first_chunk) else {
            return;
        };
        add_products::<T, FMA, L, N>(&mut sums, w, x);
    }
    if let Some(y) = y.get_mut(start..).and_then(<[_]>::first_chunk_mut) {
        *y = sums;
    }
}
