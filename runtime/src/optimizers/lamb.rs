use super::hyperparameters::bias_correction;
use super::optimizer::{Rule, optimizer};
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// LAMB (You et al. 2020, arXiv:1904.00962): Adam whose step is as long, tensor by tensor, as the weights are. For
    /// large batches.
    ///
    /// With the gradient `g = ∂L/∂w` in step `t`, for every tensor of every layer:
    ///
    /// - `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`;
    /// - `r = m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) + λ·w`;
    /// - `w ← w − η·‖w‖/‖r‖·r`, where the ratio of the norms counts as 1 if one of them is 0.
    ///
    /// Defaults: `η = 0.001`, `β = (0.9, 0.999)`, `ε = 1e-6`, `λ = 0.01`.
    ///
    /// It has to know where tensors end, so it is made for a [`Network`](crate::Network): `Lamb::new(&*net)`, or
    /// `Lamb::with_state(Net::LAYERS, m, v)`. Norms are added up in `f64`, in an order that does not depend on the
    /// instruction set. A tensor is updated on one thread.
    ///
    /// State: `exp_avg` (`m`), `exp_avg_sq` (`v`).
    Lamb {
        tensors: layers,
        state: [exp_avg, exp_avg_sq],
        betas: [beta1 = 0.9, beta2 = 0.999],
        learning_rate: 1e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-6,
        /// Sets the weight decay `λ`.
        weight_decay: not_negative = 0.01,
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        Coefficients {
            eta: self.learning_rate,
            lambda: T::from_f64(self.weight_decay),
            beta1: T::from_f64(self.beta1),
            fresh1: T::from_f64(1.0 - self.beta1),
            beta2: T::from_f64(self.beta2),
            fresh2: T::from_f64(1.0 - self.beta2),
            scale: T::from_f64(1.0 / bias_correction(self.beta1, step)),
            root_scale: T::from_f64(1.0 / Scalar::sqrt(bias_correction(self.beta2, step))),
            eps: T::from_f64(self.eps),
        }
    }

    /// One tensor.
    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [m, v]: [&mut [T]; 2]) {
        let mut squares = [0.0; 2];
        moments(isa, w, g, m, v, &mut squares, c);
        let [weight, direction] = squares.map(Scalar::sqrt);
        let both = weight > 0.0 && direction > 0.0;
        let trust = if both { weight / direction } else { 1.0 };
        update(isa, w, m, v, T::from_f64(c.eta * trust), c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    eta: f64,
    lambda: T,
    beta1: T,
    fresh1: T,
    beta2: T,
    fresh2: T,
    /// `1/(1 − β₁ᵗ)`
    scale: T,
    /// `1/√(1 − β₂ᵗ)`
    root_scale: T,
    eps: T,
}

impl<T: Scalar> Coefficients<T> {
    /// `r`
    #[inline(always)]
    fn direction(&self, w: T, m: T, v: T) -> T {
        self.scale * m / (Scalar::sqrt(v) * self.root_scale + self.eps) + self.lambda * w
    }
}

/// Sums beside each other, in whose order vectors and single scalars add the same.
const SUMS: usize = 8;

kernel! {
    /// Brings the moments up to date; `squares` become `‖w‖²` and `‖r‖²`.
    Moments: pub(crate) fn moments<T, FMA, TILE>(
        w: &[T],
        g: &[T],
        m: &mut [T],
        v: &mut [T],
        squares: &mut [f64; 2],
        c: Coefficients<T>,
    ) {
        let (mut weights, mut directions) = ([0.0; SUMS], [0.0; SUMS]);
        let states = m.chunks_mut(SUMS).zip(v.chunks_mut(SUMS));
        for ((w, g), (m, v)) in w.chunks(SUMS).zip(g.chunks(SUMS)).zip(states) {
            let sums = weights.iter_mut().zip(&mut directions);
            for ((((&w, &g), m), v), (weight, direction)) in w.iter().zip(g).zip(m).zip(v).zip(sums) {
                *m = c.beta1 * *m + c.fresh1 * g;
                *v = c.beta2 * *v + c.fresh2 * (g * g);
                let r = c.direction(w, *m, *v).to_f64();
                *weight += w.to_f64() * w.to_f64();
                *direction += r * r;
            }
        }
        *squares = [weights.iter().sum(), directions.iter().sum()];
    }
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(w: &mut [T], m: &[T], v: &[T], eta: T, c: Coefficients<T>) {
        for ((w, &m), &v) in w.iter_mut().zip(m).zip(v) {
            *w -= eta * c.direction(*w, m, v);
        }
    }
}
