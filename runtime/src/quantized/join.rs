//! The ends of blocks: what comes together stands for numbers in different units.

use super::affine::Affine;
use super::line::{Lines, LinesMut};
use super::requantize::Requantize;
use super::target::Target;

/// The sum or the product of values: of up to [`MOST`](Self::MOST), so that a product fits 32 bits.
#[derive(Clone, Copy, Debug)]
pub struct Elementwise;

impl Elementwise {
    /// How many lines it has.
    pub const LINES: usize = 2;
    /// How many values.
    pub const MOST: usize = 4;

    /// Writes the lines of a sum: `zero + round(Σ (q − zero)·scale / scale)`, each term with a factor of 31 bits.
    pub fn quantize_sum(lines: &mut LinesMut<'_>, inputs: &[Affine], target: Target) {
        let largest = inputs
            .iter()
            .fold(0.0_f32, |largest, input| largest.max(input.scale));
        let (requantize, output) = target.requantize(inputs, f64::from(largest));
        requantize.write(lines);
        let words = lines.values::<i32>(16);
        let (zeros, factors) = words.split_at_mut_checked(8).unwrap_or_default();
        for ((zero, factor), input) in zeros.iter_mut().zip(factors).zip(inputs) {
            *zero = input.zero as i32;
            *factor = requantize.factor(f64::from(input.scale), output);
        }
    }

    /// Writes the lines of a product: `zero + round(Π (q − zero) · Π scale / scale)`.
    pub fn quantize_product(lines: &mut LinesMut<'_>, inputs: &[Affine], target: Target) {
        let unit = inputs
            .iter()
            .fold(1.0, |unit, input| unit * f64::from(input.scale));
        let (requantize, output) = target.requantize(inputs, unit);
        requantize.write(lines);
        let words = lines.values::<i32>(16);
        let (zeros, factors) = words.split_at_mut_checked(8).unwrap_or_default();
        for (zero, input) in zeros.iter_mut().zip(inputs) {
            *zero = input.zero as i32;
        }
        if let Some(factor) = factors.first_mut() {
            *factor = requantize.factor(unit, output);
        }
    }

    /// The sum.
    #[inline(never)]
    pub fn sum(lines: &mut Lines<'_>, inputs: &[&[u8]], y: &mut [u8]) {
        let (requantize, zeros, factors) = read(lines);
        for (block, y) in y.chunks_mut(16).enumerate() {
            let mut sums = [0_i64; 16];
            for ((x, zero), factor) in inputs.iter().zip(zeros).zip(factors) {
                let x = x.get(16 * block..).unwrap_or_default();
                for (sum, x) in sums.iter_mut().zip(x) {
                    *sum += i64::from(i32::from(*x) - zero) * i64::from(factor);
                }
            }
            for (y, sum) in y.iter_mut().zip(sums) {
                *y = requantize.shifted(sum);
            }
        }
    }

    /// The product.
    #[inline(never)]
    pub fn product(lines: &mut Lines<'_>, inputs: &[&[u8]], y: &mut [u8]) {
        let (requantize, zeros, [factor, ..]) = read(lines);
        for (block, y) in y.chunks_mut(16).enumerate() {
            let mut products = [1_i32; 16];
            for (x, zero) in inputs.iter().zip(zeros) {
                let x = x.get(16 * block..).unwrap_or_default();
                for (product, x) in products.iter_mut().zip(x) {
                    *product = product.wrapping_mul(i32::from(*x) - zero);
                }
            }
            for (y, product) in y.iter_mut().zip(products) {
                *y = requantize.shifted(i64::from(product) * i64::from(factor));
            }
        }
    }
}

/// Writes the rows of one part of a concatenation, `len` bytes each, to rows of `width`, from `offset` on, in the units
/// of the whole.
#[inline(always)]
pub fn place(lines: &mut Lines<'_>, y: &mut [u8], [width, offset, len]: [usize; 3], x: &[u8]) {
    let tables = lines.values::<[u8; 128]>(1);
    let rows = y
        .chunks_exact_mut(width.max(1))
        .zip(x.chunks_exact(len.max(1)));
    for ((y, x), table) in rows.flat_map(|row| tables.first().map(|table| (row, table))) {
        for (y, x) in y.iter_mut().skip(offset).zip(x) {
            *y = table[usize::from(x & 127)];
        }
    }
}

#[inline(always)]
fn read(lines: &mut Lines<'_>) -> (Requantize, [i32; 8], [i32; 8]) {
    let requantize = Requantize::read(lines);
    let words = lines.values::<[i32; 8]>(2);
    let [zeros, factors] = words.first_chunk().copied().unwrap_or_default();
    (requantize, zeros, factors)
}
