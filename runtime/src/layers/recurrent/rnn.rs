use super::{BackwardStep, Cell, ForwardStep};
use crate::kernels::recurrent::{rnn_backward, rnn_forward};
use crate::simd::Isa;
use crate::{Element, Scalar};

/// Plain recurrence, PyTorch's `nn.RNN` (Elman 1990, Cognitive Science 14(2)).
///
/// `h = tanh(W_ih·x + b_ih + W_hh·h₋₁ + b_hh)`, or `max(·, 0)` with `relu`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rnn {
    /// Whether the nonlinearity is `max(·, 0)` instead of `tanh`.
    pub relu: bool,
}

impl<T: Scalar> Cell<T> for Rnn {
    const GATES: usize = 1;
    const KEEPS_HIDDEN: bool = false;
    const MEMORY: bool = false;
    const CARRIES: bool = false;

    #[inline(always)]
    fn forward<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>) {
        rnn_forward::<T, E>(isa, self.relu, step.gates, step.hidden, step.h);
    }

    #[inline(always)]
    fn backward<E: Element<T>>(self, isa: Isa, step: BackwardStep<'_, T>) {
        rnn_backward::<T, E>(isa, self.relu, step.gates, step.h, step.through);
    }
}
