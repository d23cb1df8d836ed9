use super::hyperparameters::bias_correction;
use super::optimizer::{Rule, optimizer};
use super::sgd::decayed;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// Adam (Kingma & Ba 2015, arXiv:1412.6980), PyTorch's `optim.Adam`.
    ///
    /// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ` as an L2 penalty) in step `t`:
    ///
    /// - `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`;
    /// - `w ← w − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)`;
    /// - with AMSGrad (Reddi et al. 2018, arXiv:1904.09237) the largest `v` so far stands in place of `v`.
    ///
    /// Defaults: `η = 0.001`, `β = (0.9, 0.999)`, `ε = 1e-8`, `λ = 0`, no AMSGrad.
    ///
    /// State: `exp_avg` (`m`), `exp_avg_sq` (`v`), and `max_exp_avg_sq` with AMSGrad.
    Adam {
        state: [exp_avg, exp_avg_sq],
        optional: [max_exp_avg_sq],
        betas: [beta1 = 0.9, beta2 = 0.999],
        learning_rate: 1e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ`.
        weight_decay: not_negative = 0.0,
    }
}

/// The two ways to switch AMSGrad on.
macro_rules! amsgrad {
    ($name:ident) => {
        #[cfg(feature = "alloc")]
        impl<T: crate::Scalar> $name<T> {
            /// Sets whether to use AMSGrad, and allocates its state if so.
            #[must_use]
            pub fn amsgrad(mut self, amsgrad: bool) -> Self {
                let len = self.exp_avg.len();
                self.max_exp_avg_sq = amsgrad.then(|| bytemuck::zeroed_slice_box(len));
                self
            }
        }

        impl<T: crate::Scalar, S: super::Storage<T>> $name<T, S> {
            /// Uses AMSGrad with its state in given memory, zeros.
            #[must_use]
            pub fn amsgrad_with_state(mut self, max_exp_avg_sq: S) -> Self {
                self.max_exp_avg_sq = Some(max_exp_avg_sq);
                self
            }
        }
    };
}
pub(super) use amsgrad;

amsgrad! { Adam }

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
        Coefficients {
            lambda: T::from_f64(weight_decay),
            ..Coefficients::new(step, learning_rate, [beta1, beta2], eps)
        }
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], states: [&mut [T]; 3]) {
        c.update(isa, w, g, states);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    pub(super) shrink: T,
    lambda: T,
    beta1: T,
    fresh1: T,
    beta2: T,
    fresh2: T,
    /// `1/√(1 − β₂ᵗ)`
    root_scale: T,
    eps: T,
    /// `η/(1 − β₁ᵗ)`
    step_size: T,
}

impl<T: Scalar> Coefficients<T> {
    /// Without weight decay of either kind.
    pub(super) fn new(step: u64, learning_rate: f64, [beta1, beta2]: [f64; 2], eps: f64) -> Self {
        Self {
            shrink: T::ONE,
            lambda: T::ZERO,
            beta1: T::from_f64(beta1),
            fresh1: T::from_f64(1.0 - beta1),
            beta2: T::from_f64(beta2),
            fresh2: T::from_f64(1.0 - beta2),
            root_scale: T::from_f64(1.0 / Scalar::sqrt(bias_correction(beta2, step))),
            eps: T::from_f64(eps),
            step_size: T::from_f64(learning_rate / bias_correction(beta1, step)),
        }
    }

    #[inline(always)]
    pub(super) fn update(self, isa: Isa, w: &mut [T], g: &[T], [m, v, max]: [&mut [T]; 3]) {
        if max.is_empty() {
            update(isa, w, g, m, v, self);
        } else {
            update_amsgrad(isa, w, g, m, v, max, self);
        }
    }

    /// Brings the two moments up to date.
    #[inline(always)]
    fn moments(&self, w: T, g: T, m: &mut T, v: &mut T) {
        let g = decayed(w, g, self.lambda);
        *m = self.beta1 * *m + self.fresh1 * g;
        *v = self.beta2 * *v + self.fresh2 * (g * g);
    }

    /// The new weight.
    #[inline(always)]
    fn weight(&self, w: T, m: T, v: T) -> T {
        let root = Scalar::sqrt(v) * self.root_scale;
        w * self.shrink - self.step_size * m / (root + self.eps)
    }
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        m: &mut [T],
        v: &mut [T],
        coefficients: Coefficients<T>,
    ) {
        for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
            coefficients.moments(*w, g, m, v);
            *w = coefficients.weight(*w, *m, *v);
        }
    }
}

kernel! {
    /// Divides by the root of the largest second moment so far.
    UpdateAmsgrad: pub(crate) fn update_amsgrad<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        m: &mut [T],
        v: &mut [T],
        max: &mut [T],
        coefficients: Coefficients<T>,
    ) {
        for ((((w, &g), m), v), max) in w.iter_mut().zip(g).zip(m).zip(v).zip(max) {
            coefficients.moments(*w, g, m, v);
            // So written, a NaN in either stays, as with `torch.maximum`.
            *max = if *max >= *v || max.is_nan() { *max } else { *v };
            *w = coefficients.weight(*w, *m, *max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruction_sets_give_the_same_bits() {
        for (len, decoupled) in [(1, true), (13, false), (100, true)] {
            let coefficients = Coefficients {
                shrink: if decoupled { 0.9 } else { 1.0 },
                lambda: if decoupled { 0.0 } else { 0.1 },
                ..Coefficients::<f32>::new(3, 1e-3, [0.9, 0.999], 1e-8)
            };
            let g: [f32; 100] = core::array::from_fn(|i| 1.0 / (i as f32 - 7.3));
            let run = |isa| {
                let [mut w, mut m, mut v, mut max] = [0.3, 0.1, 0.7, 0.01].map(|x| [x; 100]);
                update(isa, &mut w[..len], &g, &mut m, &mut v, coefficients);
                update_amsgrad(
                    isa,
                    &mut w[..len],
                    &g,
                    &mut m,
                    &mut v,
                    &mut max,
                    coefficients,
                );
                [w, m, v, max]
            };
            assert_eq!(run(Isa::BASELINE), run(Isa::detect()));
        }
    }
}
