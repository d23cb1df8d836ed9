use super::Storage;
use super::hyperparameters::not_negative;
use super::optimizer::{Rule, optimizer};
use super::sgd::decayed;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// Adagrad (Duchi et al. 2011, JMLR 12), PyTorch's `optim.Adagrad`.
    ///
    /// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ`) in step `t`:
    ///
    /// - `s ← s + g²`;
    /// - `w ← w − η/(1 + (t − 1)·γ) · g/(√s + ε)` with the decay `γ` of the learning rate.
    ///
    /// Defaults: `η = 0.01`, `γ = 0`, `λ = 0`, `s = 0` at the start, `ε = 1e-10`.
    ///
    /// State: `sum` (`s`).
    Adagrad {
        state: [sum],
        learning_rate: 1e-2,
        /// Sets the decay `γ` of the learning rate, PyTorch's `lr_decay`.
        learning_rate_decay: not_negative = 0.0,
        /// Sets the weight decay `λ` (L2 penalty).
        weight_decay: not_negative = 0.0,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-10,
    }
}

impl<T: Scalar, S: Storage<T>> Adagrad<T, S> {
    /// Sets every sum `s`, before the first step.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn initial_accumulator_value(mut self, value: f64) -> Self {
        let value = not_negative("initial_accumulator_value", value);
        self.sum.as_mut().fill(T::from_f64(value));
        self
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        let decay = 1.0 + step.saturating_sub(1) as f64 * self.learning_rate_decay;
        Coefficients {
            eta: T::from_f64(self.learning_rate / decay),
            lambda: T::from_f64(self.weight_decay),
            eps: T::from_f64(self.eps),
        }
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [s]: [&mut [T]; 1]) {
        update(isa, w, g, s, c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    /// `η/(1 + (t − 1)·γ)`
    eta: T,
    lambda: T,
    eps: T,
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(w: &mut [T], g: &[T], s: &mut [T], c: Coefficients<T>) {
        for ((w, &g), s) in w.iter_mut().zip(g).zip(s) {
            let g = decayed(*w, g, c.lambda);
            *s += g * g;
            *w -= c.eta * (g / (Scalar::sqrt(*s) + c.eps));
        }
    }
}
