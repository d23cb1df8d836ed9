use super::hyperparameters::{decay_rate, not_negative};
use super::pieces::in_pieces;
use super::sgd::decayed;
use super::{FusedPass, Optimizer, Storage};
use crate::error::BackpropagateError;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};
use crate::weights::{self, Update as _};
use core::fmt;
use core::marker::PhantomData;

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
#[derive(Clone)]
pub struct RmsProp<
    T,
    #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
    #[cfg(not(feature = "alloc"))] S,
> {
    options: Options,
    square_avg: S,
    grad_avg: Option<S>,
    momentum_buffer: Option<S>,
    steps: u64,
    scalar: PhantomData<T>,
}

#[derive(Clone, Copy, Debug)]
struct Options {
    learning_rate: f64,
    alpha: f64,
    eps: f64,
    weight_decay: f64,
    momentum: f64,
}

#[cfg(feature = "alloc")]
impl<T: Scalar> RmsProp<T> {
    /// With PyTorch's defaults, for a network; allocates the state.
    pub fn new(network: &impl crate::Parameters<Scalar = T>) -> Self {
        Self::with_state(bytemuck::zeroed_slice_box(network.parameters().len()))
    }

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
    /// With PyTorch's defaults and the state in given memory, zeros.
    pub const fn with_state(square_avg: S) -> Self {
        Self {
            options: Options {
                learning_rate: 1e-2,
                alpha: 0.99,
                eps: 1e-8,
                weight_decay: 0.0,
                momentum: 0.0,
            },
            square_avg,
            grad_avg: None,
            momentum_buffer: None,
            steps: 0,
            scalar: PhantomData,
        }
    }

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

    /// Sets the learning rate `η`.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn learning_rate(mut self, learning_rate: f64) -> Self {
        self.set_learning_rate(learning_rate);
        self
    }

    /// Sets the factor `α` of the moving averages.
    ///
    /// # Panics
    /// If it is not in [0, 1).
    #[must_use]
    #[track_caller]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.options.alpha = decay_rate("alpha", alpha);
        self
    }

    /// Sets `ε`, which keeps the divisor from zero.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn eps(mut self, eps: f64) -> Self {
        self.options.eps = not_negative("eps", eps);
        self
    }

    /// Sets the weight decay `λ` (L2 penalty).
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.options.weight_decay = not_negative("weight decay", weight_decay);
        self
    }
}

impl<T: Scalar, S: Storage<T>> Optimizer<T> for RmsProp<T, S> {
    fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]) {
        debug_assert_eq!(parameters.len(), gradients.len(), "gradients");
        for (_, state) in self.state() {
            debug_assert_eq!(parameters.len(), state.len(), "state");
        }
        let mut step = self.prepare();
        step.apply(Isa::detect(), 0, parameters, gradients);
        self.steps = self.steps.saturating_add(1);
    }

    #[inline]
    fn fused_step(&mut self, pass: impl FusedPass<T>) -> Result<T, BackpropagateError> {
        let loss = pass.run(self.prepare())?;
        self.steps = self.steps.saturating_add(1);
        Ok(loss)
    }

    fn current_learning_rate(&self) -> f64 {
        self.options.learning_rate
    }
    #[track_caller]
    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.options.learning_rate = not_negative("learning rate", learning_rate);
    }
    fn steps(&self) -> u64 {
        self.steps
    }
    fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }
    fn state(&self) -> impl Iterator<Item = (&'static str, &[T])> {
        let (a, b) = (self.grad_avg.as_ref(), self.momentum_buffer.as_ref());
        [
            Some(("square_avg", self.square_avg.as_ref())),
            a.map(|a| ("grad_avg", a.as_ref())),
            b.map(|b| ("momentum_buffer", b.as_ref())),
        ]
        .into_iter()
        .flatten()
    }
    fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [T])> {
        let (a, b) = (self.grad_avg.as_mut(), self.momentum_buffer.as_mut());
        [
            Some(("square_avg", self.square_avg.as_mut())),
            a.map(|a| ("grad_avg", a.as_mut())),
            b.map(|b| ("momentum_buffer", b.as_mut())),
        ]
        .into_iter()
        .flatten()
    }
}

impl<T: Scalar, S: Storage<T>> RmsProp<T, S> {
    /// The next step.
    fn prepare(&mut self) -> Step<'_, T> {
        Step {
            v: self.square_avg.as_mut(),
            a: self.grad_avg.as_mut().map(AsMut::as_mut),
            b: self.momentum_buffer.as_mut().map(AsMut::as_mut),
            coefficients: Coefficients {
                eta: T::from_f64(self.options.learning_rate),
                alpha: T::from_f64(self.options.alpha),
                fresh: T::from_f64(1.0 - self.options.alpha),
                eps: T::from_f64(self.options.eps),
                lambda: T::from_f64(self.options.weight_decay),
                mu: T::from_f64(self.options.momentum),
            },
        }
    }
}

/// The state, and what is the same for every parameter in one step.
struct Step<'a, T> {
    v: &'a mut [T],
    a: Option<&'a mut [T]>,
    b: Option<&'a mut [T]>,
    coefficients: Coefficients<T>,
}

impl<T: Scalar> weights::Update<T> for Step<'_, T> {
    #[inline(always)]
    fn apply(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]) {
        let (coefficients, len) = (self.coefficients, parameters.len());
        let states = [
            weights::part(self.v, offset, len),
            weights::part(self.a.as_deref_mut().unwrap_or_default(), offset, len),
            weights::part(self.b.as_deref_mut().unwrap_or_default(), offset, len),
        ];
        in_pieces(parameters, gradients, states, &|w, g, [v, a, b]| {
            let used = |state: &&mut [T]| !state.is_empty();
            let (a, b) = (Some(a).filter(used), Some(b).filter(used));
            update(isa, w, g, v, a, b, coefficients);
        });
    }
}

impl<T, S> fmt::Debug for RmsProp<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RmsProp")
            .field("options", &self.options)
            .field("centered", &self.grad_avg.is_some())
            .field("steps", &self.steps)
            .finish_non_exhaustive()
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
