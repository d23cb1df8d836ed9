use super::hyperparameters::bias_correction;
use super::optimizer::{Rule, optimizer};
use super::sgd::decayed;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// Adamax (Kingma & Ba 2015, arXiv:1412.6980, section 7.1), PyTorch's `optim.Adamax`: Adam with the largest gradient
    /// in place of the root of the mean square.
    ///
    /// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ`) in step `t`:
    ///
    /// - `m ← β₁·m + (1 − β₁)·g`, `u ← max(β₂·u, |g| + ε)`;
    /// - `w ← w − η/(1 − β₁ᵗ) · m/u`.
    ///
    /// Defaults: `η = 0.002`, `β = (0.9, 0.999)`, `ε = 1e-8`, `λ = 0`.
    ///
    /// State: `exp_avg` (`m`), `exp_inf` (`u`).
    Adamax {
        state: [exp_avg, exp_inf],
        betas: [beta1 = 0.9, beta2 = 0.999],
        learning_rate: 2e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ` (L2 penalty).
        weight_decay: not_negative = 0.0,
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        Coefficients {
            lambda: T::from_f64(self.weight_decay),
            beta1: T::from_f64(self.beta1),
            fresh1: T::from_f64(1.0 - self.beta1),
            beta2: T::from_f64(self.beta2),
            eps: T::from_f64(self.eps),
            step_size: T::from_f64(self.learning_rate / bias_correction(self.beta1, step)),
        }
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [m, u]: [&mut [T]; 2]) {
        update(isa, w, g, m, u, c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    lambda: T,
    beta1: T,
    fresh1: T,
    beta2: T,
    eps: T,
    /// `η/(1 − β₁ᵗ)`
    step_size: T,
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        m: &mut [T],
        u: &mut [T],
        c: Coefficients<T>,
    ) {
        for (((w, &g), m), u) in w.iter_mut().zip(g).zip(m).zip(u) {
            let g = decayed(*w, g, c.lambda);
            *m = c.beta1 * *m + c.fresh1 * g;
            let (before, now) = (c.beta2 * *u, Scalar::abs(g) + c.eps);
            // So written, a NaN in either stays, as with `torch.amax`.
            *u = if before >= now || before.is_nan() { before } else { now };
            *w -= c.step_size * (*m / *u);
        }
    }
}
