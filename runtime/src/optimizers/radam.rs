use super::hyperparameters::bias_correction;
use super::optimizer::{Rule, optimizer};
use super::sgd::decayed;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// RAdam (Liu et al. 2020, arXiv:1908.03265), PyTorch's `optim.RAdam`: Adam that adapts only once it has seen enough
    /// gradients to.
    ///
    /// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ`) in step `t`, and `m` and `v` as in [`Adam`](super::Adam):
    ///
    /// - `ρ∞ = 2/(1 − β₂) − 1`, `ρ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ)`;
    /// - where `ρ > 5`: `r = √((ρ − 4)(ρ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρ))` and
    ///   `w ← w − η·r/(1 − β₁ᵗ) · m·√(1 − β₂ᵗ)/(√v + ε)`;
    /// - before: `w ← w − η/(1 − β₁ᵗ) · m`.
    ///
    /// Defaults: `η = 0.001`, `β = (0.9, 0.999)`, `ε = 1e-8`, `λ = 0`.
    ///
    /// State: `exp_avg` (`m`), `exp_avg_sq` (`v`).
    RAdam {
        state: [exp_avg, exp_avg_sq],
        betas: [beta1 = 0.9, beta2 = 0.999],
        learning_rate: 1e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ` (L2 penalty).
        weight_decay: not_negative = 0.0,
    }
}

impl Options {
    /// `r·√(1 − β₂ᵗ)`, if the variance of the adapted rate is known well enough.
    fn rectification(&self, step: u64) -> Option<f64> {
        let correction = bias_correction(self.beta2, step);
        let longest = 2.0 / (1.0 - self.beta2) - 1.0;
        let length = longest - 2.0 * step as f64 * (1.0 - correction) / correction;
        let ratio = (length - 4.0) * (length - 2.0) * longest
            / ((longest - 4.0) * (longest - 2.0) * length);
        (length > 5.0).then(|| Scalar::sqrt(ratio * correction))
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        let rectification = self.rectification(step);
        let step_size = self.learning_rate / bias_correction(self.beta1, step);
        Coefficients {
            lambda: T::from_f64(self.weight_decay),
            beta1: T::from_f64(self.beta1),
            fresh1: T::from_f64(1.0 - self.beta1),
            beta2: T::from_f64(self.beta2),
            fresh2: T::from_f64(1.0 - self.beta2),
            eps: T::from_f64(self.eps),
            adapts: rectification.is_some(),
            step_size: T::from_f64(step_size * rectification.unwrap_or(1.0)),
        }
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [m, v]: [&mut [T]; 2]) {
        update(isa, w, g, m, v, c);
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
    fresh2: T,
    eps: T,
    /// Whether to divide by `√v + ε`.
    adapts: bool,
    step_size: T,
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        m: &mut [T],
        v: &mut [T],
        c: Coefficients<T>,
    ) {
        for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
            let g = decayed(*w, g, c.lambda);
            *m = c.beta1 * *m + c.fresh1 * g;
            *v = c.beta2 * *v + c.fresh2 * (g * g);
            let divisor = if c.adapts { Scalar::sqrt(*v) + c.eps } else { T::ONE };
            *w -= c.step_size * (*m / divisor);
        }
    }
}
