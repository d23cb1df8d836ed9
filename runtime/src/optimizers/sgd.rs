use super::hyperparameters::not_negative;
use super::optimizer::Grouped;
use super::pieces::in_pieces;
use super::segments::{Segments, ratio};
use super::{FusedPass, Optimizer, Storage, groups};
use crate::error::BackpropagateError;
use crate::layer_info::{LayerInfo, apply_trained};
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};
use crate::weights;
use core::fmt;
use core::marker::PhantomData;

/// Stochastic gradient descent with momentum, PyTorch's `optim.SGD`.
///
/// With the gradient `g = ∂L/∂w + λ·w` (weight decay `λ`):
///
/// - without momentum `w ← w − η·g`;
/// - with momentum `μ` and dampening `τ`: `b ← μ·b + (1 − τ)·g`, `w ← w − η·b`, where the first step sets `b ← g`;
/// - with Nesterov's momentum `w ← w − η·(g + μ·b)` instead (Sutskever et al. 2013, ICML).
///
/// Defaults: momentum 0, dampening 0, weight decay 0, not Nesterov. The learning rate has none.
///
/// State: `momentum_buffer`, only with momentum.
#[derive(Clone)]
pub struct Sgd<
    T,
    #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
    #[cfg(not(feature = "alloc"))] S,
> {
    options: Options,
    // What `momentum` allocates.
    #[cfg(feature = "alloc")]
    parameters: usize,
    momentum_buffer: S,
    steps: u64,
    groups: Segments<GroupOptions>,
    scalar: PhantomData<T>,
}

#[derive(Clone, Copy, Debug)]
struct Options {
    learning_rate: f64,
    momentum: f64,
    dampening: f64,
    nesterov: bool,
    weight_decay: f64,
}

groups::group_options! {
    Sgd [] [] {
        /// Sets the momentum `μ`. The optimizer itself must have one, which allocates the buffer.
        momentum: not_negative,
        /// Sets the dampening `τ` of the momentum.
        dampening: not_negative,
        /// Sets the weight decay `λ` (L2 penalty).
        weight_decay: not_negative,
    }
}

#[cfg(feature = "alloc")]
impl<T: Scalar> Sgd<T> {
    /// Plain gradient descent for a network. It allocates nothing until it gets [`momentum`](Sgd::momentum).
    ///
    /// # Panics
    /// If the learning rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(network: &impl crate::Parameters<Scalar = T>, learning_rate: f64) -> Self {
        Self {
            parameters: network.parameters().len(),
            ..Self::with_state(learning_rate, 0.0, alloc::boxed::Box::default())
        }
    }

    /// Sets the momentum `μ`, and allocates its buffer if it is not 0.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN, or 0 after [`nesterov`](Sgd::nesterov).
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.options.momentum = not_negative("momentum", momentum);
        self.options.check_nesterov();
        let len = if momentum > 0.0 { self.parameters } else { 0 };
        self.momentum_buffer = bytemuck::zeroed_slice_box(len);
        self
    }
}

impl<T: Scalar, S: Storage<T>> Sgd<T, S> {
    /// With momentum `momentum` and its buffer in given memory; momentum 0 needs none: `Sgd::with_state(0.1, 0.0, [])`.
    ///
    /// # Panics
    /// If the learning rate or the momentum is negative, infinite or NaN.
    #[track_caller]
    pub const fn with_state(learning_rate: f64, momentum: f64, momentum_buffer: S) -> Self {
        // A constant function cannot put the values into its message.
        assert!(
            0.0 <= learning_rate && learning_rate < f64::INFINITY,
            "the learning rate must be finite and not negative"
        );
        assert!(
            0.0 <= momentum && momentum < f64::INFINITY,
            "the momentum must be finite and not negative"
        );
        Self {
            options: Options {
                learning_rate,
                momentum,
                dampening: 0.0,
                nesterov: false,
                weight_decay: 0.0,
            },
            #[cfg(feature = "alloc")]
            parameters: 0,
            momentum_buffer,
            steps: 0,
            groups: Segments::new(learning_rate),
            scalar: PhantomData,
        }
    }

    /// Sets the dampening `τ` of the momentum.
    ///
    /// # Panics
    /// If it is infinite or NaN, or not 0 after [`nesterov`](Sgd::nesterov).
    #[must_use]
    #[track_caller]
    pub fn dampening(mut self, dampening: f64) -> Self {
        assert!(
            dampening.is_finite(),
            "the dampening is {dampening}, but must be finite"
        );
        self.options.dampening = dampening;
        self.options.check_nesterov();
        self
    }

