//! From sums of 32 bits to bytes, by a multiplication and a shift of whole numbers (Jacob et al. 2018, CVPR,
//! arXiv:1712.05877, section 2.2).

use super::affine::Affine;
use super::line::{Lines, LinesMut};
use crate::simd::LARGEST;
use bytemuck::Pod;

/// What becomes of a sum: a byte, or a number.
pub(crate) trait Finish: Copy {
    type Output: Pod;
    /// `factor` is that of the sum's output, in the bits of an `i32`.
    fn finish(self, sum: i32, factor: i32) -> Self::Output;
}

/// `clamp(zero + round(sum · factor / 2^shift), low, high)`, ties upwards, exact in 64 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requantize {
    /// `zero · 2^shift`, and a half.
    offset: i64,
    /// `(high + 1) · 2^shift − 1`
    limit: i64,
    shift: u32,
    low: u32,
    /// What the bytes that go in have for 0.
    pub(crate) zero: u32,
}

impl Requantize {
    /// For sums in units of at most `largest`, to bytes from `low` to `high` of `output`.
    pub(crate) fn new(input: Affine, output: Affine, [low, high]: [u8; 2], largest: f64) -> Self {
        let ratio = largest / f64::from(output.scale);
        // The largest factor has 31 bits.
        let mut shift = 1;
        while shift < 50 && ratio * power(shift + 1) < f64::from(i32::MAX) {
            shift += 1;
        }
        let half = 1 << (shift - 1);
        Self {
            offset: (i64::from(output.zero) << shift) + half,
            limit: ((i64::from(high.min(LARGEST)) + 1) << shift) - 1,
            shift,
            low: u32::from(low),
            zero: input.zero,
        }
    }

    /// Writes it to a line.
    pub(crate) fn write(&self, lines: &mut LinesMut<'_>) {
        let Self {
            offset,
            limit,
            shift,
            low,
            zero,
        } = *self;
        let words = [offset, limit, shift.into(), low.into(), zero.into()];
        for (to, word) in lines.values::<i64>(8).iter_mut().zip(words) {
            *to = word;
        }
    }

    /// Reads it from a line.
    #[inline(always)]
    pub(crate) fn read(lines: &mut Lines<'_>) -> Self {
        let words = lines.values::<i64>(8).first_chunk();
        let [offset, limit, shift, low, zero] = words.copied().unwrap_or_default();
        Self {
            offset,
            limit,
            shift: shift as u32,
            low: low as u32,
            zero: zero as u32,
        }
    }

    /// For sums in units of `scale`: `round(scale / output.scale · 2^shift)`.
    pub(crate) fn factor(&self, scale: f64, output: Affine) -> i32 {
        (scale / f64::from(output.scale) * power(self.shift) + 0.5) as i32
    }

    /// The byte for a sum of products that is in the units of the output times `2^shift`.
    #[inline(always)]
    pub(crate) fn shifted(&self, sum: i64) -> u8 {
        let value = sum.wrapping_add(self.offset);
        let value = if value > 0 { value } else { 0 };
        let value = if value < self.limit {
            value
        } else {
            self.limit
        };
        let value = ((value as u64) >> (self.shift & 63)) as u8;
        value.max(self.low as u8)
    }
}

impl Finish for Requantize {
    type Output = u8;
    #[inline(always)]
    fn finish(self, sum: i32, factor: i32) -> u8 {
        self.shifted(i64::from(sum).wrapping_mul(i64::from(factor)))
    }
}

/// `sum · factor` as a number: one rounding when the sum becomes an `f32`, and one of the product.
#[derive(Clone, Copy)]
pub(crate) struct Dequantize;

impl Finish for Dequantize {
    type Output = f32;
    #[inline(always)]
    fn finish(self, sum: i32, factor: i32) -> f32 {
        sum as f32 * f32::from_bits(factor as u32)
    }
}

/// `2^exponent`
fn power(exponent: u32) -> f64 {
    f64::from_bits((1023 + u64::from(exponent)) << 52)
}
