use super::Storage;
use super::hyperparameters::not_negative;
use super::optimizer::{Rule, optimizer};
use super::sgd::decayed;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// RMSprop (Tieleman & Hinton 2012, Coursera lecture 6.5), PyTorch's `optim.RMSprop`.
    ///
    /// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ`):
    ///
    /// - `v ← α·v + (1 − α)·g²`, and the divisor is `d = √v + ε`;
    /// - centered (Graves 2013, arXiv:1308.0850): `a ← α·a + (1 − α)·g`, `d = √(v − a²) + ε`;
    /// - without momentum `w ← w − η·g/d`; with momentum `μ`: `b ← μ·b + g/d`, `w ← w − η·b`.
    ///
    /// Where rounding makes the variance `v − a²` negative it counts as 0; PyTorch gives NaN there.
    ///
    /// Defaults: `η = 0.01`, `α = 0.99`, `ε = 1e-8`, `λ = 0`, momentum 0, not centered.
    ///
    /// State: `square_avg` (`v`), `grad_avg` (`a`) if centered, `momentum_buffer` (`b`) with momentum.
    RmsProp {
        state: [square_avg],
        optional: [grad_avg, momentum_buffer],
        learning_rate: 1e-2,
        /// Sets the factor `α` of the moving averages.
        alpha: decay_rate = 0.99,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ` (L2 penalty).
        weight_decay: not_negative = 0.0,
        momentum: elsewhere = 0.0,
    }
}

#[cfg(feature = "alloc")]
impl<T: Scalar> RmsProp<T> {
    /// Sets the momentum `μ`, and allocates its buffer if it is not 0.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.options.momentum = not_negative("momentum", momentum);
        let len = self.square_avg.len();
        self.momentum_buffer = (momentum > 0.0).then(|| bytemuck::zeroed_slice_box(len));
        self
    }

    /// Sets whether to divide by the standard deviation of the gradient, and allocates its mean if so.
    #[must_use]
    pub fn centered(mut self, centered: bool) -> Self {
        let len = self.square_avg.len();
        self.grad_avg = centered.then(|| bytemuck::zeroed_slice_box(len));
        self
    }
}

impl<T: Scalar, S: Storage<T>> RmsProp<T, S> {
    /// Sets the momentum `μ`, with its buffer in given memory, zeros.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn momentum_with_state(mut self, momentum: f64, momentum_buffer: S) -> Self {
        self.options.momentum = not_negative("momentum", momentum);
        self.momentum_buffer = Some(momentum_buffer);
        self
    }

    /// Divides by the standard deviation of the gradient, with its mean in given memory, zeros.
    #[must_use]
    pub fn centered_with_state(mut self, grad_avg: S) -> Self {
        self.grad_avg = Some(grad_avg);
        self
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, _: u64, []: &mut [f64; 0]) -> Coefficients<T> {
        Coefficients {
            eta: T::from_f64(self.learning_rate),
            alpha: T::from_f64(self.alpha),
            fresh: T::from_f64(1.0 - self.alpha),
            eps: T::from_f64(self.eps),
            lambda: T::from_f64(self.weight_decay),
            mu: T::from_f64(self.momentum),
        }
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [v, a, b]: [&mut [T]; 3]) {
        let used = |state: &&mut [T]| !state.is_empty();
        update(isa, w, g, v, Some(a).filter(used), Some(b).filter(used), c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    eta: T,
    alpha: T,
    fresh: T,
    eps: T,
    lambda: T,
    mu: T,
}

impl<T: Scalar> Coefficients<T> {
    /// `g/d`, after bringing `v` up to date.
    #[inline(always)]
    fn scaled(&self, w: T, g: T, v: &mut T) -> T {
        let g = decayed(w, g, self.lambda);
        *v = self.alpha * *v + self.fresh * (g * g);
        g / (Scalar::sqrt(*v) + self.eps)
    }

    /// `g/d`, after bringing `v` and `a` up to date.
    #[inline(always)]
    fn scaled_centered(&self, w: T, g: T, v: &mut T, a: &mut T) -> T {
        let g = decayed(w, g, self.lambda);
        *v = self.alpha * *v + self.fresh * (g * g);
        *a = self.alpha * *a + self.fresh * g;
        let variance = *v - *a * *a;
        // So written, NaN stays NaN.
        let variance = if variance < T::ZERO {
            T::ZERO
        } else {
            variance
        };
        g / (Scalar::sqrt(variance) + self.eps)
    }

    /// The new weight, after bringing `b` up to date.
    #[inline(always)]
    fn weight(&self, w: T, scaled: T, b: &mut T) -> T {
        *b = self.mu * *b + scaled;
        w - self.eta * *b
    }
}

kernel! {
    /// One loop for each combination of the options, so that none has a branch inside.
    Update: pub(crate) fn update<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        v: &mut [T],
        a: Option<&mut [T]>,
        b: Option<&mut [T]>,
        c: Coefficients<T>,
    ) {
        let wgv = w.iter_mut().zip(g).zip(v);
        match (a, b) {
            (None, None) => {
                for ((w, &g), v) in wgv {
                    *w -= c.eta * c.scaled(*w, g, v);
                }
            }
            (Some(a), None) => {
                for (((w, &g), v), a) in wgv.zip(a) {
                    *w -= c.eta * c.scaled_centered(*w, g, v, a);
                }
            }
            (None, Some(b)) => {
                for (((w, &g), v), b) in wgv.zip(b) {
                    *w = c.weight(*w, c.scaled(*w, g, v), b);
                }
            }
            (Some(a), Some(b)) => {
                for ((((w, &g), v), a), b) in wgv.zip(a).zip(b) {
                    *w = c.weight(*w, c.scaled_centered(*w, g, v, a), b);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruction_sets_give_the_same_bits() {
        let [eta, alpha, fresh, eps, lambda, mu] = [0.01, 0.9, 0.1, 1e-8, 0.3, 0.7];
        let c = Coefficients {
            eta,
            alpha,
            fresh,
            eps,
            lambda,
            mu,
        };
        for len in [1, 13, 100] {
            let g: [f32; 100] = core::array::from_fn(|i| 1.0 / (i as f32 - 7.3));
            let run = |isa| {
                let [mut w, mut v, mut a, mut b] = [0.3, 0.7, 0.1, 0.2].map(|x| [x; 100]);
                update(isa, &mut w[..len], &g, &mut v, None, None, c);
                update(isa, &mut w[..len], &g, &mut v, Some(&mut a), None, c);
                update(isa, &mut w[..len], &g, &mut v, None, Some(&mut b), c);
                update(
                    isa,
                    &mut w[..len],
                    &g,
                    &mut v,
                    Some(&mut a),
                    Some(&mut b),
                    c,
                );
                [w, v, a, b]
            };
            assert_eq!(run(Isa::BASELINE), run(Isa::detect()));
        }
    }
}