    /// Sets whether the momentum is Nesterov's.
    ///
    /// # Panics
    /// Without a momentum set before, or with a dampening.
    #[must_use]
    #[track_caller]
    pub fn nesterov(mut self, nesterov: bool) -> Self {
        self.options.nesterov = nesterov;
        self.options.check_nesterov();
        self
    }

    /// Sets the weight decay `λ` (L2 penalty).
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.options.weight_decay = not_negative("weight_decay", weight_decay);
        self
    }
}

impl Options {
    #[track_caller]
    fn check_nesterov(&self) {
        assert!(
            !self.nesterov || (self.momentum > 0.0 && self.dampening == 0.0),
            "Nesterov's momentum needs a momentum, which is {}, and no dampening, which is {}; set `.momentum(…)` before \
             `.nesterov(true)`",
            self.momentum,
            self.dampening
        );
    }
}

impl<T: Scalar, S: Storage<T>> Optimizer<T> for Sgd<T, S> {
    fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]) {
        self.step_layers(parameters, gradients, &[]);
    }

    fn step_layers(&mut self, parameters: &mut [T], gradients: &[T], layers: &'static [LayerInfo]) {
        debug_assert_eq!(parameters.len(), gradients.len(), "gradients");
        debug_assert!(
            self.options.momentum == 0.0 || parameters.len() == self.momentum_buffer.as_ref().len(),
            "momentum buffer"
        );
        let mut step = self.prepare();
        apply_trained(&mut step, Isa::detect(), 0, layers, parameters, gradients);
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
        let used = self.options.momentum > 0.0;
        used.then(|| ("momentum_buffer", self.momentum_buffer.as_ref()))
            .into_iter()
    }
    fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [T])> {
        let used = self.options.momentum > 0.0;
        used.then(|| ("momentum_buffer", self.momentum_buffer.as_mut()))
            .into_iter()
    }
}

impl<T: Scalar, S: Storage<T>> Sgd<T, S> {
    groups::group_methods! {}

    /// How many parameters it is for, where that is known.
    fn parameter_count(&self) -> Option<usize> {
        if self.options.momentum > 0.0 {
            return Some(self.momentum_buffer.as_ref().len());
        }
        #[cfg(feature = "alloc")]
        return (self.parameters > 0).then_some(self.parameters);
        #[cfg(not(feature = "alloc"))]
        None
    }

    /// That what groups set goes with the rest.
    #[track_caller]
    fn check_groups(&self) {
        for segment in self.groups.all() {
            let options = self.options.with(&segment.overrides, 1.0);
            assert!(
                options.momentum == 0.0 || self.options.momentum > 0.0,
                "a group has the momentum {}, for which the optimizer needs a buffer; set `.momentum(…)` of the optimizer first",
                options.momentum
            );
            if options.momentum > 0.0 {
                options.check_nesterov();
            }
        }
    }

    /// The next step.
    #[inline(always)]
    fn prepare(&mut self) -> Step<'_, T> {
        let used = self.options.momentum != 0.0;
        Step {
            coefficients: self.options.coefficients(self.steps == 0),
            buffer: used.then(|| self.momentum_buffer.as_mut()),
            options: &self.options,
            segments: &self.groups,
            steps: self.steps,
        }
    }
}

impl Options {
    #[inline(always)]
    fn coefficients<T: Scalar>(&self, first: bool) -> Coefficients<T> {
        let fresh = if first { 1.0 } else { 1.0 - self.dampening };
        Coefficients {
            eta: T::from_f64(self.learning_rate),
            lambda: T::from_f64(self.weight_decay),
            first,
            mu: T::from_f64(self.momentum),
            fresh: T::from_f64(fresh),
            nesterov: self.nesterov,
        }
    }
}

/// One step.
struct Step<'a, T> {
    coefficients: Coefficients<T>,
    /// With momentum.
    buffer: Option<&'a mut [T]>,
    options: &'a Options,
    segments: &'a Segments<GroupOptions>,
    steps: u64,
}

/// What is the same for every parameter in one step.
#[derive(Clone, Copy)]
struct Coefficients<T> {
    eta: T,
    lambda: T,
    /// Whether the buffer holds nothing yet.
    first: bool,
    mu: T,
    fresh: T,
    nesterov: bool,
}

