//! Elementary functions, the same code with and without `std`.

macro_rules! libm_functions {
    ($scalar:ident, $module:ident, $sqrt:ident, $exp:ident, $exp_m1:ident, $ln:ident, $ln_1p:ident, $tanh:ident, $erf:ident) => {
        pub(crate) mod $module {
            #[inline(always)]
            pub(crate) fn fused_multiply_add(a: $scalar, b: $scalar, c: $scalar) -> $scalar {
                #[cfg(feature = "std")]
                return a.mul_add(b, c);
                #[cfg(not(feature = "std"))]
                return a * b + c;
            }
            #[inline(always)]
            pub(crate) fn sqrt(x: $scalar) -> $scalar {
                #[cfg(feature = "std")]
                return x.sqrt();
                #[cfg(not(feature = "std"))]
                return libm::$sqrt(x);
            }
            #[inline(always)]
            pub(crate) fn exp(x: $scalar) -> $scalar {
                libm::$exp(x)
            }
            #[inline(always)]
            pub(crate) fn exp_m1(x: $scalar) -> $scalar {
                libm::$exp_m1(x)
            }
            #[inline(always)]
            pub(crate) fn ln(x: $scalar) -> $scalar {
                libm::$ln(x)
            }
            #[inline(always)]
            pub(crate) fn ln_1p(x: $scalar) -> $scalar {
                libm::$ln_1p(x)
            }
            #[inline(always)]
            pub(crate) fn tanh(x: $scalar) -> $scalar {
                libm::$tanh(x)
            }
            #[inline(always)]
            pub(crate) fn erf(x: $scalar) -> $scalar {
                libm::$erf(x)
            }
            #[inline(always)]
            pub(crate) fn sigmoid(x: $scalar) -> $scalar {
                // With e^(−|x|) nothing overflows, and small values keep their relative accuracy.
                let e = exp(-x.abs());
                let numerator = if x < 0.0 { e } else { 1.0 };
                numerator / (1.0 + e)
            }
            /// By squaring, so the bits do not depend on a C library.
            pub(crate) fn powi(x: $scalar, n: i32) -> $scalar {
                let (mut base, mut rest, mut power) = (x, n.unsigned_abs(), 1.0);
                while rest > 0 {
                    if rest & 1 == 1 {
                        power *= base;
                    }
                    base *= base;
                    rest >>= 1;
                }
                if n < 0 { 1.0 / power } else { power }
            }
        }
    };
}
libm_functions!(f32, single, sqrtf, expf, expm1f, logf, log1pf, tanhf, erff);
libm_functions!(f64, double, sqrt, exp, expm1, log, log1p, tanh, erf);
