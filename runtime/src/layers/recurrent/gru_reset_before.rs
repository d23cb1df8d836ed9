use super::{BackwardStep, Cell, ForwardStep, ResetBackwardStep, ResetStep};
use crate::kernels::recurrent::{blocks, blocks_mut};
use crate::simd::{Isa, Work};
use crate::{Element, Scalar};

/// Gated recurrent unit as first published (Cho et al. 2014, arXiv:1406.1078), where the reset gate comes before the product
/// with `W_hn`: Keras' `GRU(reset_after=False)`, and ONNX' `GRU` with `linear_before_reset = 0`.
///
/// In the order r, z, n: `r, z = σ(W_ih·x + b_ih + W_hh·h₋₁ + b_hh)`, `n = tanh(W_in·x + b_in + W_hn·(r ⊙ h₋₁) + b_hn)`,
/// `h = (1 − z) ⊙ n + z ⊙ h₋₁`. In a declaration `Gru(…, reset_after = false)`; PyTorch has only [`Gru`](super::Gru), whose
/// tensors these are.
///
/// Slower than [`Gru`](super::Gru): the product with `W_hh` is computed twice a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct GruResetBefore;

impl<T: Scalar> Cell<T> for GruResetBefore {
    const GATES: usize = 3;
    const KEEPS_HIDDEN: bool = true;
    const MEMORY: bool = false;
    const CARRIES: bool = true;
    const RESETS: bool = true;

    #[inline(always)]
    fn reset<E: Element<T>>(self, isa: Isa, step: ResetStep<'_, T>) {
        isa.run_for::<T, E, _>(Reset(step));
    }

    #[inline(always)]
    fn forward<E: Element<T>>(self, isa: Isa, step: ForwardStep<'_, T>) {
        isa.run_for::<T, E, _>(Value(step));
    }

    #[inline(always)]
    fn backward<E: Element<T>>(self, isa: Isa, step: BackwardStep<'_, T>) {
        isa.run_for::<T, E, _>(Derivative(step));
    }

    #[inline(always)]
    fn reset_backward<E: Element<T>>(self, isa: Isa, step: ResetBackwardStep<'_, T>) {
        isa.run_for::<T, E, _>(ResetDerivative(step));
    }
}

/// `r, z` and `r ⊙ h₋₁`.
struct Reset<'a, T>(ResetStep<'a, T>);

impl<T: Scalar> Work for Reset<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let step = self.0;
        let n = step.state.len();
        let (Some([r, z]), Some([hidden_r, hidden_z])) = (
            blocks_mut::<T, 2>(step.gates, n),
            blocks::<T, 2>(step.hidden, n),
        ) else {
            return;
        };
        for (gate, hidden) in [(&mut *r, hidden_r), (z, hidden_z)] {
            for (gate, &hidden) in gate.iter_mut().zip(hidden) {
                *gate = Scalar::sigmoid(*gate + hidden);
            }
        }
        for ((state, &r), &before) in step.state.iter_mut().zip(&*r).zip(step.h_before) {
            *state = r * before;
        }
    }
}

/// `n` and `h`.
struct Value<'a, T>(ForwardStep<'a, T>);

impl<T: Scalar> Work for Value<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let step = self.0;
        let n = step.h.len();
        let (Some([_, z, n]), Some([_, _, hidden_n])) = (
            blocks_mut::<T, 3>(step.gates, n),
            blocks::<T, 3>(step.hidden, n),
        ) else {
            return;
        };
        for (n, &hidden) in n.iter_mut().zip(hidden_n) {
            *n = Scalar::tanh(*n + hidden);
        }
        let gates = z.iter().zip(&*n);
        for (((&z, &n), &before), h) in gates.zip(step.h_before).zip(step.h) {
            *h = n + z * (before - n);
        }
    }
}

/// The gradients of `z` and `n`, and the part of `∂L/∂h₋₁` past all weights.
struct Derivative<'a, T>(BackwardStep<'a, T>);

impl<T: Scalar> Work for Derivative<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let step = self.0;
        let Some([_, z, n]) = blocks_mut::<T, 3>(step.gates, step.through.len()) else {
            return;
        };
        let states = step.h_before.iter().zip(step.through).zip(step.carry);
        for ((z, n), ((&before, &through), past)) in z.iter_mut().zip(n).zip(states) {
            let d_h = through + *past;
            *past = d_h * *z;
            let d_n = d_h * (T::ONE - *z) * (T::ONE - *n * *n);
            *z = d_h * (before - *n) * *z * (T::ONE - *z);
            *n = d_n;
        }
    }
}

/// The gradient of `r`, and the part of `∂L/∂h₋₁` through it.
struct ResetDerivative<'a, T>(ResetBackwardStep<'a, T>);

impl<T: Scalar> Work for ResetDerivative<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let step = self.0;
        let states = step.h_before.iter().zip(step.d_state).zip(step.carry);
        for (r, ((&before, &d_state), past)) in step.gates.iter_mut().zip(states) {
            *past += d_state * *r;
            *r = d_state * before * *r * (T::ONE - *r);
        }
    }
}
