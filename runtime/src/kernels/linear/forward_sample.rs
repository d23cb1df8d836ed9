//! One sample: outputs in the SIMD lanes, sums in registers while the inputs stream by.

use crate::Scalar;
use crate::simd::multiply_add;

/// Up to this many outputs, each tile goes through all inputs at once.
const NARROW: usize = 256;
/// With more outputs, inputs that each tile goes through before the next: so the weights, which may lie in slow
/// memory, are read nearly front to back.
const ROWS: usize = 8;

/// `y = W·x + b` for one sample, with registers of `WIDTH` bytes.
#[inline(always)]
pub(crate) fn product<T: Scalar, const FMA: bool, const WIDTH: usize>(
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let outputs = y.len();
    if outputs <= NARROW {
        add_rows::<T, FMA, WIDTH>(Some(bias), weight, x, y);
    } else {
        let mut before = Some(bias);
        for (weight, x) in weight.chunks(ROWS * outputs).zip(x.chunks(ROWS)) {
            add_rows::<T, FMA, WIDTH>(before.take(), weight, x, y);
        }
    }
}

/// Independent sums over the inputs for a tile of `outputs`, so that eight registers are in use; 0 where the tile
/// needs more.
const fn chains<T>(outputs: usize, width: usize) -> usize {
    let chains = 8 * width / size_of::<T>() / outputs;
    if chains > 8 { 8 } else { chains }
}

/// `y = W·x + b`, or `y += W·x` without bias, tile by tile: the first size of which more than half is left, among those
/// that fit the registers. An empty bias is one of zeros.
#[inline(always)]
fn add_rows<T: Scalar, const FMA: bool, const WIDTH: usize>(
    bias: Option<&[T]>,
    weight: &[T],
    x: &[T],
    y: &mut [T],
) {
    let mut start = 0;
    while start < y.len() {
        let rest = y.len() - start;
        start += if const { chains::<T>(128, WIDTH) > 0 } && rest > 64 {
            add_tile::<T, FMA, WIDTH, 128>(start, bias, weight, x, y)
        } else if const { chains::<T>(64, WIDTH) > 0 } && rest > 48 {
            add_tile::<T, FMA, WIDTH, 64>(start, bias, weight, x, y)
        } else if const { chains::<T>(48, WIDTH) > 0 } && rest > 32 {
            add_tile::<T, FMA, WIDTH, 48>(start, bias, weight, x, y)
        } else if const { chains::<T>(32, WIDTH) > 0 } && rest > 16 {
            add_tile::<T, FMA, WIDTH, 32>(start, bias, weight, x, y)
        } else if rest > 8 {
            add_tile::<T, FMA, WIDTH, 16>(start, bias, weight, x, y)
        } else if rest > 4 {
            add_tile::<T, FMA, WIDTH, 8>(start, bias, weight, x, y)
        } else {
            add_tile::<T, FMA, WIDTH, 4>(start, bias, weight, x, y)
        };
    }
}

/// The `N` outputs from `start` on, with as many independent sums over the inputs as hide the latency of the
/// multiply-add. Returns `N`.
#[inline(always)]
fn add_tile<T: Scalar, const FMA: bool, const WIDTH: usize, const N: usize>(
    start: usize,
    bias: Option<&[T]>,
    weight: &[T],
    x: &[T],
    y: &mut [T],
) -> usize {
    if const { chains::<T>(N, WIDTH) >= 8 } {
        add_chains::<T, FMA, N, 8>(start, bias, weight, x, y);
    } else if const { chains::<T>(N, WIDTH) >= 4 } {
        add_chains::<T, FMA, N, 4>(start, bias, weight, x, y);
    } else if const { chains::<T>(N, WIDTH) >= 2 } {
        add_chains::<T, FMA, N, 2>(start, bias, weight, x, y);
    } else {
        add_chains::<T, FMA, N, 1>(start, bias, weight, x, y);
    }
    N
}

/// The `N` outputs from `start` on, with `U` independent sums over the inputs.
///
/// Where fewer than `N` outputs are left, the sums behind them add weights of the next input, and are dropped.
#[inline(always)]
fn add_chains<T: Scalar, const FMA: bool, const N: usize, const U: usize>(
    start: usize,
    bias: Option<&[T]>,
    weight: &[T],
    x: &[T],
    y: &mut [T],
) {
    let outputs = y.len();
    let zeros = [T::ZERO; N];
    let mut sums = [zeros; U];
    let before = bias.unwrap_or(y).get(start..).unwrap_or_default();
    match before.first_chunk() {
        Some(before) => sums[0] = *before,
        None => {
            for (sum, &before) in sums[0].iter_mut().zip(before) {
                *sum = before;
            }
        }
    }
    let mut at = start;
    let (groups, rest) = x.as_chunks::<U>();
    let mut done = 0;
    'groups: for x in groups {
        let mut rows = [&zeros; U];
        for u in 0..U {
            let row = weight.get(at + u * outputs..).and_then(<[T]>::first_chunk);
            let Some(row) = row else { break 'groups };
            rows[u] = row;
        }
        // Written out: a loop over so many sums is not unrolled, and they would lie in memory.
        macro_rules! add {
            ($($u:literal)*) => {$(
                if $u < U {
                    add_row::<T, FMA, N>(&mut sums[$u], rows[$u], x[$u]);
                }
            )*};
        }
        add!(0 1 2 3 4 5 6 7);
        at += U * outputs;
        done += 1;
    }
    // What does not fill a group, and the last weights, behind which none may be read.
    let rest = groups
        .get(done..)
        .unwrap_or_default()
        .as_flattened()
        .iter()
        .chain(rest);
    for &x in rest {
        let row = weight.get(at..).unwrap_or_default();
        let mut padded = [T::ZERO; N];
        let row = match row.first_chunk() {
            Some(row) => row,
            None => {
                for (padded, &w) in padded.iter_mut().zip(row) {
                    *padded = w;
                }
                &padded
            }
        };
        add_row::<T, FMA, N>(&mut sums[0], row, x);
        at += outputs;
    }
    let mut total = sums[0];
    macro_rules! total {
        ($($u:literal)*) => {$(
            if $u < U {
                for o in 0..N {
                    total[o] += sums[$u][o];
                }
            }
        )*};
    }
    total!(1 2 3 4 5 6 7);
    let y = y.get_mut(start..).unwrap_or_default();
    if let Some(y) = y.first_chunk_mut::<N>() {
        *y = total;
    } else {
        for (y, total) in y.iter_mut().zip(total) {
            *y = total;
        }
    }
}

/// `sums += row·x`
#[inline(always)]
fn add_row<T: Scalar, const FMA: bool, const N: usize>(sums: &mut [T; N], row: &[T; N], x: T) {
    for o in 0..N {
        sums[o] = multiply_add::<T, FMA>(row[o], x, sums[o]);
    }
}
