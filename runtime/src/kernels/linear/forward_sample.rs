//! One sample: outputs in the SIMD lanes, sums in registers while the inputs stream by.

use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Vector, multiply_add};

/// Weights of more bytes lie in the second-level cache at best.
const NEAR_BYTES: usize = 48 << 10;
/// How many bytes of what is read next are fetched ahead; of a tile, whole rows. Half of that is too few, twice as many are
/// as good.
pub(super) const AHEAD_BYTES: usize = 3 << 10;

/// Which sums are joined in small code, in pairs, and how far apart they are: in the order of the code that is written out.
const PAIRS: [(usize, usize); 7] = [(0, 4), (1, 4), (2, 4), (3, 4), (0, 2), (1, 2), (0, 1)];

/// `y = W·x + b` for one sample, with registers of `WIDTH` bytes.
#[inline(always)]
pub(crate) fn product<T: Scalar, V: Vector<T>, const FMA: bool, const WIDTH: usize>(
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    if let [y] = y {
        *y = bias.first().copied().unwrap_or(T::ZERO) + dot::<T, FMA>(weight, x);
    } else {
        add_rows::<T, V, FMA, WIDTH>(bias, weight, x, y);
    }
}

/// `Σ wᵢ·xᵢ`: with a single output the inputs are in the SIMD lanes.
#[inline(always)]
fn dot<T: Scalar, const FMA: bool>(weight: &[T], x: &[T]) -> T {
    let mut sums = [[T::ZERO; LANES]; 2];
    let (vectors, w_rest) = weight.as_chunks::<LANES>();
    let (x_vectors, x_rest) = x.as_chunks::<LANES>();
    for (w, x) in vectors.chunks(2).zip(x_vectors.chunks(2)) {
        for (sums, (w, x)) in sums.iter_mut().zip(w.iter().zip(x)) {
            for lane in 0..LANES {
                sums[lane] = multiply_add::<T, FMA>(w[lane], x[lane], sums[lane]);
            }
        }
    }
    let mut few = [T::ZERO; 4];
    let (fours, w_rest) = w_rest.as_chunks::<4>();
    let (x_fours, x_rest) = x_rest.as_chunks::<4>();
    for (w, x) in fours.iter().zip(x_fours) {
        for lane in 0..4 {
            few[lane] = multiply_add::<T, FMA>(w[lane], x[lane], few[lane]);
        }
    }
    for (sum, (&w, &x)) in few.iter_mut().zip(w_rest.iter().zip(x_rest)) {
        *sum = multiply_add::<T, FMA>(w, x, *sum);
    }
    for lane in 0..4 {
        sums[1][lane] += few[lane];
    }
    for lane in 0..LANES {
        sums[0][lane] += sums[1][lane];
    }
    Lanes(sums[0]).sum()
}

/// Independent sums over the inputs for a tile of `outputs`: as many as hide the latency of the multiply-add in eight
/// registers, or with AVX-512, which has twice as many registers, in sixteen; 0 where even one needs more.
const fn chains<T>(outputs: usize, width: usize) -> usize {
    let registers = outputs * size_of::<T>() / width;
    match (width, registers) {
        (64, 8..=16) => 1,
        (64, _) => 16 / registers,
        _ => 8 / registers,
    }
}

/// `y = W·x + b`: widest tiles, and one of each narrower size of which more than half is left. An empty bias is one of
/// zeros.
///
/// No loop goes over the sizes of tiles: compiled for constant sizes, what is left of this are the calls.
#[inline(always)]
fn add_rows<T: Scalar, V: Vector<T>, const FMA: bool, const WIDTH: usize>(
    bias: &[T],
    weight: &[T],
    x: &[T],
    y: &mut [T],
) {
    let mut start = 0;
    macro_rules! tiles {
        ($n:literal where more than $least:literal are left, behind tiles of $wider:literal) => {
            if const { chains::<T>($n, WIDTH) > 0 } {
                while y.len() - start > $least {
                    add_vectors::<T, V, WIDTH, $n, { $n / LANES }>(start, bias, weight, x, y);
                    start += $n;
                    if start >= y.len() {
                        return;
                    }
                    if const { chains::<T>($wider, WIDTH) > 0 } {
                        break;
                    }
                }
            }
        };
    }
    tiles!(256 where more than 224 are left, behind tiles of 512);
    tiles!(128 where more than 96 are left, behind tiles of 256);
    tiles!(64 where more than 48 are left, behind tiles of 128);
    tiles!(48 where more than 32 are left, behind tiles of 64);
    tiles!(32 where more than 16 are left, behind tiles of 48);
    tiles!(16 where more than 8 are left, behind tiles of 32);
    if y.len() - start > 4 {
        add_chains::<T, FMA, 8, 8>(start, bias, weight, x, y);
    } else {
        add_chains::<T, FMA, 4, 8>(start, bias, weight, x, y);
    }
}

