use crate::Scalar;
use crate::kernels::tile::{ONE, add_products, tiles};
use crate::simd::kernel;

kernel! {
    /// `y = W·x + b` for one sample.
    Forward: pub(crate) fn forward<T, FMA, TILE>(
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        // Outputs in the SIMD lanes: they stay in registers while the inputs stream by.
        let (x, y) = (x.as_chunks().0, y.as_chunks_mut().0);
        tiles!([32, 16, 8, 4, 2, 1] of 0..y.len() =>
            forward_tile<T, FMA, ONE>(weight, bias, x, &mut *y));
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
