use super::average::approach;
use super::hyperparameters::not_negative;
use super::{Optimizer, Storage};
use crate::layer_info::LayerInfo;
use crate::scalar::Scalar;
use crate::simd::Isa;
use core::marker::PhantomData;

/// Lookahead (Zhang et al. 2019, arXiv:1907.08610), around any optimizer: after every `k` of its steps slow weights `s` go
/// a part of the way to where it has come, and it goes on from there.
///
/// `s ← s + α·(w − s)`, `w ← s`. The slow weights begin as the weights before the first step.
///
/// Defaults: `k = 5`, `α = 0.5`. Learning rate, steps and state are those of the optimizer inside;
/// [`train_step`](Optimizer::train_step) is backpropagation and then the step.
///
/// ```
/// use chainrule::{optimizers::Lookahead, prelude::*};
///
/// network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
///
/// let net = Net::init(&mut StdRng::seed_from_u64(7));
/// let optimizer = Lookahead::new(Adam::new(&net).learning_rate(1e-2), &net).k(10);
/// assert_eq!(optimizer.current_learning_rate(), 1e-2);
/// ```
///
/// State: that of the optimizer inside, and `slow` (`s`).
#[derive(Clone, Debug)]
pub struct Lookahead<
    O,
    T,
    #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
    #[cfg(not(feature = "alloc"))] S,
> {
    inside: O,
    slow: S,
    k: u64,
    alpha: f64,
    scalar: PhantomData<T>,
}

#[cfg(feature = "alloc")]
impl<O: Optimizer<T>, T: Scalar> Lookahead<O, T> {
    /// Around `optimizer`, for a network; allocates the slow weights.
    pub fn new(optimizer: O, network: &impl crate::Parameters<Scalar = T>) -> Self {
        let len = network.parameters().len();
        Self::with_state(optimizer, bytemuck::zeroed_slice_box(len))
    }
}

impl<O: Optimizer<T>, T: Scalar, S: Storage<T>> Lookahead<O, T, S> {
    /// Around `optimizer`, with the slow weights in given memory, zeros.
    pub const fn with_state(optimizer: O, slow: S) -> Self {
        Self {
            inside: optimizer,
            slow,
            k: 5,
            alpha: 0.5,
            scalar: PhantomData,
        }
    }

    /// Sets after how many steps the slow weights move.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn k(mut self, k: u64) -> Self {
        assert!(k > 0, "k is 0, but must be at least 1");
        self.k = k;
        self
    }

    /// Sets which part `α` of the way they go.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = not_negative("alpha", alpha);
        self
    }

    /// The optimizer inside.
    pub fn inside(&self) -> &O {
        &self.inside
    }

    /// The same, mutable: for [`groups`](super::groups) of parameters.
    pub fn inside_mut(&mut self) -> &mut O {
        &mut self.inside
    }

    /// The slow weights, in the order of the parameters; zeros before the first step.
    pub fn slow(&self) -> &[T] {
        self.slow.as_ref()
    }

    /// The same, mutable.
    pub fn slow_mut(&mut self) -> &mut [T] {
        self.slow.as_mut()
    }
}

impl<O: Optimizer<T>, T: Scalar, S: Storage<T>> Optimizer<T> for Lookahead<O, T, S> {
    fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]) {
        self.step_layers(parameters, gradients, &[]);
    }
    fn step_layers(&mut self, parameters: &mut [T], gradients: &[T], layers: &'static [LayerInfo]) {
        let (isa, slow) = (Isa::detect(), self.slow.as_mut());
        debug_assert_eq!(parameters.len(), slow.len(), "slow");
        if self.inside.steps() == 0 {
            approach(isa, slow, parameters, T::ONE);
        }
        self.inside.step_layers(parameters, gradients, layers);
        if self.inside.steps().is_multiple_of(self.k) {
            approach(isa, slow, parameters, T::from_f64(self.alpha));
            approach(isa, parameters, slow, T::ONE);
        }
    }
    fn current_learning_rate(&self) -> f64 {
        self.inside.current_learning_rate()
    }
    #[track_caller]
    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.inside.set_learning_rate(learning_rate);
    }
    fn steps(&self) -> u64 {
        self.inside.steps()
    }
    fn set_steps(&mut self, steps: u64) {
        self.inside.set_steps(steps);
    }
    fn state(&self) -> impl Iterator<Item = (&'static str, &[T])> {
        let slow = core::iter::once(("slow", self.slow.as_ref()));
        self.inside.state().chain(slow)
    }
    fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [T])> {
        let slow = core::iter::once(("slow", self.slow.as_mut()));
        self.inside.state_mut().chain(slow)
    }
    fn scalar_state(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.inside.scalar_state()
    }
    fn scalar_state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut f64)> {
        self.inside.scalar_state_mut()
    }
}
