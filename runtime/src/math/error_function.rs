//! The error function for `f32`.
//!
//! `erf x = x + x·p(x²)` for `|x| < 1`; beyond, `erf x = 1 − e^(q(|x|))`; `p` and `q` are minimax polynomials of
//! degree 6. From `|x|` = 4 on the result is ±1.

use super::exponential::single::exp;
use super::polynomial;

/// `2/√π ∫₀ˣ e^(−t²) dt`
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let t = x.abs();
    let t = if t > 4.0 { 4.0 } else { t };
    let s = t * t;
    #[rustfmt::skip]
    let p = polynomial!(s: 0.128_379_17, -0.376_126_26, 0.112_835_854, -0.026_853_813, 0.005_188_327_7,
        -8.010_193_7e-4, 7.853_861e-5);
    #[rustfmt::skip]
    let q = polynomial!(t: -3.205_74e-4, -1.127_171_6, -0.638_012_2, -0.103_218_205, 0.021_889_642,
        -0.002_960_114_3, 1.876_048e-4);
    let inner = t + t * p;
    let outer = 1.0 - exp(q);
    (if t < 1.0 { inner } else { outer }).copysign(x)
}
