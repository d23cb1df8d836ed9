//! One sample through weights of 16 bits, which are widened in registers: they take half the time to arrive.

use crate::LANES;
use crate::half::{Bf16, F16, Half};
use crate::simd::{Isa, Vector, kernel};

/// Up to this many outputs, each tile goes through all inputs at once.
const NARROW: usize = 256;
/// The same with vectors of 64 bytes, which go through a row faster than the processor fetches the next one by itself.
const NARROW_FETCHED: usize = 1024;
/// Outputs that are loaded together.
const PAIR: usize = 2 * LANES;
/// With more outputs, inputs whose weights are read beside each other, so that memory is read nearly front to back, but for
/// the outputs that do not fill a pair. Vectors of 64 bytes go through two rows, with fetching, in 0.5 to 0.85 of the time.
const ROWS: usize = 8;
/// How far ahead in memory is fetched with such vectors, rounded up to whole rows: what is read now, some inputs later.
const AHEAD_BYTES: usize = 6 << 10;
/// Two rows of more bytes are too much to fetch ahead, and it is not rounded up to them.
const FETCHED_WHOLE: usize = 16 << 10;

kernel! {
    only f32 ForwardBf16: pub(crate) fn forward_bf16<T, FMA, TILE>(weight: &[Bf16], x: &[f32], y: &mut [f32]) {
        product::<V, Bf16, TILE>(weight, x, y);
    }
}

kernel! {
    only f32 ForwardF16: pub(crate) fn forward_f16<T, FMA, TILE>(weight: &[F16], x: &[f32], y: &mut [f32]) {
        product::<V, F16, TILE>(weight, x, y);
    }
}

/// How the kernel takes such numbers from memory.
pub(crate) trait InRegisters: Half {
    /// Thirty-two values in two vectors, in whatever order is quickest to load.
    fn load<V: Vector<f32>>(from: &[[Self; LANES]; 2]) -> [V; 2];
    /// Two vectors in that order.
    fn to_order<V: Vector<f32>>(vectors: [V; 2]) -> [V; 2];
    /// And back.
    fn from_order<V: Vector<f32>>(vectors: [V; 2]) -> [V; 2];
}

impl InRegisters for Bf16 {
    /// Those of even number and those of odd number: a shift and a mask instead of moves across the register.
    #[inline(always)]
    fn load<V: Vector<f32>>(from: &[[Self; LANES]; 2]) -> [V; 2] {
        V::load_bf16(bytemuck::must_cast_ref(from))
    }
    #[inline(always)]
    fn to_order<V: Vector<f32>>([first, last]: [V; 2]) -> [V; 2] {
        first.even_and_odd(last)
    }
    #[inline(always)]
    fn from_order<V: Vector<f32>>([even, odd]: [V; 2]) -> [V; 2] {
        even.interleave(odd)
    }
}

impl InRegisters for F16 {
    #[inline(always)]
    fn load<V: Vector<f32>>(from: &[[Self; LANES]; 2]) -> [V; 2] {
        let [first, last] = from;
        [first, last].map(|from| V::load_f16(bytemuck::must_cast_ref(from)))
    }
    #[inline(always)]
    fn to_order<V: Vector<f32>>(vectors: [V; 2]) -> [V; 2] {
        vectors
    }
    #[inline(always)]
    fn from_order<V: Vector<f32>>(vectors: [V; 2]) -> [V; 2] {
        vectors
    }
}

/// `y = W·x + b`; an empty bias is one of zeros.
#[inline(always)]
pub(crate) fn forward_half<H: Half>(isa: Isa, weight: &[H], bias: &[H], x: &[f32], y: &mut [f32]) {
    y.fill(0.0);
    for (y, bias) in y.iter_mut().zip(bias) {
        *y = bias.to_f32();
    }
    H::multiply(isa, weight, x, y);
}

