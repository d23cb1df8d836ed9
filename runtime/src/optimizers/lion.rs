use super::optimizer::{Rule, optimizer};
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// Lion (Chen et al. 2023, arXiv:2302.06675): every weight goes the same way in every step, by the sign of an average.
    ///
    /// With the gradient `g = ∂L/∂w` and the decoupled weight decay `λ`:
    ///
    /// - `c = β₁·m + (1 − β₁)·g`;
    /// - `w ← w − η·(sign(c) + λ·w)`;
    /// - `m ← β₂·m + (1 − β₂)·g`.
    ///
    /// Defaults, the paper's: `η = 1e-4`, `β = (0.9, 0.99)`, `λ = 0`. It wants a learning rate three to ten times smaller
    /// than Adam's, and a weight decay as many times larger.
    ///
    /// State: `exp_avg` (`m`).
    Lion {
        state: [exp_avg],
        betas: [beta1 = 0.9, beta2 = 0.99],
        learning_rate: 1e-4,
        /// Sets the weight decay `λ`.
        weight_decay: not_negative = 0.0,
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, _: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        Coefficients {
            eta: T::from_f64(self.learning_rate),
            shrink: T::from_f64(1.0 - self.learning_rate * self.weight_decay),
            beta1: T::from_f64(self.beta1),
            fresh1: T::from_f64(1.0 - self.beta1),
            beta2: T::from_f64(self.beta2),
            fresh2: T::from_f64(1.0 - self.beta2),
        }
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [m]: [&mut [T]; 1]) {
        update(isa, w, g, m, c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    eta: T,
    /// `1 − η·λ`
    shrink: T,
    beta1: T,
    fresh1: T,
    beta2: T,
    fresh2: T,
}

/// −1, 1, or what is neither: 0 and NaN.
#[inline(always)]
fn sign<T: Scalar>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        T::ZERO - T::ONE
    } else {
        x
    }
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(w: &mut [T], g: &[T], m: &mut [T], c: Coefficients<T>) {
        for ((w, &g), m) in w.iter_mut().zip(g).zip(m) {
            let direction = sign(c.beta1 * *m + c.fresh1 * g);
            *w = *w * c.shrink - c.eta * direction;
            *m = c.beta2 * *m + c.fresh2 * g;
        }
    }
}
