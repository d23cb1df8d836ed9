//! An exponential on one side, a straight line on the other.

use crate::Scalar;
use crate::layers::Activation;

/// `x` for `x > 0`, else `α · (eˣ − 1)`; PyTorch's `nn.ELU` (Clevert et al. 2016, arXiv:1511.07289).
///
/// Derivative: 1 for `x > 0`, else `α·eˣ = y + α` (also at 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu {
    /// `α`, minus the limit to the left; 1 by default.
    pub alpha: f64,
}

impl Default for Elu {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl<T: Scalar> Activation<T> for Elu {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let left = T::from_f64(self.alpha) * x.exp_m1();
        if x > T::ZERO { x } else { left }
    }
    #[inline(always)]
    fn derivative(&self, x: T, y: T) -> T {
        let left = y + T::from_f64(self.alpha);
        if x > T::ZERO { T::ONE } else { left }
    }
}

/// `λ·x` for `x > 0`, else `λ·α·(eˣ − 1)`; PyTorch's `nn.SELU` (Klambauer et al. 2017, arXiv:1706.02515).
///
/// `λ` = 1.0507… and `α` = 1.6732… keep mean 0 and variance 1 from layer to layer.
/// Derivative: `λ` for `x > 0`, else `λ·α·eˣ = y + λ·α` (also at 0).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Selu;

const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

impl<T: Scalar> Activation<T> for Selu {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let left = T::from_f64(SELU_SCALE * SELU_ALPHA) * x.exp_m1();
        let right = T::from_f64(SELU_SCALE) * x;
        if x > T::ZERO { right } else { left }
    }
    #[inline(always)]
    fn derivative(&self, x: T, y: T) -> T {
        let left = y + T::from_f64(SELU_SCALE * SELU_ALPHA);
        if x > T::ZERO {
            T::from_f64(SELU_SCALE)
        } else {
            left
        }
    }
}

/// `x` for `x > 0`, else `α · (e^(x/α) − 1)`; PyTorch's `nn.CELU` (Barron 2017, arXiv:1704.07483).
///
/// Derivative: 1 for `x > 0`, else `e^(x/α) = y/α + 1`: smooth for every `α > 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Celu {
    /// `α`, not 0; 1 by default.
    pub alpha: f64,
}

impl Default for Celu {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl<T: Scalar> Activation<T> for Celu {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let (alpha, inverse) = (T::from_f64(self.alpha), T::from_f64(1.0 / self.alpha));
        let left = alpha * (x * inverse).exp_m1();
        if x > T::ZERO { x } else { left }
    }
    #[inline(always)]
    fn derivative(&self, x: T, y: T) -> T {
        let left = y * T::from_f64(1.0 / self.alpha) + T::ONE;
        if x > T::ZERO { T::ONE } else { left }
    }
}

/// `ln(1 + e^(βx)) / β`, and `x` itself where `βx > threshold`; PyTorch's `nn.Softplus`.
///
/// Derivative: `σ(βx)`, and 1 where `βx > threshold`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softplus {
    /// `β`, not 0: how sharp the bend is; 1 by default.
    pub beta: f64,
    /// Where the function goes over to `x`; 20 by default.
    pub threshold: f64,
}

impl Default for Softplus {
    fn default() -> Self {
        Self {
            beta: 1.0,
            threshold: 20.0,
        }
    }
}

impl<T: Scalar> Activation<T> for Softplus {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let bent = x * T::from_f64(self.beta);
        let positive = if bent < T::ZERO { T::ZERO } else { bent };
        let softplus = (positive + (-bent.abs()).exp().ln_1p()) * T::from_f64(1.0 / self.beta);
        if bent > T::from_f64(self.threshold) {
            x
        } else {
            softplus
        }
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        let bent = x * T::from_f64(self.beta);
        let slope = bent.sigmoid();
        if bent > T::from_f64(self.threshold) {
            T::ONE
        } else {
            slope
        }
    }
}

/// `ln σ(x) = min(0, x) − ln(1 + e^(−|x|))`, PyTorch's `nn.LogSigmoid`.
///
/// Derivative: `1 − σ(x) = σ(−x)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSigmoid;

impl<T: Scalar> Activation<T> for LogSigmoid {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        let negative = if x > T::ZERO { T::ZERO } else { x };
        negative - (-x.abs()).exp().ln_1p()
    }
    #[inline(always)]
    fn derivative(&self, x: T, _y: T) -> T {
        (-x).sigmoid()
    }
}
