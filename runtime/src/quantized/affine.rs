//! What the bytes of an activation stand for.

use super::line::{Lines, LinesMut};
use crate::simd::{IntegerWork, Isa, LARGEST, Sums};

/// The numbers that the bytes of an activation stand for: `x = scale · (q − zero)`, with `q` from 0 to 127.
///
/// 128 levels and not 256: a product of such a byte and a weight, added to another, fits 16 bits, so that AVX2 computes
/// without saturation. PyTorch does the same on x86 (`reduce_range`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// The difference of neighbouring numbers.
    pub scale: f32,
    /// The byte that stands for 0.
    pub zero: u32,
}

impl Affine {
    /// What covers the numbers from `min` to `max`, and 0, as PyTorch's observers choose it:
    /// `scale = (max − min)/127`, `zero = −round(min/scale)`.
    pub fn covering(min: f32, max: f32) -> Self {
        let (min, max) = (min.min(0.0), max.max(0.0));
        let scale = ((max - min) / f32::from(LARGEST)).max(f32::EPSILON);
        Self {
            scale,
            zero: u32::from(bounded(-min / scale, 0.0)),
        }
    }

    /// Writes it to a line.
    pub fn write(self, lines: &mut LinesMut<'_>) {
        let words = [self.scale.to_bits(), self.zero];
        for (to, word) in lines.values::<u32>(16).iter_mut().zip(words) {
            *to = word;
        }
    }

    /// Reads it from a line.
    #[inline(always)]
    pub fn read(lines: &mut Lines<'_>) -> Self {
        let words = lines.values::<u32>(16).first_chunk().copied();
        let [scale, zero] = words.unwrap_or_default();
        Self {
            scale: f32::from_bits(scale),
            zero,
        }
    }

    /// The numbers that are rounded to a byte, and not cut off.
    pub(crate) fn range(self) -> [f32; 2] {
        let half = 0.5 * self.scale;
        [self.dequantize(0) - half, self.dequantize(LARGEST) + half]
    }

    /// The byte for a number: `zero + round(x/scale)`, ties to even, at least 0 and at most 127; `zero` for a NaN.
    #[inline(always)]
    pub fn quantize(self, x: f32) -> u8 {
        Rounding::of(self).quantize(x)
    }

    /// The number that a byte stands for.
    #[inline(always)]
    pub fn dequantize(self, q: u8) -> f32 {
        (f32::from(q) - self.zero as f32) * self.scale
    }
}

/// [`Affine`] prepared for many numbers.
#[derive(Clone, Copy)]
pub(crate) struct Rounding {
    factor: f32,
    zero: f32,
}

impl Rounding {
    #[inline(always)]
    pub(crate) fn of(affine: Affine) -> Self {
        Self {
            factor: 1.0 / affine.scale,
            zero: affine.zero as f32,
        }
    }

    #[inline(always)]
    pub(crate) fn quantize(self, x: f32) -> u8 {
        bounded(x * self.factor, self.zero)
    }
}

/// `zero + round(x)`, ties to even, from 0 to 127; `zero` for a NaN. Only additions that are the same on every machine.
#[inline(always)]
fn bounded(x: f32, zero: f32) -> u8 {
    // Behind 1.5·2²³ a number has no fraction.
    const MAGIC: f32 = 12_582_912.0;
    const BOUND: f32 = 1024.0;
    let x = if x.is_nan() { 0.0 } else { x };
    let x = if x > -BOUND { x } else { -BOUND };
    let x = if x < BOUND { x } else { BOUND };
    let q = (x + MAGIC) - MAGIC + zero;
    let q = if q > 0.0 { q } else { 0.0 };
    let q = if q < f32::from(LARGEST) {
        q
    } else {
        f32::from(LARGEST)
    };
    // Not `as u8`, which looks for a NaN once more; the bits behind 1.5·2²³ are the number.
    (q + MAGIC).to_bits() as u8
}

/// `round(x)`, ties to even, from −127 to 127.
#[inline(always)]
pub(crate) fn signed(x: f32) -> i8 {
    const MAGIC: f32 = 12_582_912.0;
    let x = x.clamp(-127.0, 127.0);
    ((x + MAGIC) - MAGIC) as i8
}

/// The difference of neighbouring weights of an output whose largest weight is `largest`: −127 to 127 cover them.
pub(crate) fn weight_scale(largest: f32) -> f32 {
    (largest / 127.0).max(f32::MIN_POSITIVE)
}

/// Writes the bytes of numbers.
#[inline(always)]
pub fn quantize(isa: Isa, lines: &mut Lines<'_>, x: &[f32], q: &mut [u8]) {
    isa.run_integers(Quantize {
        rounding: Rounding::of(Affine::read(lines)),
        x,
        q,
    });
}

struct Quantize<'a> {
    rounding: Rounding,
    x: &'a [f32],
    q: &'a mut [u8],
}

impl IntegerWork for Quantize<'_> {
    #[inline(always)]
    fn run<S: Sums>(self) {
        for (q, &x) in self.q.iter_mut().zip(self.x) {
            *q = self.rounding.quantize(x);
        }
    }
}

/// Writes the numbers that bytes stand for.
#[inline(always)]
pub fn dequantize(isa: Isa, lines: &mut Lines<'_>, q: &[u8], x: &mut [f32]) {
    let affine = Affine::read(lines);
    isa.run_integers(Dequantize { affine, q, x });
}

struct Dequantize<'a> {
    affine: Affine,
    q: &'a [u8],
    x: &'a mut [f32],
}

impl IntegerWork for Dequantize<'_> {
    #[inline(always)]
    fn run<S: Sums>(self) {
        for (x, &q) in self.x.iter_mut().zip(self.q) {
            *x = self.affine.dequantize(q);
        }
    }
}
