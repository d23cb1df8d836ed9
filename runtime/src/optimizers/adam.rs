use super::hyperparameters::{bias_correction, decay_rate, not_negative};
use super::pieces::in_pieces;
use super::sgd::decayed;
use super::{FusedPass, Optimizer, Storage};
use crate::error::BackpropagateError;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};
use crate::weights::{self, Update as _};
use core::fmt;
use core::marker::PhantomData;

/// The options and the state that Adam and AdamW share.
#[derive(Clone)]
struct Moments<S> {
    options: Options,
    exp_avg: S,
    exp_avg_sq: S,
    max_exp_avg_sq: Option<S>,
    steps: u64,
}

#[derive(Clone, Copy, Debug)]
struct Options {
    learning_rate: f64,
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
}

impl<S> Moments<S> {
    const fn new(exp_avg: S, exp_avg_sq: S, weight_decay: f64) -> Self {
        Self {
            options: Options {
                learning_rate: 1e-3,
                betas: (0.9, 0.999),
                eps: 1e-8,
                weight_decay,
            },
            exp_avg,
            exp_avg_sq,
            max_exp_avg_sq: None,
            steps: 0,
        }
    }

    /// One step; `decoupled` weight decay shrinks the weights instead of adding to the gradient.
    fn step<T: Scalar>(&mut self, w: &mut [T], g: &[T], decoupled: bool)
    where
        S: Storage<T>,
    {
        debug_assert_eq!(w.len(), g.len(), "gradients");
        let mut step = self.prepare(decoupled);
        debug_assert_eq!(w.len(), step.m.len(), "exp_avg");
        debug_assert_eq!(w.len(), step.v.len(), "exp_avg_sq");
        debug_assert!(
            step.max.as_ref().is_none_or(|max| w.len() == max.len()),
            "max_exp_avg_sq"
        );
        step.apply(Isa::detect(), 0, w, g);
        self.steps = self.steps.saturating_add(1);
    }

    /// The next step.
    fn prepare<T: Scalar>(&mut self, decoupled: bool) -> Step<'_, T>
    where
        S: Storage<T>,
    {
        let steps = self.steps.saturating_add(1);
        Step {
            m: self.exp_avg.as_mut(),
            v: self.exp_avg_sq.as_mut(),
            max: self.max_exp_avg_sq.as_mut().map(AsMut::as_mut),
            coefficients: self.options.coefficients(steps, decoupled),
        }
    }
}

/// The state, and what is the same for every parameter in one step.
struct Step<'a, T> {
    m: &'a mut [T],
    v: &'a mut [T],
    max: Option<&'a mut [T]>,
    coefficients: Coefficients<T>,
}

impl<T: Scalar> weights::Update<T> for Step<'_, T> {
    #[inline(always)]
    fn apply(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]) {
        let (coefficients, len) = (self.coefficients, parameters.len());
        let m = weights::part(self.m, offset, len);
        let v = weights::part(self.v, offset, len);
        match &mut self.max {
            None => in_pieces(parameters, gradients, [m, v], &|w, g, [m, v]| {
                update(isa, w, g, m, v, coefficients);
            }),
            Some(max) => {
                let max = weights::part(max, offset, len);
                in_pieces(parameters, gradients, [m, v, max], &|w, g, [m, v, max]| {
                    update_amsgrad(isa, w, g, m, v, max, coefficients);
                });
            }
        }
    }
}

