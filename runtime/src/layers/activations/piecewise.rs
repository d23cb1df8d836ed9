//! Straight pieces.

use super::clamp;
use crate::Scalar;
use crate::layers::Activation;

/// `max(0, x)`, PyTorch's `nn.ReLU`.
///
/// Derivative: 1 for `x > 0`, else 0 (also at 0); taken from the output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu;

impl<T: Scalar> Activation<T> for Relu {
    const FROM_OUTPUT: bool = true;
    #[inline(always)]
    fn value(&self, x: T) -> T {
        if x < T::ZERO { T::ZERO } else { x }
    }
    #[inline(always)]
    fn derivative(&self, _x: T, y: T) -> T {
        if y <= T::ZERO { T::ZERO } else { T::ONE }
    }
}

/// `min(max(0, x), 6)`, PyTorch's `nn.ReLU6`.
///
/// Derivative: 1 for `0 < x < 6`, else 0; taken from the output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu6;

impl<T: Scalar> Activation<T> for Relu6 {
    const FROM_OUTPUT: bool = true;
    #[inline(always)]
    fn value(&self, x: T) -> T {
        clamp(x, T::ZERO, T::from_f64(6.0))
    }
    #[inline(always)]
    fn derivative(&self, _x: T, y: T) -> T {
        let flat = (y <= T::ZERO) | (y >= T::from_f64(6.0));
        if flat { T::ZERO } else { T::ONE }
    }
}

/// `x` for `x > 0`, else `negative_slope · x`; PyTorch's `nn.LeakyReLU`.
///
/// Derivative: 1 for `x > 0`, else `negative_slope` (also at 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu {
    /// The slope for negative `x`; 0.01 by default.
    pub negative_slope: f64,
}

impl Default for LeakyRelu {
    fn default() -> Self {
        Self {
            negative_slope: 0.01,
        }
    }
}

impl<T: Scalar> Activation<T> for LeakyRelu {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let slope = T::from_f64(self.negative_slope);
        if x > T::ZERO { x } else { x * slope }
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let slope = T::from_f64(self.negative_slope);
        if x > T::ZERO { T::ONE } else { slope }
    }
}

/// `min(max(min_val, x), max_val)`, PyTorch's `nn.Hardtanh`.
///
/// Derivative: 1 for `min_val < x < max_val`, else 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hardtanh {
    /// The least value; −1 by default.
    pub min_val: f64,
    /// The greatest value; 1 by default.
    pub max_val: f64,
}

impl Default for Hardtanh {
    fn default() -> Self {
        Self {
            min_val: -1.0,
            max_val: 1.0,
        }
    }
}

impl<T: Scalar> Activation<T> for Hardtanh {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        clamp(x, T::from_f64(self.min_val), T::from_f64(self.max_val))
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let flat = (x <= T::from_f64(self.min_val)) | (x >= T::from_f64(self.max_val));
        if flat { T::ZERO } else { T::ONE }
    }
}

/// `min(max(0, x + 3), 6) / 6`, PyTorch's `nn.Hardsigmoid`.
///
/// Derivative: 1/6 for `−3 < x < 3`, else 0; taken from the output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hardsigmoid;

impl<T: Scalar> Activation<T> for Hardsigmoid {
    const FROM_OUTPUT: bool = true;
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let six = T::from_f64(6.0);
        clamp(x + T::from_f64(3.0), T::ZERO, six) / six
    }
    #[inline(always)]
    fn derivative(&self, _x: T, y: T) -> T {
        let flat = (y <= T::ZERO) | (y >= T::ONE);
        if flat {
            T::ZERO
        } else {
            T::from_f64(1.0 / 6.0)
        }
    }
}

/// `x · min(max(0, x + 3), 6) / 6`, PyTorch's `nn.Hardswish` (Howard et al. 2019, arXiv:1905.02244).
///
/// Derivative: 0 for `x < −3`, `x/3 + 1/2` for `−3 ≤ x < 3`, else 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hardswish;

impl<T: Scalar> Activation<T> for Hardswish {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        // The gate first: `x · 6` could overflow.
        x * Hardsigmoid.value(x)
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let three = T::from_f64(3.0);
        let slope = x / three + T::from_f64(0.5);
        let slope = if x >= three { T::ONE } else { slope };
        if x < -three { T::ZERO } else { slope }
    }
}

/// `x − λ` for `x > λ`, `x + λ` for `x < −λ`, else 0; PyTorch's `nn.Softshrink`.
///
/// Derivative: 0 for `−λ ≤ x ≤ λ`, else 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softshrink {
    /// `λ ≥ 0`; 0.5 by default.
    pub lambda: f64,
}

impl Default for Softshrink {
    fn default() -> Self {
        Self { lambda: 0.5 }
    }
}

impl<T: Scalar> Activation<T> for Softshrink {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let lambda = T::from_f64(self.lambda);
        let shrunk = if x > T::ZERO { x - lambda } else { x + lambda };
        if x.abs() <= lambda { T::ZERO } else { shrunk }
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let flat = x.abs() <= T::from_f64(self.lambda);
        if flat { T::ZERO } else { T::ONE }
    }
}
