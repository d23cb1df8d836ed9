use crate::simd::Isa;
use crate::{Element, Scalar};

/// The formula of one step of a [`Recurrent`](super::Recurrent) layer: [`Lstm`](super::Lstm), [`Gru`](super::Gru) or
/// [`Rnn`](super::Rnn).
pub trait Cell<T: Scalar>: Copy + Default + Send + Sync + 'static {
    /// How many gates there are, each a block of rows in the weights.
    const GATES: usize;
    /// Whether the part of a gate that comes from the state is needed on the way back.
    const KEEPS_HIDDEN: bool;
    /// Whether there is a second state `c`.
    const MEMORY: bool;
    /// Whether a gradient goes from each step to the one before it past the weights.
    const CARRIES: bool;
    /// Whether the last gate takes the state behind another gate, `r ⊙ h₋₁`: then the weights of the state act twice.
    const RESETS: bool = false;

    /// Between the two products with the weights: the gates but the last one, and the state that it takes.
    #[doc(hidden)]
    fn reset<E: Element<T>>(self, isa: Isa, step: ResetStep<'_, T>) {
        let _ = (isa, step);
    }
    /// A step.
    #[doc(hidden)]
    fn forward<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>);
    /// A step of a stream, which keeps nothing but the states: `h` and `c` hold those before.
    #[doc(hidden)]
    #[inline(always)]
    fn step<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>) {
        self.forward::<E>(isa, step);
    }
    /// The way back through a step.
    #[doc(hidden)]
    fn backward<E: Element<T>>(self, isa: Isa, step: BackwardStep<'_, T>);
    /// The way back through [`reset`](Cell::reset).
    #[doc(hidden)]
    fn reset_backward<E: Element<T>>(self, isa: Isa, step: ResetBackwardStep<'_, T>) {
        let _ = (isa, step);
    }
}

/// What the first half of a step reads and writes, where there are two.
#[doc(hidden)]
pub struct ResetStep<'a, T> {
    /// In: `W_ih·x + b_ih`. Out: of the gates but the last one, what the way back needs.
    pub gates: &'a mut [T],
    /// `W_hh·h₋₁ + b_hh`
    pub hidden: &'a [T],
    pub h_before: &'a [T],
    /// The state that the last gate takes.
    pub state: &'a mut [T],
}

/// What the way back through the first half of a step reads and writes.
#[doc(hidden)]
pub struct ResetBackwardStep<'a, T> {
    /// In: what the second half left. Out: `∂L/∂(W_ih·x + b_ih)`.
    pub gates: &'a mut [T],
    pub h_before: &'a [T],
    /// The gradient of the state that the last gate takes.
    pub d_state: &'a [T],
    /// The gradient that goes past the weights, which is added to.
    pub carry: &'a mut [T],
}

/// What a step reads and writes, for one sample or the lanes of several.
#[doc(hidden)]
pub struct ForwardStep<'a, T> {
    /// In: `W_ih·x + b_ih`. Out: what the way back needs of the gates.
    pub gates: &'a mut [T],
    /// `W_hh·h₋₁ + b_hh`
    pub hidden: &'a [T],
    pub h_before: &'a [T],
    pub h: &'a mut [T],
    pub c_before: &'a [T],
    pub c: &'a mut [T],
}

/// What the way back through a step reads and writes.
#[doc(hidden)]
pub struct BackwardStep<'a, T> {
    /// In: what the forward step left. Out: `∂L/∂(W_ih·x + b_ih)`.
    pub gates: &'a mut [T],
    /// In: as in the forward step. Out: `∂L/∂(W_hh·h₋₁ + b_hh)`, where it is not that of the gates.
    pub hidden: &'a mut [T],
    pub h_before: &'a [T],
    pub h: &'a [T],
    pub c_before: &'a [T],
    pub c: &'a [T],
    /// `∂L/∂h`, but for what is carried.
    pub through: &'a [T],
    /// The gradient that goes past the weights: in from the step behind, out to the one before.
    pub carry: &'a mut [T],
}
