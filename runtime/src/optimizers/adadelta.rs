use super::optimizer::{Rule, optimizer};
use super::sgd::decayed;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// Adadelta (Zeiler 2012, arXiv:1212.5701), PyTorch's `optim.Adadelta`.
    ///
    /// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ`):
    ///
    /// - `v ← ρ·v + (1 − ρ)·g²`;
    /// - `Δ = √(u + ε)/√(v + ε) · g`, `u ← ρ·u + (1 − ρ)·Δ²`;
    /// - `w ← w − η·Δ`.
    ///
    /// Defaults: `η = 1`, `ρ = 0.9`, `ε = 1e-6`, `λ = 0`.
    ///
    /// State: `square_avg` (`v`), `acc_delta` (`u`).
    Adadelta {
        state: [square_avg, acc_delta],
        learning_rate: 1.0,
        /// Sets the factor `ρ` of the moving averages.
        rho: decay_rate = 0.9,
        /// Sets `ε`, which keeps the divisor from zero and the first steps from being nothing.
        eps: not_negative = 1e-6,
        /// Sets the weight decay `λ` (L2 penalty).
        weight_decay: not_negative = 0.0,
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, _: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        Coefficients {
            eta: T::from_f64(self.learning_rate),
            rho: T::from_f64(self.rho),
            fresh: T::from_f64(1.0 - self.rho),
            eps: T::from_f64(self.eps),
            lambda: T::from_f64(self.weight_decay),
        }
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [v, u]: [&mut [T]; 2]) {
        update(isa, w, g, v, u, c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    eta: T,
    rho: T,
    fresh: T,
    eps: T,
    lambda: T,
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        v: &mut [T],
        u: &mut [T],
        c: Coefficients<T>,
    ) {
        for (((w, &g), v), u) in w.iter_mut().zip(g).zip(v).zip(u) {
            let g = decayed(*w, g, c.lambda);
            *v = c.rho * *v + c.fresh * (g * g);
            let delta = Scalar::sqrt(*u + c.eps) / Scalar::sqrt(*v + c.eps) * g;
            *u = c.rho * *u + c.fresh * (delta * delta);
            *w -= c.eta * delta;
        }
    }
}
