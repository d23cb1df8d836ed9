//! `sin x` and `cos x` at once.
//!
//! Cody and Waite's reduction: `x = k·π/2 + r` with whole `k` and `|r| ≤ π/4`. `π/2` is split into numbers so short that
//! their products with `k` are exact, and a small rest; `f32` does this in `f64`. `sin r = r + r³·p(r²)` and
//! `cos r = 1 − r²/2 + r⁴·q(r²)` with polynomials that agree at Chebyshev's nodes. The two low bits of `k` say which of
//! both is which, and the signs.
//!
//! Beyond the limit the products would no longer be exact; `x` is taken for 0 there.

use super::polynomial;

macro_rules! sine_and_cosine {
    ($scalar:ident, $bits:ident, $module:ident, limit: $limit:expr; p: $($p:expr),+; q: $($q:expr),+;) => {
        pub(crate) mod $module {
            use super::reduce::$scalar as reduce;

            /// The largest argument that is not taken for 0.
            pub(crate) const LIMIT: $scalar = $limit;

            /// `(sin x, cos x)`
            #[inline(always)]
            pub(crate) fn sin_cos(x: $scalar) -> ($scalar, $scalar) {
                // NaN passes the comparison.
                let x = if x.abs() > LIMIT { 0.0 } else { x };
                let (k, r) = reduce(x);
                let square = r * r;
                let sine = r + r * square * super::polynomial!(square: $($p),+);
                let cosine = (1.0 - 0.5 * square) + square * square * super::polynomial!(square: $($q),+);
                // Chosen with masks, which vectorise better than conditions.
                let (sine, cosine) = (sine.to_bits(), cosine.to_bits());
                let exchanged = (sine ^ cosine) & (k & 1).wrapping_neg();
                let sign = |k: $bits| (k & 2) << ($bits::BITS - 2);
                (
                    $scalar::from_bits(sine ^ exchanged ^ sign(k)),
                    $scalar::from_bits(cosine ^ exchanged ^ sign(k.wrapping_add(1))),
                )
            }
        }
    };
}

sine_and_cosine! {
    f32, u32, single,
    limit: 4.2e8;
    p: -0.166_666_65, 0.008_332_748, -1.958_786_6e-4;
    q: 0.041_666_664, -0.001_388_830_3, 2.454_791_7e-5;
}
sine_and_cosine! {
    f64, u64, double,
    limit: 1.6e6;
    p: -0.166_666_666_666_666_66, 0.008_333_333_333_330_947, -1.984_126_983_675_677_3e-4, 2.755_731_610_161_787_4e-6,
        -2.505_113_165_023_515_e-8, 1.591_811_526_327_596e-10;
    q: 0.041_666_666_666_666_665, -0.001_388_888_888_888_739_7, 2.480_158_729_876_456e-5, -2.755_731_727_114_514_6e-7,
        2.087_614_614_655_861e-9, -1.138_262_364_747_46e-11;
}

/// `k` in two's complement, and `r`.
mod reduce {
    use core::f64::consts::FRAC_2_PI;

    /// Added to a number it leaves the nearest whole number in the low bits.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;

    /// 25 bits of `π/2`, and the rest.
    #[inline(always)]
    pub(super) fn f32(x: f32) -> (u32, f32) {
        let x = f64::from(x);
        let shifted = x * FRAC_2_PI + ROUNDER;
        let whole = shifted - ROUNDER;
        let r = (x - whole * 1.570_796_310_901_641_8) - whole * 1.589_325_477_352_819_6e-8;
        (shifted.to_bits() as u32, r as f32)
    }

    /// Twice 33 bits of `π/2`, and the rest.
    #[inline(always)]
    pub(super) fn f64(x: f64) -> (u64, f64) {
        let shifted = x * FRAC_2_PI + ROUNDER;
        let whole = shifted - ROUNDER;
        let r = (x - whole * 1.570_796_326_734_125_6) - whole * 6.077_100_506_303_966e-11;
        (shifted.to_bits(), r - whole * 2.022_266_248_795_950_6e-21)
    }
}