impl<T: Scalar> Coefficients<T> {
    #[inline(always)]
    fn update(self, isa: Isa, w: &mut [T], g: &[T], buffer: Option<&mut [T]>) {
        let Self {
            eta,
            lambda,
            first,
            mu,
            fresh,
            nesterov,
        } = self;
        let Some(buffer) = buffer else {
            return in_pieces(w, g, [], &|w, g, []| {
                update(isa, w, g, eta, lambda);
            });
        };
        if first {
            buffer.fill(T::ZERO);
        }
        in_pieces(w, g, [buffer], &|w, g, [b]| {
            update_momentum(isa, w, g, b, eta, lambda, mu, fresh, nesterov);
        });
    }
}

impl<T: Scalar> weights::Update<T> for Step<'_, T> {
    #[inline(always)]
    fn plain(&self) -> Option<T> {
        let lambda = self.coefficients.lambda;
        let plain = self.buffer.is_none() && lambda == T::ZERO && self.segments.is_empty();
        plain.then(|| T::ZERO - self.coefficients.eta)
    }

    #[inline(always)]
    fn apply(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]) {
        if !self.segments.is_empty() {
            return self.apply_groups(isa, offset, parameters, gradients);
        }
        let len = parameters.len();
        let buffer = self.buffer.as_deref_mut();
        let buffer = buffer.map(|buffer| weights::part(buffer, offset, len));
        self.coefficients.update(isa, parameters, gradients, buffer);
    }
}

impl<T: Scalar> Step<'_, T> {
    /// Apart, so that a step without groups stays as short as it was.
    #[cold]
    #[inline(never)]
    fn apply_groups(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]) {
        let ratio = ratio(self.options.learning_rate, self.segments.built_with);
        let all = offset..offset.saturating_add(parameters.len());
        for piece in self.segments.pieces(all, self.steps) {
            let (start, len) = (piece.range.start, piece.range.len());
            let (c, momentum) = match piece.group {
                Some((group, number)) => {
                    let options = self.options.with(group, ratio);
                    (options.coefficients(number == 1), options.momentum)
                }
                None => (self.coefficients, self.options.momentum),
            };
            let w = weights::part(parameters, start - offset, len);
            let g = gradients.get(start - offset..).unwrap_or_default();
            let g = g.get(..w.len()).unwrap_or(g);
            let buffer = self.buffer.as_deref_mut().filter(|_| momentum != 0.0);
            c.update(
                isa,
                w,
                g,
                buffer.map(|buffer| weights::part(buffer, start, len)),
            );
        }
    }
}

impl<T, S> fmt::Debug for Sgd<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sgd")
            .field("options", &self.options)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

kernel! {
    /// `w ← w − η·(g + λ·w)`
    Update: pub(crate) fn update<T, FMA, TILE>(w: &mut [T], g: &[T], eta: T, lambda: T) {
        for (w, &g) in w.iter_mut().zip(g) {
            *w -= eta * decayed(*w, g, lambda);
        }
    }
}

kernel! {
    /// `b ← μ·b + fresh·(g + λ·w)`, `w ← w − η·b`
    UpdateMomentum: pub(crate) fn update_momentum<T, FMA, TILE>(
        w: &mut [T],
        g: &[T],
        b: &mut [T],
        eta: T,
        lambda: T,
        mu: T,
        fresh: T,
        nesterov: bool,
    ) {
        for ((w, &g), b) in w.iter_mut().zip(g).zip(b) {
            let g = decayed(*w, g, lambda);
            *b = mu * *b + fresh * g;
            *w -= eta * if nesterov { g + mu * *b } else { *b };
        }
    }
}

/// `g + λ·w`. Without weight decay exactly `g`, also where `w` is infinite.
#[inline(always)]
pub(super) fn decayed<T: Scalar>(w: T, g: T, lambda: T) -> T {
    if lambda == T::ZERO { g } else { g + lambda * w }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruction_sets_give_the_same_bits() {
        for len in [1, 13, 100] {
            let g: [f32; 100] = core::array::from_fn(|i| 1.0 / (i as f32 - 7.3));
            let run = |isa| {
                let [mut w, mut b] = [0.3, 0.7].map(|x| [x; 100]);
                update(isa, &mut w[..len], &g, 0.1, 0.3);
                update_momentum(isa, &mut w[..len], &g, &mut b, 0.1, 0.3, 0.9, 0.7, false);
                update_momentum(isa, &mut w[..len], &g, &mut b, 0.1, 0.3, 0.9, 0.7, true);
                [w, b]
            };
            assert_eq!(run(Isa::BASELINE), run(Isa::detect()));
        }
    }
}