/// The `N` outputs from `start` on, `M` vectors, with as many independent sums over the inputs as hide the latency of
/// the multiply-add.
#[inline(always)]
fn add_vectors<T: Scalar, V: Vector<T>, const WIDTH: usize, const N: usize, const M: usize>(
    start: usize,
    bias: &[T],
    weight: &[T],
    x: &[T],
    y: &mut [T],
) {
    if const { chains::<T>(N, WIDTH) >= 8 } {
        add_vector_chains::<T, V, WIDTH, N, M, 8>(start, bias, weight, x, y);
    } else if const { chains::<T>(N, WIDTH) >= 4 } {
        add_vector_chains::<T, V, WIDTH, N, M, 4>(start, bias, weight, x, y);
    } else if const { chains::<T>(N, WIDTH) >= 2 } {
        add_vector_chains::<T, V, WIDTH, N, M, 2>(start, bias, weight, x, y);
    } else {
        add_vector_chains::<T, V, WIDTH, N, M, 1>(start, bias, weight, x, y);
    }
}

/// The `N` outputs from `start` on, with `U` independent sums over the inputs.
///
/// Where fewer than `N` outputs are left, the sums behind them add weights of the next input, and are dropped.
#[inline(always)]
fn add_vector_chains<
    T: Scalar,
    V: Vector<T>,
    const WIDTH: usize,
    const N: usize,
    const M: usize,
    const U: usize,
>(
    start: usize,
    bias: &[T],
    weight: &[T],
    x: &[T],
    y: &mut [T],
) {
    let outputs = y.len();
    let mut sums = [[V::zero(); M]; U];
    let before = bias.get(start..).unwrap_or_default();
    for m in 0..M {
        sums[0][m] = V::load_partial(before.get(m * LANES..).unwrap_or_default());
    }
    // More than half of the tile are outputs, so only the last row ends before the tile does.
    let whole = x.len().saturating_sub(usize::from(start + N > outputs));
    let (x, last) = x.split_at_checked(whole).unwrap_or_default();
    let (groups, rest) = x.as_chunks::<U>();
    let mut at = start;
    if cfg!(small_code) {
        // The same sums, without lines of their own for each.
        for (i, &x) in x.iter().enumerate() {
            let u = if i < groups.len() * U { i % U } else { 0 };
            if let Some(sums) = sums.get_mut(u) {
                add_vector_row(sums, weight.get(at..).unwrap_or_default(), x);
            }
            at += outputs;
        }
    } else if WIDTH == 64 && U == 1 && size_of_val(weight) > NEAR_BYTES {
        // Vectors this wide go through a row faster than the processor fetches the next one by itself.
        let rows = AHEAD_BYTES.div_ceil(N.min(outputs).max(1) * size_of::<T>());
        for &x in x {
            let row = weight.get(at..).unwrap_or_default();
            add_fetching_row(&mut sums[0], row, x, rows * outputs);
            at += outputs;
        }
    } else {
        for x in groups {
            // Written out: a loop over so many sums is not unrolled, and they would lie in memory.
            macro_rules! add {
                ($($u:literal)*) => {$(
                    if const { $u < U } {
                        let row = weight.get(at + $u * outputs..).unwrap_or_default();
                        add_vector_row(&mut sums[$u], row, x[$u]);
                    }
                )*};
            }
            add!(0 1 2 3 4 5 6 7);
            at += U * outputs;
        }
        for &x in rest {
            add_vector_row(&mut sums[0], weight.get(at..).unwrap_or_default(), x);
            at += outputs;
        }
    }
    if let [x] = last {
        let x = V::splat(*x);
        for m in 0..M {
            let row = V::load_partial(weight.get(at + m * LANES..).unwrap_or_default());
            sums[0][m] = row.multiply_add(x, sums[0][m]);
        }
    }
    // In pairs: a chain of eight additions would be waited for.
    macro_rules! join {
        ($distance:literal: $($u:literal)*) => {$(
            if const { $u + $distance < U } {
                for m in 0..M {
                    sums[$u][m] = sums[$u][m].add(sums[$u + $distance][m]);
                }
            }
        )*};
    }
    if !groups.is_empty() {
        join!(4: 0 1 2 3);
        join!(2: 0 1);
        join!(1: 0);
    }
    for m in 0..M {
        sums[0][m].store_partial(y.get_mut(start + m * LANES..).unwrap_or_default());
    }
}

