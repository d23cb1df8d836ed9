use super::hyperparameters::bias_correction;
use super::optimizer::{Rule, optimizer};
use super::sgd::decayed;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// NAdam (Dozat 2016, ICLR workshop), PyTorch's `optim.NAdam`: Adam with Nesterov's momentum.
    ///
    /// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ`) in step `t`:
    ///
    /// - `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`;
    /// - `μₜ = β₁·(1 − 0.96^(t·ψ)/2)` with the decay `ψ` of the momentum, and the products `Mₜ = μ₁·…·μₜ`;
    /// - `w ← w − η·((1 − μₜ)/(1 − Mₜ)·g + μₜ₊₁/(1 − Mₜ₊₁)·m) / (√(v/(1 − β₂ᵗ)) + ε)`.
    ///
    /// Defaults: `η = 0.002`, `β = (0.9, 0.999)`, `ε = 1e-8`, `λ = 0`, `ψ = 0.004`.
    ///
    /// PyTorch 1.13 counts `μₜ` twice in `Mₜ₊₁` where `foreach=False`, a slip that later versions have mended.
    ///
    /// State: `exp_avg` (`m`), `exp_avg_sq` (`v`), and the scalar `mu_product` (`Mₜ`).
    NAdam {
        state: [exp_avg, exp_avg_sq],
        scalars: [mu_product = 1.0],
        betas: [beta1 = 0.9, beta2 = 0.999],
        learning_rate: 2e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ` (L2 penalty).
        weight_decay: not_negative = 0.0,
        /// Sets the decay `ψ` of the momentum.
        momentum_decay: not_negative_of_all = 4e-3,
    }
}

impl Options {
    /// `μₜ`
    fn momentum(&self, step: f64) -> f64 {
        let exponent = step * self.momentum_decay;
        self.beta1 * (1.0 - 0.5 * Scalar::exp(exponent * Scalar::ln(0.96_f64)))
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, [mu_product]: &mut [f64; 1]) -> Coefficients<T> {
        let mu = self.momentum(step as f64);
        let next = self.momentum(step as f64 + 1.0);
        *mu_product *= mu;
        let eta = self.learning_rate;
        Coefficients {
            lambda: T::from_f64(self.weight_decay),
            beta1: T::from_f64(self.beta1),
            fresh1: T::from_f64(1.0 - self.beta1),
            beta2: T::from_f64(self.beta2),
            fresh2: T::from_f64(1.0 - self.beta2),
            root_scale: T::from_f64(1.0 / Scalar::sqrt(bias_correction(self.beta2, step))),
            eps: T::from_f64(self.eps),
            gradient: T::from_f64(eta * (1.0 - mu) / (1.0 - *mu_product)),
            average: T::from_f64(eta * next / (1.0 - *mu_product * next)),
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
    /// `1/√(1 − β₂ᵗ)`
    root_scale: T,
    eps: T,
    /// The factors of `g` and `m`.
    gradient: T,
    average: T,
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
            let divisor = Scalar::sqrt(*v) * c.root_scale + c.eps;
            *w -= (c.gradient * g + c.average * *m) / divisor;
        }
    }
}
