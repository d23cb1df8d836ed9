//! `ln x` and `ln (1 + x)` for `f32`.
//!
//! `x = 2ᵏ·(1 + f)` with whole `k` and `1 + f` in [√½, √2), so `ln x = k·ln 2 + ln(1 + f)`, and
//! `ln(1 + f) = f − f²/2 + f³·p(f)` with the minimax polynomial `p` of degree 7. `ln 2` is split as in
//! `exponential.rs`.

use super::polynomial;

const MANTISSA: u32 = f32::MANTISSA_DIGITS - 1;
/// The bits of √½.
const LOWEST: u32 = core::f32::consts::FRAC_1_SQRT_2.to_bits();

/// `k` and `f` of a positive normal number.
#[inline(always)]
fn reduce(x: f32) -> (i32, f32) {
    let bits = x.to_bits().wrapping_sub(LOWEST);
    let k = (bits as i32) >> MANTISSA;
    let mantissa = (bits & ((1 << MANTISSA) - 1)).wrapping_add(LOWEST);
    (k, f32::from_bits(mantissa) - 1.0)
}

/// `k·ln 2 + ln(1 + f) + correction`, for a small correction.
#[inline(always)]
fn assemble(k: i32, f: f32, correction: f32) -> f32 {
    let (k, square) = (k as f32, f * f);
    #[rustfmt::skip]
    let p = polynomial!(f: 0.333_333_3, -0.250_008_2, 0.200_012_27, -0.166_233_57, 0.142_017_59, -0.131_601_8,
        0.127_615_75, -0.076_344_93);
    let rest = f * square * p + (k * -2.121_944_4e-4 + correction) - 0.5 * square;
    (f + rest) + k * 0.693_359_4
}

/// The limits of a logarithm that is `inner` for `0 < x < ∞`.
#[inline(always)]
fn limits(x: f32, inner: f32) -> f32 {
    let finite = if x == f32::INFINITY { x } else { inner };
    let at_zero = if x == 0.0 {
        f32::NEG_INFINITY
    } else {
        f32::NAN
    };
    if x > 0.0 { finite } else { at_zero }
}

/// `ln x`
#[inline(always)]
pub(crate) fn ln(x: f32) -> f32 {
    const SUBNORMAL_SHIFT: i32 = 25;
    let subnormal = x < f32::MIN_POSITIVE;
    let scaled = x * (1_u32 << SUBNORMAL_SHIFT) as f32;
    let (k, f) = reduce(if subnormal { scaled } else { x });
    let k = if subnormal { k - SUBNORMAL_SHIFT } else { k };
    limits(x, assemble(k, f, 0.0))
}

/// `ln (1 + x)`, accurate near 0
#[inline(always)]
pub(crate) fn ln_1p(x: f32) -> f32 {
    let u = 1.0 + x;
    // What the rounding of `1 + x` lost, relative to `u`.
    let lost = if x > 1.0 {
        1.0 - (u - x)
    } else {
        x - (u - 1.0)
    };
    let (k, f) = reduce(u);
    // Chosen with a mask: from a comparison of `k` the compiler makes two copies of all that follows.
    let reduced = u32::from(k != 0).wrapping_neg();
    let f = f32::from_bits((f.to_bits() & reduced) | (x.to_bits() & !reduced));
    let lost = f32::from_bits(lost.to_bits() & reduced);
    limits(u, assemble(k, f, lost / u))
}
