//! `eˣ`, `eˣ − 1`, and what follows from them: the logistic function and the hyperbolic tangent.
//!
//! Cody and Waite's reduction: `x = k·ln 2 + r` with whole `k` and `|r| ≤ ln 2 / 2`, so `eˣ = 2ᵏ·eʳ`. `ln 2` is split
//! into a short number, whose product with `k` is exact, and a small rest. `eʳ = 1 + r + r²·q(r)`: for `f32` `q` is the
//! minimax polynomial of degree 4, for `f64` Taylor's of degree 11.

use super::polynomial;

macro_rules! exponential_functions {
    (
        $scalar:ident, $bits:ident, $module:ident,
        ln_2: $ln_2_high:expr, $ln_2_low:expr;
        exp: $least:expr, $greatest:expr;
        exp_m1: $least_m1:expr;
        q: $($q:expr),+;
    ) => {
        pub(crate) mod $module {
            const MANTISSA: u32 = $scalar::MANTISSA_DIGITS - 1;
            const BIAS: $bits = $scalar::MAX_EXP as $bits - 1;
            /// Added to a number it leaves the nearest whole number in the low bits.
            const ROUNDER: $scalar = 1.5 * ((1 as $bits) << MANTISSA) as $scalar;

            /// `k` in two's complement, and `eʳ − 1`.
            #[inline(always)]
            fn reduce(x: $scalar) -> ($bits, $scalar) {
                let shifted = x * core::$scalar::consts::LOG2_E + ROUNDER;
                let whole = shifted - ROUNDER;
                let r = (x - whole * $ln_2_high) - whole * $ln_2_low;
                let q = super::polynomial!(r: $($q),+);
                (shifted.to_bits().wrapping_sub(ROUNDER.to_bits()), r + r * r * q)
            }

            /// 2 to the power of `exponent − BIAS`.
            #[inline(always)]
            fn power_of_two(exponent: $bits) -> $scalar {
                $scalar::from_bits(exponent << MANTISSA)
            }

            /// `eˣ`
            #[inline(always)]
            pub(crate) fn exp(x: $scalar) -> $scalar {
                // Beyond these the result is 0 or ∞ anyway; NaN passes both comparisons.
                let x = if x > $greatest { $greatest } else { x };
                let x = if x < $least { $least } else { x };
                let (k, p) = reduce(x);
                // In two steps: 2ᵏ itself may be infinite or subnormal where eˣ is not.
                let k = k.wrapping_add(2 * BIAS);
                let half = k >> 1;
                (1.0 + p) * power_of_two(half) * power_of_two(k.wrapping_sub(half))
            }

            /// `eˣ − 1`, accurate near 0
            #[inline(always)]
            pub(crate) fn exp_m1(x: $scalar) -> $scalar {
                let x = if x > $greatest { $greatest } else { x };
                let x = if x < $least_m1 { $least_m1 } else { x };
                let (k, p) = reduce(x);
                // 2ᵏ·p + (2ᵏ − 1) by halves, since 2ᵏ may be infinite where eˣ is not.
                let half = power_of_two(k.wrapping_add(BIAS - 1));
                2.0 * (half * p + (half - 0.5))
            }

            /// `1 / (1 + e⁻ˣ)`
            #[inline(always)]
            pub(crate) fn sigmoid(x: $scalar) -> $scalar {
                // With e^(−|x|) nothing overflows, and small values keep their relative accuracy.
                let e = exp(-x.abs());
                let numerator = if x < 0.0 { e } else { 1.0 };
                numerator / (1.0 + e)
            }

            /// `tanh x`
            #[inline(always)]
            pub(crate) fn tanh(x: $scalar) -> $scalar {
                let e = exp_m1(-2.0 * x.abs());
                (-e / (2.0 + e)).copysign(x)
            }
        }
    };
}

exponential_functions! {
    f32, u32, single,
    ln_2: 0.693_359_4, -2.121_944_4e-4;
    exp: -104.0, 89.0;
    exp_m1: -18.0;
    q: 0.5, 0.166_665_18, 0.041_666_206, 0.008_368_953, 0.001_395_060_2;
}
exponential_functions! {
    f64, u64, double,
    ln_2: 6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10;
    exp: -746.0, 710.0;
    exp_m1: -40.0;
    q: 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40_320.0,
        1.0 / 362_880.0, 1.0 / 3_628_800.0, 1.0 / 39_916_800.0, 1.0 / 479_001_600.0,
        1.0 / 6_227_020_800.0;
}