impl Options {
    fn coefficients<T: Scalar>(&self, steps: u64, decoupled: bool) -> Coefficients<T> {
        let Self {
            learning_rate,
            betas: (beta1, beta2),
            eps,
            weight_decay,
        } = *self;
        let (shrink, lambda) = if decoupled {
            (1.0 - learning_rate * weight_decay, 0.0)
        } else {
            (1.0, weight_decay)
        };
        Coefficients {
            shrink: T::from_f64(shrink),
            lambda: T::from_f64(lambda),
            beta1: T::from_f64(beta1),
            fresh1: T::from_f64(1.0 - beta1),
            beta2: T::from_f64(beta2),
            fresh2: T::from_f64(1.0 - beta2),
            root_scale: T::from_f64(1.0 / Scalar::sqrt(bias_correction(beta2, steps))),
            eps: T::from_f64(eps),
            step_size: T::from_f64(learning_rate / bias_correction(beta1, steps)),
        }
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    shrink: T,
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

macro_rules! adam {
    ($(#[$doc:meta])* $name:ident { decoupled: $decoupled:literal, weight_decay: $weight_decay:literal }) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name<
            T,
            #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
            #[cfg(not(feature = "alloc"))] S,
        > {
            moments: Moments<S>,
            scalar: PhantomData<T>,
        }

        #[cfg(feature = "alloc")]
        impl<T: Scalar> $name<T> {
            /// With PyTorch's defaults, for a network; allocates the state.
            pub fn new(network: &impl crate::Parameters<Scalar = T>) -> Self {
                let len = network.parameters().len();
                Self::with_state(bytemuck::zeroed_slice_box(len), bytemuck::zeroed_slice_box(len))
            }

            /// Sets whether to use AMSGrad, and allocates its state if so.
            #[must_use]
            pub fn amsgrad(mut self, amsgrad: bool) -> Self {
                let len = self.moments.exp_avg.len();
                self.moments.max_exp_avg_sq = amsgrad.then(|| bytemuck::zeroed_slice_box(len));
                self
            }
        }

        impl<T: Scalar, S: Storage<T>> $name<T, S> {
            /// With PyTorch's defaults and the state in given memory, zeros.
            pub const fn with_state(exp_avg: S, exp_avg_sq: S) -> Self {
                Self { moments: Moments::new(exp_avg, exp_avg_sq, $weight_decay), scalar: PhantomData }
            }

            /// Uses AMSGrad with its state in given memory, zeros.
            #[must_use]
            pub fn amsgrad_with_state(mut self, max_exp_avg_sq: S) -> Self {
                self.moments.max_exp_avg_sq = Some(max_exp_avg_sq);
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

            /// Sets the factors `β₁` and `β₂` of the moving averages.
            ///
            /// # Panics
            /// If one is not in [0, 1).
            #[must_use]
            #[track_caller]
            pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
                self.moments.options.betas = (decay_rate("beta1", beta1), decay_rate("beta2", beta2));
                self
            }

            /// Sets `ε`, which keeps the divisor from zero.
            ///
            /// # Panics
            /// If it is negative, infinite or NaN.
            #[must_use]
            #[track_caller]
            pub fn eps(mut self, eps: f64) -> Self {
                self.moments.options.eps = not_negative("eps", eps);
                self
            }

            /// Sets the weight decay `λ`.
            ///
            /// # Panics
            /// If it is negative, infinite or NaN.
            #[must_use]
            #[track_caller]
            pub fn weight_decay(mut self, weight_decay: f64) -> Self {
                self.moments.options.weight_decay = not_negative("weight decay", weight_decay);
                self
            }
        }

        impl<T: Scalar, S: Storage<T>> Optimizer<T> for $name<T, S> {
            fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]) {
                self.moments.step(parameters, gradients, $decoupled);
            }
            #[inline]
            fn fused_step(&mut self, pass: impl FusedPass<T>) -> Result<T, BackpropagateError> {
                let loss = pass.run(self.moments.prepare($decoupled))?;
                self.moments.steps = self.moments.steps.saturating_add(1);
                Ok(loss)
            }
            fn current_learning_rate(&self) -> f64 {
                self.moments.options.learning_rate
            }
            #[track_caller]
            fn set_learning_rate(&mut self, learning_rate: f64) {
                self.moments.options.learning_rate = not_negative("learning rate", learning_rate);
            }
            fn steps(&self) -> u64 {
                self.moments.steps
            }
            fn set_steps(&mut self, steps: u64) {
                self.moments.steps = steps;
            }
            fn state(&self) -> impl Iterator<Item = (&'static str, &[T])> {
                let Moments { exp_avg, exp_avg_sq, max_exp_avg_sq, .. } = &self.moments;
                [("exp_avg", exp_avg.as_ref()), ("exp_avg_sq", exp_avg_sq.as_ref())]
                    .into_iter()
                    .chain(max_exp_avg_sq.as_ref().map(|max| ("max_exp_avg_sq", max.as_ref())))
            }
            fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [T])> {
                let Moments { exp_avg, exp_avg_sq, max_exp_avg_sq, .. } = &mut self.moments;
                [("exp_avg", exp_avg.as_mut()), ("exp_avg_sq", exp_avg_sq.as_mut())]
                    .into_iter()
                    .chain(max_exp_avg_sq.as_mut().map(|max| ("max_exp_avg_sq", max.as_mut())))
            }
        }

        impl<T, S> fmt::Debug for $name<T, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("options", &self.moments.options)
                    .field("amsgrad", &self.moments.max_exp_avg_sq.is_some())
                    .field("steps", &self.moments.steps)
                    .finish_non_exhaustive()
            }
        }
    };
}

adam! {
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
    Adam { decoupled: false, weight_decay: 0.0 }
}

adam! {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101), PyTorch's `optim.AdamW`.
    ///
    /// As [`Adam`] without its penalty; instead every step first shrinks the weights: `w ← w − η·λ·w`.
    ///
    /// Defaults: as [`Adam`], but `λ = 0.01`.
    ///
    /// State: as [`Adam`].
    AdamW { decoupled: true, weight_decay: 0.01 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruction_sets_give_the_same_bits() {
        for (len, decoupled) in [(1, true), (13, false), (100, true)] {
            let options = Moments::new((), (), 0.1).options;
            let coefficients: Coefficients<f32> = options.coefficients(3, decoupled);
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
