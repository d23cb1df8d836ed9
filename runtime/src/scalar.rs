//! The two scalars, `f32` and `f64`, with the functions the layers need.

use crate::kernels::Kernels;
use crate::math;
use bytemuck::Pod;
use core::fmt::{Debug, Display, LowerExp};
use core::iter::Sum;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`. Sealed: every kernel is compiled for these two.
///
/// The elementary functions are written for loops that vectorise, and give the same bits with and without `std`, in
/// lanes and alone, and on every instruction set. Subnormal numbers, ±0, ±∞ and NaN are treated as the mathematics
/// asks. Their greatest error in units of the last place (ulp), which tests hold:
///
/// | | `exp` | `exp_m1` | `ln` | `ln_1p` | `tanh` | `sigmoid` | `erf` | `sin`, `cos`² |
/// |---|---|---|---|---|---|---|---|---|
/// | `f32`, every number¹ | 1.04 | 1.76 | 0.88 | 0.88 | 2.5 | 3 | 1.43 | 1.6 |
/// | `f64`, sampled | 1 | 2 | 1 | 1 | 3 | 3 | 1 | 2 |
///
/// ¹ `tanh` and `sigmoid`: where the result is neither a constant nor nearly linear, 2⁻¹³ to 16 and ±2⁻¹⁴ to ±104;
/// sampled beyond.
///
/// ² Up to ±4.2·10⁸ in `f32` and ±1.6·10⁶ in `f64`; beyond, the argument is taken for 0.
///
/// The samples of `f64` are compared with mpmath. Those tests run in CI; `f32` is sampled there, and the
/// run over all numbers is a command of its own.
pub trait Scalar:
    sealed::Sealed
    + Pod
    + Send
    + Sync
    + Debug
    + Display
    + LowerExp
    + Default
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + Kernels<Self>
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// +∞
    const INFINITY: Self;
    /// The name in Rust and in summaries.
    const NAME: &'static str;

    /// The nearest value of this type.
    fn from_f64(value: f64) -> Self;
    /// The value as `f64`.
    fn to_f64(self) -> f64;
    /// The nearest value of this type.
    fn from_usize(value: usize) -> Self;

    /// `self · b + c` with one rounding, where the instruction set has it; see [`Isa`](crate::simd::Isa).
    #[doc(hidden)]
    fn fused_multiply_add(self, b: Self, c: Self) -> Self;

    /// `|x|`
    fn abs(self) -> Self;
    /// The smaller one.
    fn min(self, other: Self) -> Self;
    /// The larger one.
    fn max(self, other: Self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Not a number.
    fn is_nan(self) -> bool;
    /// `√x`, correctly rounded.
    fn sqrt(self) -> Self;
    /// `eˣ`
    fn exp(self) -> Self;
    /// `eˣ − 1`, accurate near 0
    fn exp_m1(self) -> Self;
    /// `ln x`
    fn ln(self) -> Self;
    /// `ln (1 + x)`, accurate near 0
    fn ln_1p(self) -> Self;
    /// `tanh x`
    fn tanh(self) -> Self;
    /// `(sin x, cos x)`
    fn sin_cos(self) -> (Self, Self);
    /// The error function `2/√π ∫₀ˣ e^(−t²) dt`
    fn erf(self) -> Self;
    /// The logistic function `1 / (1 + e⁻ˣ)`
    fn sigmoid(self) -> Self;
    /// `selfⁿ` for a whole `n`
    fn powi(self, n: i32) -> Self;

    /// [`tanh`](Scalar::tanh) as a numerator and a denominator, for kernels, which fuse multiplication and addition.
    #[doc(hidden)]
    fn tanh_ratio<const FMA: bool>(self) -> (Self, Self);
    /// [`sigmoid`](Scalar::sigmoid) likewise.
    #[doc(hidden)]
    fn sigmoid_ratio<const FMA: bool>(self) -> (Self, Self);
}

macro_rules! scalar {
    ($scalar:ident, $math:ident) => {
        impl Scalar for $scalar {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const INFINITY: Self = $scalar::INFINITY;
            const NAME: &'static str = stringify!($scalar);

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn from_usize(value: usize) -> Self {
                value as Self
            }
            #[inline(always)]
            fn fused_multiply_add(self, b: Self, c: Self) -> Self {
                math::$math::fused_multiply_add(self, b, c)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $scalar::abs(self)
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $scalar::is_finite(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $scalar::is_nan(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                math::$math::sqrt(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                math::$math::exp(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                math::$math::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                math::$math::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                math::$math::ln_1p(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                math::$math::tanh(self)
            }
            #[inline(always)]
            fn sin_cos(self) -> (Self, Self) {
                math::$math::sin_cos(self)
            }
            #[inline(always)]
            fn erf(self) -> Self {
                math::$math::erf(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                math::$math::sigmoid(self)
            }
            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                math::$math::powi(self, n)
            }
            #[inline(always)]
            fn tanh_ratio<const FMA: bool>(self) -> (Self, Self) {
                math::$math::tanh_ratio::<FMA>(self)
            }
            #[inline(always)]
            fn sigmoid_ratio<const FMA: bool>(self) -> (Self, Self) {
                math::$math::sigmoid_ratio::<FMA>(self)
            }
        }
    };
}
scalar!(f32, single);
scalar!(f64, double);
