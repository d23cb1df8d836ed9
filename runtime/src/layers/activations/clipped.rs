//! Limits and squares.

use super::clamp;
use crate::Scalar;
use crate::layers::Activation;

/// `x` for `x > threshold`, else `value`; PyTorch's `nn.Threshold`.
///
/// Derivative: 1 for `x > threshold`, else 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Up to here, `value` is taken.
    pub threshold: f64,
    /// What is taken instead.
    pub value: f64,
}

impl<T: Scalar> Activation<T> for Threshold {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let value = T::from_f64(self.value);
        if x <= T::from_f64(self.threshold) {
            value
        } else {
            x
        }
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let flat = x <= T::from_f64(self.threshold);
        if flat { T::ZERO } else { T::ONE }
    }
}

/// `min(max(min, x), max)`, PyTorch's `torch.clamp`.
///
/// Derivative: 1 for `min ≤ x ≤ max`, else 0: at the limits themselves another than that of
/// [`Hardtanh`](super::Hardtanh), as in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clamp {
    /// The least value; −∞ by default.
    pub min: f64,
    /// The greatest value; ∞ by default.
    pub max: f64,
}

impl Default for Clamp {
    fn default() -> Self {
        Self {
            min: f64::NEG_INFINITY,
            max: f64::INFINITY,
        }
    }
}

impl<T: Scalar> Activation<T> for Clamp {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        clamp(x, T::from_f64(self.min), T::from_f64(self.max))
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let flat = (x < T::from_f64(self.min)) | (x > T::from_f64(self.max));
        if flat { T::ZERO } else { T::ONE }
    }
}

/// `min(max(0, x), max)`, the activation of evaluation functions in game engines; PyTorch's `nn.Hardtanh(0, max)`.
///
/// Derivative: 1 for `0 < x < max`, else 0; taken from the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClippedRelu {
    /// The greatest value; 1 by default.
    pub max: f64,
}

impl Default for ClippedRelu {
    fn default() -> Self {
        Self { max: 1.0 }
    }
}

impl<T: Scalar> Activation<T> for ClippedRelu {
    const FROM_OUTPUT: bool = true;
    #[inline(always)]
    fn value(&self, x: T) -> T {
        clamp(x, T::ZERO, T::from_f64(self.max))
    }
    #[inline(always)]
    fn derivative(&self, _x: T, y: T) -> T {
        let flat = (y <= T::ZERO) | (y >= T::from_f64(self.max));
        if flat { T::ZERO } else { T::ONE }
    }
}

/// `min(max(0, x), max)²`, the square of [`ClippedRelu`].
///
/// Derivative: `2·x` for `0 < x < max`, else 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquaredClippedRelu {
    /// The greatest value before it is squared; 1 by default.
    pub max: f64,
}

impl Default for SquaredClippedRelu {
    fn default() -> Self {
        Self { max: 1.0 }
    }
}

impl<T: Scalar> Activation<T> for SquaredClippedRelu {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let x = clamp(x, T::ZERO, T::from_f64(self.max));
        x * x
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let flat = (x <= T::ZERO) | (x >= T::from_f64(self.max));
        if flat { T::ZERO } else { x + x }
    }
}

/// `x²`, PyTorch's `torch.square`; infinite where the square is beyond the scalar.
///
/// Derivative: `2·x`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Square;

impl<T: Scalar> Activation<T> for Square {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        x * x
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        x + x
    }
}
