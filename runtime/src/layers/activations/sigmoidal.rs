//! From one limit to another, S-shaped.

use crate::Scalar;
use crate::layers::Activation;

/// `σ(x) = 1 / (1 + e⁻ˣ)`, PyTorch's `nn.Sigmoid`.
///
/// Derivative: `y·(1 − y)`, taken from the output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

impl<T: Scalar> Activation<T> for Sigmoid {
    const FROM_OUTPUT: bool = true;
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x.sigmoid()
    }
    #[inline(always)]
    fn derivative(&self, _x: T, y: T) -> T {
        y * (T::ONE - y)
    }
}

/// `tanh x`, PyTorch's `nn.Tanh`.
///
/// Derivative: `1 − y²`, taken from the output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

impl<T: Scalar> Activation<T> for Tanh {
    const FROM_OUTPUT: bool = true;
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x.tanh()
    }
    #[inline(always)]
    fn derivative(&self, _x: T, y: T) -> T {
        T::ONE - y * y
    }
}

/// `x / (1 + |x|)`, PyTorch's `nn.Softsign`.
///
/// Derivative: `1 / (1 + |x|)²`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softsign;

impl<T: Scalar> Activation<T> for Softsign {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x / (T::ONE + x.abs())
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let root = T::ONE / (T::ONE + x.abs());
        root * root
    }
}

/// `x − tanh x`, PyTorch's `nn.Tanhshrink`.
///
/// Derivative: `tanh² x`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanhshrink;

impl<T: Scalar> Activation<T> for Tanhshrink {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x - x.tanh()
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        // Not `x − y`: that loses the tanh where `x` is large.
        let tanh = x.tanh();
        tanh * tanh
    }
}
