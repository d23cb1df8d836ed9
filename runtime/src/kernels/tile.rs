//! Register tiles: the few vectors of sums that stay in registers while a kernel's inner loop runs.

use crate::Scalar;
use crate::element::{Element, Lanes};
use crate::simd::multiply_add;

/// One lane, or one position at a time.
pub(super) const ONE: usize = 1;

/// `sums[o] += w[o]·x` for `N` outputs and `L` lanes. Of `w` and `x` one is broadcast and the other a vector, whichever
/// of `N` and `L` is a vector's length.
#[inline(always)]
pub(super) fn add_products<T: Scalar, const FMA: bool, const L: usize, const N: usize>(
    sums: &mut [[T; L]; N],
    w: &[T; N],
    x: &[T; L],
) {
    for o in 0..N {
        for l in 0..L {
            sums[o][l] = multiply_add::<T, FMA>(w[o], x[l], sums[o][l]);
        }
    }
}

/// `sums[p][i] += Σ_k rows[i][k]·vectors[p][k]` over the `count` entries of every row; the entries of `vectors[p]` are
/// as far apart as the number beside them says.
///
/// Every bound of a row is settled before the first product: checks among the products would make the compiler keep
/// `sums` in memory.
#[inline(always)]
pub(super) fn add_rows<
    T: Scalar,
    const FMA: bool,
    const L: usize,
    const P: usize,
    const N: usize,
>(
    sums: &mut [[[T; L]; N]; P],
    count: usize,
    row: impl Fn(usize) -> usize,
    matrix: &[T],
    vectors: [(&[[T; L]], usize); P],
) {
    let mut rows: [&[T]; N] = [&[]; N];
    for i in 0..N {
        let start = row(i);
        match matrix.get(start..start + count) {
            Some(row) => rows[i] = row,
            None => return,
        }
    }
    let zero = [T::ZERO; L];
    for k in 0..count {
        let mut w = [T::ZERO; N];
        for i in 0..N {
            w[i] = rows[i][k];
        }
        for p in 0..P {
            let (vectors, step) = vectors[p];
            let vector = vectors.get(k * step).unwrap_or(&zero);
            add_products::<T, FMA, L, N>(&mut sums[p], &w, vector);
        }
    }
}

/// The sum over the lanes.
#[inline(always)]
pub(super) fn sum<T: Scalar, const L: usize>(lanes: &[T; L]) -> T {
    match lanes.first_chunk() {
        Some(lanes) => Lanes(*lanes).sum(),
        None => lanes.iter().copied().sum(),
    }
}

/// Cuts a range into tiles and calls `function` for each with the size of the tile as last `const` argument and its
/// start as first argument: `tiles!([6, 5, 3, 1] of range => function<T, L>(x, y))`. Sizes descend to 1; those larger
/// than the first are skipped. A size is taken where it fits twice or exactly, so that 16 is cut into 6 + 5 + 5 and
/// not into 6 + 6 + 3 + 1.
///
/// Where `L` is a vector the sizes are no powers of two: else the compiler sometimes takes `N` for the vector.
macro_rules! tiles {
    ([$largest:expr $(, $size:literal)*] of $range:expr => $function:ident<$($generic:tt),*> $arguments:tt) => {{
        let range = $range;
        let mut start = range.start;
        while start < range.end {
            let rest = range.end - start;
            crate::kernels::tile::tiles!(@step start rest [$largest] [$($size)*] $function [$($generic),*] $arguments);
        }
    }};
    (@step $start:ident $rest:ident [$largest:expr] [$($size:literal)*] $function:ident $generics:tt $arguments:tt) => {
        if $rest == $largest || $rest >= 2 * $largest {
            crate::kernels::tile::tiles!(@call $start { $largest } $function $generics $arguments);
        } $(else if $size < $largest && ($size == 1 || $rest == $size || $rest >= 2 * $size) {
            crate::kernels::tile::tiles!(@call $start $size $function $generics $arguments);
        })* else {
            // The sizes end with 1.
            break;
        }
    };
    (@call $start:ident $size:tt $function:ident [$($generic:tt),*] ($($argument:expr),* $(,)?)) => {
        $function::<$($generic,)* $size>($start, $($argument),*);
        $start += $size;
    };
}
pub(super) use tiles;
