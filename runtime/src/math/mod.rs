//! Elementary functions, the same code with and without `std`.
//!
//! They are straight-line code of multiplications, additions, a few divisions and selections, so that loops over them
//! vectorise wherever they are inlined. No multiplication is fused with an addition, so they give the same bits on
//! every instruction set. `f64` takes logarithms and the error function from `libm`.
//!
//! The bounds in the table of [`Scalar`](crate::Scalar) are held by `accuracy.rs`.

#[cfg(test)]
mod accuracy;
mod circular;
mod error_function;
mod exponential;
mod logarithm;

macro_rules! functions {
    ($scalar:ident, $module:ident, $sqrt:ident, $exponential:path, $circular:path, $ln:path, $ln_1p:path, $erf:path) => {
        pub(crate) mod $module {
            pub(crate) use $circular as sin_cos;
            pub(crate) use $erf as erf;
            pub(crate) use $exponential::{exp, exp_m1, sigmoid, sigmoid_ratio, tanh, tanh_ratio};
            pub(crate) use $ln as ln;
            pub(crate) use $ln_1p as ln_1p;

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
functions!(
    f32,
    single,
    sqrtf,
    crate::math::exponential::single,
    crate::math::circular::single::sin_cos,
    crate::math::logarithm::ln,
    crate::math::logarithm::ln_1p,
    crate::math::error_function::erf
);
functions!(
    f64,
    double,
    sqrt,
    crate::math::exponential::double,
    crate::math::circular::double::sin_cos,
    libm::log,
    libm::log1p,
    libm::erf
);

/// `c₀ + c₁·x + c₂·x² + …` as `(c₀ + c₁·x) + x²·((c₂ + c₃·x) + x²·(…))`: half as long a chain of operations as
/// Horner's rule, which loops over these functions would wait for.
///
/// With a constant in front, `polynomial!({FMA} x: …)`, multiplications and additions are fused where it is true.
macro_rules! polynomial {
    ($x:ident: $($coefficient:expr),+) => { $crate::math::polynomial!({false} $x: $($coefficient),+) };
    ({$fma:expr} $x:ident: $even:expr, $odd:expr) => {
        $crate::simd::multiply_add::<_, { $fma }>($odd, $x, $even)
    };
    ({$fma:expr} $x:ident: $($coefficient:expr),+) => {{
        let square = $x * $x;
        $crate::math::polynomial!(@pairs {$fma} $x, square: $($coefficient),+)
    }};
    (@pairs {$fma:expr} $x:ident, $square:ident: $only:expr) => { $only };
    (@pairs {$fma:expr} $x:ident, $square:ident: $even:expr, $odd:expr) => {
        $crate::simd::multiply_add::<_, { $fma }>($odd, $x, $even)
    };
    (@pairs {$fma:expr} $x:ident, $square:ident: $even:expr, $odd:expr, $($rest:expr),+) => {
        $crate::simd::multiply_add::<_, { $fma }>(
            $square,
            $crate::math::polynomial!(@pairs {$fma} $x, $square: $($rest),+),
            $crate::simd::multiply_add::<_, { $fma }>($odd, $x, $even),
        )
    };
}
use polynomial;
