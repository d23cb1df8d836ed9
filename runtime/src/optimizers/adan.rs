use super::hyperparameters::bias_correction;
use super::optimizer::{Rule, optimizer};
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// Adan (Xie et al. 2022, arXiv:2208.06677): Nesterov's momentum from the differences of gradients, adapted.
    ///
    /// With the gradient `g = ∂L/∂w`, that of the step before, `g′`, and `δ = g − g′` (0 in the first step), in step `t`:
    ///
    /// - `m ← β₁·m + (1 − β₁)·g`, `d ← β₂·d + (1 − β₂)·δ`, `n ← β₃·n + (1 − β₃)·(g + β₂·δ)²`;
    /// - `w ← w − η·(m/(1 − β₁ᵗ) + β₂·d/(1 − β₂ᵗ)) / (√(n/(1 − β₃ᵗ)) + ε)`;
    /// - `w ← w/(1 + η·λ)`, the proximal weight decay.
    ///
    /// Names and defaults are those of the authors' code (sail-sg/Adan), where a `β` is what is kept of an average; the
    /// paper writes `1 − β` for it. `η = 0.001`, `β = (0.98, 0.92, 0.99)`, `ε = 1e-8`, `λ = 0`.
    ///
    /// State: `exp_avg` (`m`), `exp_avg_diff` (`d`), `exp_avg_sq` (`n`), `pre_grad` (`g′`).
    Adan {
        state: [exp_avg, exp_avg_diff, exp_avg_sq, pre_grad],
        betas: [beta1 = 0.98, beta2 = 0.92, beta3 = 0.99],
        learning_rate: 1e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ`.
        weight_decay: not_negative = 0.0,
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        let eta = self.learning_rate;
        let root_scale = 1.0 / Scalar::sqrt(bias_correction(self.beta3, step));
        Coefficients {
            first: step == 1,
            beta1: T::from_f64(self.beta1),
            fresh1: T::from_f64(1.0 - self.beta1),
            beta2: T::from_f64(self.beta2),
            fresh2: T::from_f64(1.0 - self.beta2),
            beta3: T::from_f64(self.beta3),
            fresh3: T::from_f64(1.0 - self.beta3),
            root_scale: T::from_f64(root_scale),
            eps: T::from_f64(self.eps),
            average: T::from_f64(eta / bias_correction(self.beta1, step)),
            difference: T::from_f64(eta * self.beta2 / bias_correction(self.beta2, step)),
            grow: T::from_f64(1.0 + eta * self.weight_decay),
        }
    }

    #[inline(always)]
    fn update(
        isa: Isa,
        c: Coefficients<T>,
        w: &mut [T],
        g: &[T],
        [m, d, n, before]: [&mut [T]; 4],
    ) {
        update(isa, w, g, m, d, n, before, c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    /// Whether there is no gradient before this one.
    first: bool,
    beta1: T,
    fresh1: T,
    beta2: T,
    fresh2: T,
    beta3: T,
    fresh3: T,
    /// `1/√(1 − β₃ᵗ)`
    root_scale: T,
    eps: T,
    /// The factors of `m` and `d`.
    average: T,
    difference: T,
    /// `1 + η·λ`
    grow: T,
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        m: &mut [T],
        d: &mut [T],
        n: &mut [T],
        before: &mut [T],
        c: Coefficients<T>,
    ) {
        for (((((w, &g), m), d), n), before) in w.iter_mut().zip(g).zip(m).zip(d).zip(n).zip(before) {
            let difference = if c.first { T::ZERO } else { g - *before };
            *m = c.beta1 * *m + c.fresh1 * g;
            *d = c.beta2 * *d + c.fresh2 * difference;
            let ahead = g + c.beta2 * difference;
            *n = c.beta3 * *n + c.fresh3 * (ahead * ahead);
            *before = g;
            let divisor = Scalar::sqrt(*n) * c.root_scale + c.eps;
            *w = (*w - (c.average * *m + c.difference * *d) / divisor) / c.grow;
        }
    }
}
