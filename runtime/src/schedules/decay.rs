use super::Schedule;
use crate::scalar::Scalar;

/// `gammaⁿ`, by multiplications alone.
fn power(gamma: f64, n: u64) -> f64 {
    Scalar::powi(gamma, i32::try_from(n).unwrap_or(i32::MAX))
}

/// A factor every so many steps, PyTorch's `StepLR`: `η·γ^⌊t/step_size⌋`.
///
/// Default: `γ = 0.1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepLr {
    /// `η`
    pub learning_rate: f64,
    /// After how many steps the factor comes; 0 counts as 1.
    pub step_size: u64,
    /// `γ`
    pub gamma: f64,
}

impl StepLr {
    /// A tenth of the learning rate after every `step_size` steps.
    pub const fn new(learning_rate: f64, step_size: u64) -> Self {
        Self {
            learning_rate,
            step_size,
            gamma: 0.1,
        }
    }
}

impl Schedule for StepLr {
    fn learning_rate(&self, step: u64) -> f64 {
        self.learning_rate * power(self.gamma, step / self.step_size.max(1))
    }
}

/// A factor at each of some steps, PyTorch's `MultiStepLR`: `η·γⁿ` with the number `n` of milestones that are not after the
/// step.
///
/// Default: `γ = 0.1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MultiStepLr<const N: usize> {
    /// `η`
    pub learning_rate: f64,
    /// The steps, in any order; one that is listed twice counts twice.
    pub milestones: [u64; N],
    /// `γ`
    pub gamma: f64,
}

impl<const N: usize> MultiStepLr<N> {
    /// A tenth of the learning rate from each milestone on.
    pub const fn new(learning_rate: f64, milestones: [u64; N]) -> Self {
        Self {
            learning_rate,
            milestones,
            gamma: 0.1,
        }
    }
}

impl<const N: usize> Schedule for MultiStepLr<N> {
    fn learning_rate(&self, step: u64) -> f64 {
        let passed = self
            .milestones
            .iter()
            .filter(|&&milestone| milestone <= step);
        self.learning_rate * power(self.gamma, passed.count() as u64)
    }
}

/// A factor every step, PyTorch's `ExponentialLR`: `η·γᵗ`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialLr {
    /// `η`
    pub learning_rate: f64,
    /// `γ`
    pub gamma: f64,
}

impl ExponentialLr {
    /// `learning_rate`, times `gamma` after every step.
    pub const fn new(learning_rate: f64, gamma: f64) -> Self {
        Self {
            learning_rate,
            gamma,
        }
    }
}

impl Schedule for ExponentialLr {
    fn learning_rate(&self, step: u64) -> f64 {
        self.learning_rate * power(self.gamma, step)
    }
}

/// Down to 0 by a power, PyTorch's `PolynomialLR`: `η·(1 − min(t, total)/total)ᵖ`.
///
/// Default: `p = 1`, a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialLr {
    /// `η`
    pub learning_rate: f64,
    /// From which step on the learning rate is 0.
    pub total_iters: u64,
    /// `p`
    pub power: f64,
}

impl PolynomialLr {
    /// A straight line to 0 in `total_iters` steps.
    pub const fn new(learning_rate: f64, total_iters: u64) -> Self {
        Self {
            learning_rate,
            total_iters,
            power: 1.0,
        }
    }
}

impl Schedule for PolynomialLr {
    fn learning_rate(&self, step: u64) -> f64 {
        if step >= self.total_iters {
            return 0.0;
        }
        let left = (self.total_iters - step) as f64 / self.total_iters as f64;
        let factor = if self.power == 1.0 {
            left
        } else {
            Scalar::exp(self.power * Scalar::ln(left))
        };
        self.learning_rate * factor
    }
}