/// `y += W·x`
#[inline(always)]
fn product<V: Vector<f32>, H: InRegisters, const TILE: usize>(
    weight: &[H],
    x: &[f32],
    y: &mut [f32],
) {
    let outputs = y.len();
    let narrow = if const { TILE >= 12 } {
        NARROW_FETCHED
    } else {
        NARROW
    };
    if outputs <= narrow {
        return add_tiles::<V, H, TILE>(0, weight, x, y);
    }
    let pairs = y.as_chunks_mut().0.as_chunks_mut().0;
    let whole = pairs.len();
    change::<V>(pairs, H::to_order);
    let rows = if const { TILE >= 12 } { 2 } else { ROWS };
    let ahead = match rows * outputs * size_of::<H>() {
        size @ 1..=FETCHED_WHOLE => AHEAD_BYTES.next_multiple_of(size),
        _ => AHEAD_BYTES,
    };
    let mut groups = weight.chunks_exact(rows * outputs);
    let mut inputs = x.chunks_exact(rows);
    for (weight, x) in (&mut groups).zip(&mut inputs) {
        if const { TILE >= 12 } {
            add_two::<V, H>(weight, x, outputs, ahead, pairs);
        } else {
            add_wide::<V, H, ROWS>(weight, x, outputs, pairs);
        }
    }
    let rest = groups.remainder().chunks_exact(outputs.max(1));
    for (weight, x) in rest.zip(inputs.remainder().chunks(1)) {
        add_wide::<V, H, 1>(weight, x, outputs, pairs);
    }
    change::<V>(pairs, H::from_order);
    add_tiles::<V, H, TILE>(whole * PAIR, weight, x, y);
}

/// Brings every pair into another order.
#[inline(always)]
fn change<V: Vector<f32>>(pairs: &mut [[[f32; LANES]; 2]], order: impl Fn([V; 2]) -> [V; 2]) {
    for [first, last] in pairs {
        let ordered = order([V::load(first), V::load(last)]);
        ordered[0].store(first);
        ordered[1].store(last);
    }
}

/// `y += W·x` for `N` inputs, pair by pair of vectors of outputs; without the outputs that do not fill a pair.
#[inline(always)]
fn add_wide<V: Vector<f32>, H: InRegisters, const N: usize>(
    weight: &[H],
    x: &[f32],
    outputs: usize,
    y: &mut [[[f32; LANES]; 2]],
) {
    let mut rows = [&[][..]; N];
    let mut factors = [V::zero(); N];
    for n in 0..N {
        let row = weight.get(n * outputs..).unwrap_or_default();
        let row = row.as_chunks::<LANES>().0.as_chunks::<2>().0;
        let (Some(row), Some(&x)) = (row.get(..y.len()), x.get(n)) else {
            return;
        };
        (rows[n], factors[n]) = (row, V::splat(x));
    }
    for (index, [first, last]) in y.iter_mut().enumerate() {
        let mut sums = [V::load(first), V::load(last)];
        for n in 0..N {
            if let Some(row) = rows[n].get(index) {
                let [a, b] = H::load::<V>(row);
                sums = [
                    a.multiply_add(factors[n], sums[0]),
                    b.multiply_add(factors[n], sums[1]),
                ];
            }
        }
        sums[0].store(first);
        sums[1].store(last);
    }
}

/// The same for two inputs, whose weights are fetched `ahead`, in bytes.
#[inline(always)]
fn add_two<V: Vector<f32>, H: InRegisters>(
    weight: &[H],
    x: &[f32],
    outputs: usize,
    ahead: usize,
    y: &mut [[[f32; LANES]; 2]],
) {
    let (Some((first, second)), &[x, z]) = (weight.split_at_checked(outputs), x) else {
        return;
    };
    let [first, second] = [first, second].map(|row| row.as_chunks().0.as_chunks().0);
    let factors = [x, z].map(V::splat);
    for ((y, first), second) in y.iter_mut().zip(first).zip(second) {
        let mut sums = [V::load(&y[0]), V::load(&y[1])];
        for (row, factor) in [first, second].into_iter().zip(factors) {
            fetch::<V, H>(row, ahead);
            let [a, b] = H::load::<V>(row);
            sums = [
                a.multiply_add(factor, sums[0]),
                b.multiply_add(factor, sums[1]),
            ];
        }
        sums[0].store(&mut y[0]);
        sums[1].store(&mut y[1]);
    }
}

