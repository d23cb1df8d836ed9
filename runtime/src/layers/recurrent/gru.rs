use super::{BackwardStep, Cell, ForwardStep};
use crate::kernels::recurrent::{gru_backward, gru_forward, gru_step};
use crate::simd::Isa;
use crate::{Element, Scalar};

/// Gated recurrent unit, PyTorch's `nn.GRU` (Cho et al. 2014, arXiv:1406.1078, in the form of cuDNN, where the reset gate
/// comes after the product with `W_hn`; [`GruResetBefore`](super::GruResetBefore) has it before).
///
/// In the order r, z, n: `r, z = σ(W_ih·x + b_ih + W_hh·h₋₁ + b_hh)`, `n = tanh(W_in·x + b_in + r ⊙ (W_hn·h₋₁ + b_hn))`,
/// `h = (1 − z) ⊙ n + z ⊙ h₋₁`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gru;

impl<T: Scalar> Cell<T> for Gru {
    const GATES: usize = 3;
    const KEEPS_HIDDEN: bool = true;
    const MEMORY: bool = false;
    const CARRIES: bool = true;

    #[inline(always)]
    fn forward<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>) {
        gru_forward::<T, E>(isa, step.gates, step.hidden, step.h_before, step.h);
    }

    #[inline(always)]
    fn step<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>) {
        gru_step::<T, E>(isa, step.gates, step.hidden, step.h);
    }

    #[inline(always)]
    fn backward<E: Element<T>>(self, isa: Isa, step: BackwardStep<'_, T>) {
        gru_backward::<T, E>(
            isa,
            step.gates,
            step.hidden,
            step.h_before,
            step.through,
            step.carry,
        );
    }
}
