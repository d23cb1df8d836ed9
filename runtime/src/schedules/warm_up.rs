use super::Schedule;

/// A linear warm-up, PyTorch's `LinearLR`: in step `t` the learning rate is
/// `η·(start + (end − start)·min(t, total)/total)`.
///
/// Defaults: from a third to 1. With an end below the start it is a linear decay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearLr {
    /// `η`
    pub learning_rate: f64,
    /// The factor of `η` in the first step.
    pub start_factor: f64,
    /// The factor from step `total_iters` on.
    pub end_factor: f64,
    /// How many steps it takes to get there.
    pub total_iters: u64,
}

impl LinearLr {
    /// From a third of `learning_rate` to `learning_rate` in `total_iters` steps.
    pub const fn new(learning_rate: f64, total_iters: u64) -> Self {
        Self {
            learning_rate,
            start_factor: 1.0 / 3.0,
            end_factor: 1.0,
            total_iters,
        }
    }
}

impl Schedule for LinearLr {
    fn learning_rate(&self, step: u64) -> f64 {
        let done = if step < self.total_iters {
            step as f64 / self.total_iters as f64
        } else {
            1.0
        };
        let factor = self.start_factor * (1.0 - done) + self.end_factor * done;
        self.learning_rate * factor
    }
}

/// A smaller learning rate for the first steps, PyTorch's `ConstantLR`: `η·factor` in the steps before `total_iters`, then
/// `η`. A learning rate that never changes is a plain number.
///
/// Default: a factor of a third.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConstantLr {
    /// `η`
    pub learning_rate: f64,
    /// Its factor in the first steps.
    pub factor: f64,
    /// How many steps those are.
    pub total_iters: u64,
}

impl ConstantLr {
    /// A third of `learning_rate` for `total_iters` steps.
    pub const fn new(learning_rate: f64, total_iters: u64) -> Self {
        Self {
            learning_rate,
            factor: 1.0 / 3.0,
            total_iters,
        }
    }
}

impl Schedule for ConstantLr {
    fn learning_rate(&self, step: u64) -> f64 {
        if step < self.total_iters {
            self.learning_rate * self.factor
        } else {
            self.learning_rate
        }
    }
}