/// Has what lies so many bytes ahead of a pair of vectors brought to the first-level cache.
#[inline(always)]
fn fetch<V: Vector<f32>, H: InRegisters>(pair: &[[H; LANES]; 2], ahead: usize) {
    V::fetch::<true>(pair.as_ptr().wrapping_byte_add(ahead).cast());
}

/// The outputs from `start` on tile by tile, as many pairs of vectors at once as fit the registers.
#[inline(always)]
fn add_tiles<V: Vector<f32>, H: InRegisters, const TILE: usize>(
    mut start: usize,
    weight: &[H],
    x: &[f32],
    y: &mut [f32],
) {
    while start < y.len() {
        let rest = y.len() - start;
        start += if const { TILE >= 12 } && rest > 7 * PAIR {
            add_tile::<V, H, 8, 1>(start, weight, x, y)
        } else if const { TILE >= 8 } && rest > 3 * PAIR {
            add_tile::<V, H, 4, 1>(start, weight, x, y)
        } else if const { TILE >= 4 } && rest > PAIR {
            add_tile::<V, H, 2, 2>(start, weight, x, y)
        } else if const { TILE >= 8 } {
            add_tile::<V, H, 1, 4>(start, weight, x, y)
        } else if const { TILE >= 4 } {
            add_tile::<V, H, 1, 2>(start, weight, x, y)
        } else {
            add_tile::<V, H, 1, 1>(start, weight, x, y)
        };
    }
}

/// The outputs of `N` pairs from `start` on, with `U` independent sums over the inputs. Returns how many these are.
///
/// Where fewer are left, the sums behind them add weights of the next input, and are dropped.
#[inline(always)]
fn add_tile<V: Vector<f32>, H: InRegisters, const N: usize, const U: usize>(
    start: usize,
    weight: &[H],
    x: &[f32],
    y: &mut [f32],
) -> usize {
    let outputs = y.len();
    let ahead = AHEAD_BYTES.next_multiple_of((outputs * size_of::<H>()).max(1));
    let place = y.get_mut(start..).unwrap_or_default();
    let zeros = [[[H::zeroed(); LANES]; 2]; N];
    let mut sums = [[[V::zero(); 2]; N]; U];
    for n in 0..N {
        let first = place.get(n * PAIR..).unwrap_or_default();
        let last = place.get(n * PAIR + LANES..).unwrap_or_default();
        sums[0][n] = H::to_order([V::load_partial(first), V::load_partial(last)]);
    }
    let mut at = start;
    let (groups, rest) = x.as_chunks::<U>();
    let mut done = 0;
    'groups: for x in groups {
        let mut rows = [&zeros; U];
        for u in 0..U {
            let row = weight.get(at + u * outputs..).unwrap_or_default();
            let row = row
                .as_chunks::<LANES>()
                .0
                .as_chunks::<2>()
                .0
                .first_chunk::<N>();
            let Some(row) = row else { break 'groups };
            rows[u] = row;
        }
        // Written out: a loop over so many sums is not unrolled, and they would lie in memory.
        macro_rules! add {
            ($($u:literal)*) => {$(
                if $u < U {
                    add_row::<V, H, N>(&mut sums[$u], rows[$u], x[$u], ahead);
                }
            )*};
        }
        add!(0 1 2 3);
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
        let mut padded = zeros;
        for (padded, &w) in padded
            .as_flattened_mut()
            .as_flattened_mut()
            .iter_mut()
            .zip(row)
        {
            *padded = w;
        }
        add_row::<V, H, N>(&mut sums[0], &padded, x, ahead);
        at += outputs;
    }
    for n in 0..N {
        let mut total = sums[0][n];
        macro_rules! total {
            ($($u:literal)*) => {$(
                if $u < U {
                    total = [total[0].add(sums[$u][n][0]), total[1].add(sums[$u][n][1])];
                }
            )*};
        }
        total!(1 2 3);
        let [first, last] = H::from_order(total);
        first.store_partial(place.get_mut(n * PAIR..).unwrap_or_default());
        last.store_partial(place.get_mut(n * PAIR + LANES..).unwrap_or_default());
    }
    N * PAIR
}

