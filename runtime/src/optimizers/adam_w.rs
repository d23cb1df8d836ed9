use super::adam::{Coefficients, amsgrad};
use super::optimizer::{Rule, optimizer};
use crate::scalar::Scalar;
use crate::simd::Isa;

optimizer! {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101), PyTorch's `optim.AdamW`.
    ///
    /// As [`Adam`](super::Adam) without its penalty; instead every step first shrinks the weights: `w ← w − η·λ·w`.
    ///
    /// Defaults: as [`Adam`](super::Adam), but `λ = 0.01`.
    ///
    /// State: as [`Adam`](super::Adam).
    AdamW {
        state: [exp_avg, exp_avg_sq],
        optional: [max_exp_avg_sq],
        betas: [beta1 = 0.9, beta2 = 0.999],
        learning_rate: 1e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ`.
        weight_decay: not_negative = 0.01,
    }
}

amsgrad! { AdamW }

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        let Self {
            learning_rate,
            beta1,
            beta2,
            eps,
            weight_decay,
        } = *self;
        let mut c = Coefficients::new(step, learning_rate, [beta1, beta2], eps);
        c.shrink = T::from_f64(1.0 - learning_rate * weight_decay);
        c
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], states: [&mut [T]; 3]) {
        c.update(isa, w, g, states);
    }
}
