//! `eˣ`, `eˣ − 1`, and what follows from them: the logistic function and the hyperbolic tangent.
//!
//! Cody and Waite's reduction: `x = k·ln 2 + r` with whole `k` and `|r| ≤ ln 2 / 2`, so `eˣ = 2ᵏ·eʳ`. `ln 2` is split
//! into a short number, whose product with `k` is exact, and a small rest. `eʳ = 1 + r + r²·q(r)`: for `f32` `q` is the
//! minimax polynomial of degree 4, for `f64` Taylor's of degree 11.
//!
//! The hyperbolic tangent is reduced likewise, `|x| = k·ln 2 / 2 + r` with `|r| ≤ ln 2 / 4`. With `s = 2⁻ᵏ` and an odd
//! polynomial `t` for `tanh r`, `e^(−2|x|) = s·(1 − t) / (1 + t)`, so
//! `tanh |x| = ((1 − s) + t·(1 + s)) / ((1 + s) + t·(1 − s))`. What `k·ln 2 / 2` is rounded by is little beside 1 where
//! `s` is not 1, so it needs no second part; the chain of operations is a third shorter than by `e^x − 1`.
//!
//! The logistic function is reduced as `eˣ` is, `|x| = k·ln 2 + r`, and with the same `t`, now for `tanh r/2`,
//! `1 / (1 + e^(−|x|)) = (1 + t) / ((1 + s) + t·(1 − s))`; of a negative `x` the numerator is `s·(1 − t)`.
//!
//! Both are a numerator and a denominator first, so that a formula with several of them needs one division. A kernel may
//! have these with fused multiply-adds, which round once less; the functions themselves never fuse. For such a kernel, whose
//! ratios are gates, the logistic function ends at its smallest normal value.

use super::polynomial;

macro_rules! exponential_functions {
    (
        $scalar:ident, $bits:ident, $module:ident,
        ln_2: $ln_2_high:expr, $ln_2_low:expr;
        exp: $least:expr, $greatest:expr;
        exp_m1: $least_m1:expr;
        gate: $least_gate:expr;
        q: $($q:expr),+;
        tanh: $tanh_greatest:expr; $($tanh:expr),+;
    ) => {
        pub(crate) mod $module {
            use crate::simd::multiply_add;

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
                let (numerator, denominator) = sigmoid_ratio::<false>(x);
                numerator / denominator
            }

            /// `1 / (1 + e⁻ˣ)` as a numerator and a denominator between 1 and 3.
            #[inline(always)]
            pub(crate) fn sigmoid_ratio<const FMA: bool>(x: $scalar) -> ($scalar, $scalar) {
                let magnitude = x.abs();
                // Beyond this e^(−|x|) is 0 anyway, for a gate subnormal at most; NaN passes the comparison.
                let most = if FMA { -$least_gate } else { -$least };
                let magnitude = if magnitude > most { most } else { magnitude };
                let shifted = multiply_add::<_, FMA>(magnitude, core::$scalar::consts::LOG2_E, ROUNDER);
                let k = shifted.to_bits().wrapping_sub(ROUNDER.to_bits());
                let whole = shifted - ROUNDER;
                // Half of what is left, since `e^(−r) = (1 − tanh r/2) / (1 + tanh r/2)`.
                let r = multiply_add::<_, FMA>(whole, -0.5 * $ln_2_high, 0.5 * magnitude);
                let t = tangent::<FMA>(multiply_add::<_, FMA>(whole, -0.5 * $ln_2_low, r));
                // In two steps, since 2⁻ᵏ may be subnormal; that of a gate is not.
                let half = if FMA { 0 } else { k >> 1 };
                let s = power_of_two(BIAS.wrapping_sub(half)) * power_of_two(BIAS.wrapping_sub(k.wrapping_sub(half)));
                let numerator = if x < 0.0 { (1.0 - t) * s } else { 1.0 + t };
                (numerator, multiply_add::<_, FMA>(t, 1.0 - s, 1.0 + s))
            }

            /// `tanh x`
            #[inline(always)]
            pub(crate) fn tanh(x: $scalar) -> $scalar {
                let (numerator, denominator) = tanh_ratio::<false>(x);
                numerator / denominator
            }

            /// `tanh x` as a numerator and a denominator between 1 and 3.
            #[inline(always)]
            pub(crate) fn tanh_ratio<const FMA: bool>(x: $scalar) -> ($scalar, $scalar) {
                let magnitude = x.abs();
                // Beyond this the result is 1 anyway; NaN passes the comparison.
                let magnitude = if magnitude > $tanh_greatest { $tanh_greatest } else { magnitude };
                let shifted = multiply_add::<_, FMA>(magnitude, 2.0 * core::$scalar::consts::LOG2_E, ROUNDER);
                let k = shifted.to_bits().wrapping_sub(ROUNDER.to_bits());
                let t = tangent::<FMA>(multiply_add::<_, FMA>(
                    shifted - ROUNDER,
                    -0.5 * core::$scalar::consts::LN_2,
                    magnitude,
                ));
                let s = power_of_two(BIAS.wrapping_sub(k));
                let (less, more) = (1.0 - s, 1.0 + s);
                (
                    multiply_add::<_, FMA>(t, more, less).copysign(x),
                    multiply_add::<_, FMA>(t, less, more),
                )
            }

            /// `tanh r` for `|r| ≤ ln 2 / 4`
            #[inline(always)]
            fn tangent<const FMA: bool>(r: $scalar) -> $scalar {
                let square = r * r;
                multiply_add::<_, FMA>(r * square, super::polynomial!({FMA} square: $($tanh),+), r)
            }
        }
    };
}

exponential_functions! {
    f32, u32, single,
    ln_2: 0.693_359_4, -2.121_944_4e-4;
    exp: -104.0, 89.0;
    exp_m1: -18.0;
    gate: -87.0;
    q: 0.5, 0.166_665_18, 0.041_666_206, 0.008_368_953, 0.001_395_060_2;
    tanh: 9.5; -0.333_312_7, 0.131_104_53;
}
exponential_functions! {
    f64, u64, double,
    ln_2: 6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10;
    exp: -746.0, 710.0;
    exp_m1: -40.0;
    gate: -708.0;
    q: 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40_320.0,
        1.0 / 362_880.0, 1.0 / 3_628_800.0, 1.0 / 39_916_800.0, 1.0 / 479_001_600.0,
        1.0 / 6_227_020_800.0;
    tanh: 20.0; -1.0 / 3.0, 2.0 / 15.0, -17.0 / 315.0, 62.0 / 2835.0, -1382.0 / 155_925.0,
        21_844.0 / 6_081_075.0, -929_569.0 / 638_512_875.0, 6_404_582.0 / 10_854_718_875.0;
}