/// `sums += row·x`
#[inline(always)]
fn add_row<V: Vector<f32>, H: InRegisters, const N: usize>(
    sums: &mut [[V; 2]; N],
    row: &[[[H; LANES]; 2]; N],
    x: f32,
    ahead: usize,
) {
    let x = V::splat(x);
    for n in 0..N {
        if const { N >= 4 } {
            // Only vectors of 64 bytes have such tiles.
            fetch::<V, H>(&row[n], ahead);
        }
        let [a, b] = H::load::<V>(&row[n]);
        sums[n] = [a.multiply_add(x, sums[n][0]), b.multiply_add(x, sums[n][1])];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_values::{assert_close, random};

    /// The sums by the definition, in `f64`, of the weights as they are.
    fn agrees_with_the_definition<H: Half>() {
        let sizes = [
            1, 2, 3, 5, 10, 16, 17, 31, 32, 33, 63, 64, 65, 96, 100, 128, 130, 230, 256, 257, 300,
            1024, 1060,
        ];
        for (seed, outputs) in sizes.into_iter().enumerate() {
            for inputs in [1, 2, 3, 4, 7, 8, 9, 33] {
                let [w, b, x] = random::<f32, 3>(seed as u64, [inputs * outputs, outputs, inputs]);
                let narrow =
                    |values: &[f32]| -> Vec<H> { values.iter().map(|&w| H::from_f32(w)).collect() };
                let (w, b) = (narrow(&w), narrow(&b));
                for bias in [b.as_slice(), &[]] {
                    let expected: Vec<f64> = (0..outputs)
                        .map(|o| {
                            let bias = bias.get(o).map_or(0.0, |b| f64::from(b.to_f32()));
                            let products = x.iter().enumerate();
                            bias + products
                                .map(|(i, &x)| {
                                    f64::from(w[i * outputs + o].to_f32()) * f64::from(x)
                                })
                                .sum::<f64>()
                        })
                        .collect();
                    for isa in Isa::for_tests() {
                        let mut y = vec![7.0; outputs];
                        forward_half(isa, &w, bias, &x, &mut y);
                        assert_close(&y, &expected, inputs);
                    }
                }
            }
        }
    }

    #[test]
    fn bf16_agrees_with_the_definition() {
        agrees_with_the_definition::<Bf16>();
    }

    #[test]
    fn f16_agrees_with_the_definition() {
        agrees_with_the_definition::<F16>();
    }

    /// Every one of the 65,536 values, in every lane, as the portable code widens it.
    fn widens_in_registers<H: Half>() {
        let all: Vec<H> = (0..=u16::MAX).map(H::from_bits).collect();
        for isa in Isa::for_tests() {
            for weight in all.chunks(64) {
                let mut y = [0.0; 64];
                forward_half(isa, weight, &[], &[1.0], &mut y);
                for (y, w) in y.iter().zip(weight) {
                    assert!(
                        *y == w.to_f32() || y.is_nan() && w.to_f32().is_nan(),
                        "{w:?} {y}"
                    );
                }
            }
        }
    }

    #[test]
    fn all_bf16_are_widened_in_registers() {
        widens_in_registers::<Bf16>();
    }

    #[test]
    fn all_f16_are_widened_in_registers() {
        widens_in_registers::<F16>();
    }
}
