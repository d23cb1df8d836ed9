//! Activation functions: each an equation, its derivative, and PyTorch's options and defaults.

use super::Activation;
use crate::Scalar;

/// `max(0, x)`
#[derive(Clone, Copy, Debug, Default)]
pub struct Relu;

impl<T: Scalar> Activation<T> for Relu {
    const FROM_OUTPUT: bool = true;
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x.max(T::ZERO)
    }
    #[inline(always)]
    fn derivative(&self, _x: T, y: T) -> T {
        if y > T::ZERO { T::ONE } else { T::ZERO }
    }
}

/// `tanh x`
#[derive(Clone, Copy, Debug, Default)]
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
