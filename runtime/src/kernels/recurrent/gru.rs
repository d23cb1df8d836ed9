use super::{blocks, blocks_mut};
use crate::Scalar;
use crate::simd::kernel;

kernel! {
    /// `r, z = σ(·)`, `n = tanh(x + r·hidden)`, `h = (1 − z)·n + z·h₋₁`; gates in the order r, z, n.
    small GruForward: pub(crate) fn gru_forward<T, FMA, TILE>(
        gates: &mut [T],
        hidden: &[T],
        h_before: &[T],
        h: &mut [T],
    ) {
        let n = h.len();
        let (Some([r, z, n]), Some([hidden_r, hidden_z, hidden_n])) =
            (blocks_mut::<T, 3>(gates, n), blocks::<T, 3>(hidden, n))
        else {
            return;
        };
        for (gate, hidden) in [(&mut *r, hidden_r), (&mut *z, hidden_z)] {
            for (gate, &hidden) in gate.iter_mut().zip(hidden) {
                *gate = Scalar::sigmoid(*gate + hidden);
            }
        }
        for ((n, &r), &hidden) in n.iter_mut().zip(&*r).zip(hidden_n) {
            *n = Scalar::tanh(*n + r * hidden);
        }
        for (((&z, &n), &before), h) in z.iter().zip(&*n).zip(h_before).zip(h) {
            *h = n + z * (before - n);
        }
    }
}

kernel! {
    /// Given the two parts of `∂L/∂h`, one through the weights and one past them, writes the gradients of the gates' parts
    /// over these, and the part of `∂L/∂h₋₁` past the weights over `past`.
    small GruBackward: pub(crate) fn gru_backward<T, FMA, TILE>(
        gates: &mut [T],
        hidden: &mut [T],
        h_before: &[T],
        through: &[T],
        past: &mut [T],
    ) {
        let n = through.len();
        let (Some([r, z, n]), Some([hidden_r, hidden_z, hidden_n])) =
            (blocks_mut::<T, 3>(gates, n), blocks_mut::<T, 3>(hidden, n))
        else {
            return;
        };
        let gates = r.iter_mut().zip(z).zip(n);
        let hidden = hidden_r.iter_mut().zip(hidden_z).zip(hidden_n);
        let states = h_before.iter().zip(through).zip(past);
        for ((((r, z), n), ((hidden_r, hidden_z), hidden_n)), ((&before, &through), past)) in
            gates.zip(hidden).zip(states)
        {
            let d_h = through + *past;
            *past = d_h * *z;
            let d_n = d_h * (T::ONE - *z) * (T::ONE - *n * *n);
            let d_z = d_h * (before - *n) * *z * (T::ONE - *z);
            let d_r = d_n * *hidden_n * *r * (T::ONE - *r);
            (*hidden_r, *hidden_z, *hidden_n) = (d_r, d_z, d_n * *r);
            (*r, *z, *n) = (d_r, d_z, d_n);
        }
    }
}