/// `sums += row·x`, where the row is long enough.
#[inline(always)]
fn add_vector_row<T: Scalar, V: Vector<T>, const M: usize>(sums: &mut [V; M], row: &[T], x: T) {
    if let Some(row) = row.as_chunks::<LANES>().0.get(..M) {
        let x = V::splat(x);
        for m in 0..M {
            sums[m] = V::load(&row[m]).multiply_add(x, sums[m]);
        }
    }
}

/// The same, and has what lies `ahead` of each vector of the row brought to the first-level cache.
#[inline(always)]
fn add_fetching_row<T: Scalar, V: Vector<T>, const M: usize>(
    sums: &mut [V; M],
    row: &[T],
    x: T,
    ahead: usize,
) {
    if let Some(row) = row.as_chunks::<LANES>().0.get(..M) {
        let x = V::splat(x);
        for m in 0..M {
            V::fetch_vector(row[m].as_ptr().wrapping_add(ahead));
            sums[m] = V::load(&row[m]).multiply_add(x, sums[m]);
        }
    }
}

/// The `N` outputs from `start` on, with `U` independent sums over the inputs.
///
/// Where fewer than `N` outputs are left, the sums behind them add weights of the next input, and are dropped.
#[inline(always)]
fn add_chains<T: Scalar, const FMA: bool, const N: usize, const U: usize>(
    start: usize,
    bias: &[T],
    weight: &[T],
    x: &[T],
    y: &mut [T],
) {
    let outputs = y.len();
    let zeros = [T::ZERO; N];
    let mut sums = [zeros; U];
    let before = bias.get(start..).unwrap_or_default();
    match before.first_chunk().filter(|_| cfg!(not(small_code))) {
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
    if cfg!(small_code) {
        // The same sums, without lines of their own for each.
        let readable = |group: &usize| start + (group * U + U - 1) * outputs + N <= weight.len();
        let together = (0..groups.len()).take_while(readable).count();
        for (i, &x) in x.iter().enumerate() {
            let u = if i < together * U { i % U } else { 0 };
            let row = weight.get(at..).unwrap_or_default();
            if let Some(sums) = sums.get_mut(u) {
                add_row::<T, FMA, N>(sums, &padded(row), x);
            }
            at += outputs;
        }
        done = together;
    } else {
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
                    if const { $u < U } {
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
            add_row::<T, FMA, N>(&mut sums[0], &padded(row), x);
            at += outputs;
        }
    }
    // In pairs: a chain of eight additions would be waited for.
    macro_rules! join {
        ($distance:literal: $($u:literal)*) => {$(
            if const { $u + $distance < U } {
                for o in 0..N {
                    sums[$u][o] += sums[$u + $distance][o];
                }
            }
        )*};
    }
    if cfg!(small_code) && done > 0 {
        for &(u, distance) in &PAIRS {
            let other = sums.get(u + distance).copied();
            if let (Some(sums), Some(other)) = (sums.get_mut(u), other) {
                for o in 0..N {
                    sums[o] += other[o];
                }
            }
        }
    } else if done > 0 {
        join!(4: 0 1 2 3);
        join!(2: 0 1);
        join!(1: 0);
    }
    let total = sums[0];
    let y = y.get_mut(start..).unwrap_or_default();
    if cfg!(not(small_code))
        && let Some(y) = y.first_chunk_mut::<N>()
    {
        *y = total;
    } else {
        for (y, total) in y.iter_mut().zip(total) {
            *y = total;
        }
    }
}

/// The first values, with zeros behind them where there are fewer.
#[inline(always)]
fn padded<T: Scalar, const N: usize>(values: &[T]) -> [T; N] {
    match values.first_chunk().filter(|_| cfg!(not(small_code))) {
        Some(values) => *values,
        None => {
            let mut padded = [T::ZERO; N];
            for (padded, &value) in padded.iter_mut().zip(values) {
                *padded = value;
            }
            padded
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
