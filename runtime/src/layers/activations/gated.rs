//! `x` times a gate that opens smoothly.

use super::clamp;
use crate::Scalar;
use crate::layers::Activation;

/// `x·Φ(x) = x/2 · (1 + erf(x/√2))`, PyTorch's `nn.GELU` (Hendrycks & Gimpel 2016, arXiv:1606.08415).
///
/// Derivative: `Φ(x) + x·φ(x)` with the normal density `φ(x) = e^(−x²/2) / √(2π)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gelu;

/// `Φ(x)`, the normal distribution.
#[inline(always)]
fn normal_distribution<T: Scalar>(x: T) -> T {
    let half = T::from_f64(0.5);
    half + half * (x * T::from_f64(core::f64::consts::FRAC_1_SQRT_2)).erf()
}

impl<T: Scalar> Activation<T> for Gelu {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x * normal_distribution(x)
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let density = (x * x * T::from_f64(-0.5)).exp() * T::from_f64(0.398_942_280_401_432_7);
        normal_distribution(x) + x * density
    }
}

/// `x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))`, PyTorch's `nn.GELU(approximate='tanh')`.
///
/// Derivative, with `t` for the tanh: `(1 + t)/2 + x/2 · (1 − t²) · √(2/π)·(1 + 3·0.044715·x²)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GeluTanh;

const GELU_SCALE: f64 = 0.797_884_560_802_865_4; // √(2/π)
const GELU_CUBIC: f64 = 0.044_715;

/// `u`, what the tanh is taken of, and its derivative.
#[inline(always)]
fn gelu_tanh_inner<T: Scalar>(x: T) -> (T, T) {
    // Beyond ±100 the tanh has long been ±1; without the limit `(1 − t²)·x²` would be 0·∞.
    let limit = T::from_f64(100.0);
    let x = clamp(x, -limit, limit);
    let square = x * x;
    let u = x * (T::from_f64(GELU_SCALE) + T::from_f64(GELU_SCALE * GELU_CUBIC) * square);
    let slope = T::from_f64(GELU_SCALE) + T::from_f64(GELU_SCALE * GELU_CUBIC * 3.0) * square;
    (u, slope)
}

// `(1 + tanh u)/2 = σ(2u)`, which keeps its relative accuracy where the sum cancels, and `(1 − t²)/2 = 2·σ·(1 − σ)`.
impl<T: Scalar> Activation<T> for GeluTanh {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let (u, _) = gelu_tanh_inner(x);
        x * (u + u).sigmoid()
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let (u, slope) = gelu_tanh_inner(x);
        let gate = (u + u).sigmoid();
        gate + (x + x) * (gate * (T::ONE - gate) * slope)
    }
}

/// `x·σ(x)`, PyTorch's `nn.SiLU`, also called swish.
///
/// Derivative: `σ(x)·(1 + x·(1 − σ(x)))`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Silu;

impl<T: Scalar> Activation<T> for Silu {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x * x.sigmoid()
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let gate = x.sigmoid();
        gate * (T::ONE + x * (T::ONE - gate))
    }
}

/// `x·tanh(ln(1 + eˣ))`, PyTorch's `nn.Mish` (Misra 2019, arXiv:1908.08681).
///
/// Derivative, with `t` for the tanh: `t + x·σ(x)·(1 − t²)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mish;

/// `t = tanh(ln(1 + eˣ))` and `1 − t`, without a cancellation in either.
///
/// `t = u / (u + 2)` with `u = eˣ·(eˣ + 2)`; for `x ≥ 0` both sides are divided by `e^(2x)`, so nothing overflows.
#[inline(always)]
fn mish_gate<T: Scalar>(x: T) -> (T, T) {
    let two = T::from_f64(2.0);
    let e = (-x.abs()).exp();
    let negative = x < T::ZERO;
    let open = if negative {
        e * (e + two)
    } else {
        T::ONE + two * e
    };
    let shut = if negative { two } else { two * e * e };
    let sum = open + shut;
    (open / sum, shut / sum)
}

impl<T: Scalar> Activation<T> for Mish {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x * mish_gate(x).0
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let (open, shut) = mish_gate(x);
        open + x * x.sigmoid() * (shut * (T::ONE + open))
    }
}
