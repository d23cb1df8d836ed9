use super::{BackwardStep, Cell, ForwardStep};
use crate::kernels::recurrent::{lstm_backward, lstm_forward, lstm_step};
use crate::simd::Isa;
use crate::{Element, Scalar};

/// Long short-term memory, PyTorch's `nn.LSTM` (Hochreiter & Schmidhuber 1997, Neural Computation 9(8); with the forget
/// gate of Gers et al. 2000).
///
/// With every gate the sum of `W_ih·x + b_ih` and `W_hh·h₋₁ + b_hh`, in the order i, f, g, o:
/// `i, f, o = σ(·)`, `g = tanh(·)`, `c = f ⊙ c₋₁ + i ⊙ g`, `h = o ⊙ tanh(c)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lstm;

impl<T: Scalar> Cell<T> for Lstm {
    const GATES: usize = 4;
    const KEEPS_HIDDEN: bool = false;
    const MEMORY: bool = true;
    const CARRIES: bool = true;

    #[inline(always)]
    fn forward<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>) {
        lstm_forward::<T, E>(isa, step.gates, step.hidden, step.c_before, step.c, step.h);
    }

    #[inline(always)]
    fn step<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>) {
        lstm_step::<T, E>(isa, step.gates, step.hidden, step.c, step.h);
    }

    #[inline(always)]
    fn backward<E: Element<T>>(self, isa: Isa, step: BackwardStep<'_, T>) {
        lstm_backward::<T, E>(
            isa,
            step.gates,
            step.c_before,
            step.c,
            step.through,
            step.carry,
        );
    }
}
