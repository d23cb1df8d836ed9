use super::Schedule;
use crate::scalar::Scalar;

/// From `start` to `end` on half a cosine, of which the part `done` has passed.
pub(super) fn anneal(start: f64, end: f64, done: f64) -> f64 {
    let (_, cosine) = Scalar::sin_cos(core::f64::consts::PI * done);
    end + (start - end) * (1.0 + cosine) / 2.0
}

/// Half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983), PyTorch's `CosineAnnealingLR`:
/// `η_min + (η − η_min)·(1 + cos(π·t/T))/2`. After `T` steps the learning rate rises again, as in PyTorch: give it as many
/// steps as there are.
///
/// Default: `η_min = 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineAnnealingLr {
    /// `η`
    pub learning_rate: f64,
    /// `T`; 0 counts as 1.
    pub t_max: u64,
    /// `η_min`
    pub eta_min: f64,
}

impl CosineAnnealingLr {
    /// Down to 0 in `t_max` steps.
    pub const fn new(learning_rate: f64, t_max: u64) -> Self {
        Self {
            learning_rate,
            t_max,
            eta_min: 0.0,
        }
    }
}

impl Schedule for CosineAnnealingLr {
    fn learning_rate(&self, step: u64) -> f64 {
        let t_max = self.t_max.max(1);
        let (cycles, step) = (step / t_max, step % t_max);
        let done = step as f64 / t_max as f64;
        // Every other half goes up.
        let done = if cycles % 2 == 0 { done } else { 1.0 - done };
        anneal(self.learning_rate, self.eta_min, done)
    }
}

/// Half cosines from the top again and again (Loshchilov & Hutter 2017, arXiv:1608.03983), PyTorch's
/// `CosineAnnealingWarmRestarts`: the first takes `T₀` steps, each other `T_mult` times those of the one before.
///
/// Defaults: `T_mult = 1`, `η_min = 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineAnnealingWarmRestarts {
    /// `η`, from which each begins.
    pub learning_rate: f64,
    /// `T₀`; 0 counts as 1.
    pub t_0: u64,
    /// `T_mult`; 0 counts as 1.
    pub t_mult: u64,
    /// `η_min`
    pub eta_min: f64,
}

impl CosineAnnealingWarmRestarts {
    /// Down to 0 in `t_0` steps, every time.
    pub const fn new(learning_rate: f64, t_0: u64) -> Self {
        Self {
            learning_rate,
            t_0,
            t_mult: 1,
            eta_min: 0.0,
        }
    }
}

impl Schedule for CosineAnnealingWarmRestarts {
    fn learning_rate(&self, mut step: u64) -> f64 {
        let mut length = self.t_0.max(1);
        if self.t_mult <= 1 {
            step %= length;
        }
        while step >= length {
            step -= length;
            length = length.saturating_mul(self.t_mult);
        }
        anneal(
            self.learning_rate,
            self.eta_min,
            step as f64 / length as f64,
        )
    }
}
