use super::{blocks, blocks_mut};
use crate::Scalar;
use crate::simd::kernel;

kernel! {
    /// `i, f, o = σ(·)`, `g = tanh(·)`, `c = f·c₋₁ + i·g`, `h = o·tanh(c)`; gates in the order i, f, g, o.
    small LstmForward: pub(crate) fn lstm_forward<T, FMA, TILE>(
        gates: &mut [T],
        hidden: &[T],
        c_before: &[T],
        c: &mut [T],
        h: &mut [T],
    ) {
        let n = h.len();
        let (Some([i, f, g, o]), Some([hidden_i, hidden_f, hidden_g, hidden_o])) =
            (blocks_mut::<T, 4>(gates, n), blocks::<T, 4>(hidden, n))
        else {
            return;
        };
        for (gate, hidden) in [(&mut *i, hidden_i), (&mut *f, hidden_f), (&mut *o, hidden_o)] {
            for (gate, &hidden) in gate.iter_mut().zip(hidden) {
                *gate = Scalar::sigmoid(*gate + hidden);
            }
        }
        for (gate, &hidden) in g.iter_mut().zip(hidden_g) {
            *gate = Scalar::tanh(*gate + hidden);
        }
        let gates = i.iter().zip(&*f).zip(&*g).zip(&*o);
        for ((((((&i, &f), &g), &o), &before), c), h) in gates.zip(c_before).zip(c).zip(h) {
            *c = f * before + i * g;
            *h = o * Scalar::tanh(*c);
        }
    }
}

kernel! {
    /// Given `∂L/∂h` and the part of `∂L/∂c` that comes from the step behind, writes the gradients of the gates over these
    /// and the part of `∂L/∂c₋₁` over `d_c`.
    small LstmBackward: pub(crate) fn lstm_backward<T, FMA, TILE>(
        gates: &mut [T],
        c_before: &[T],
        c: &[T],
        d_h: &[T],
        d_c: &mut [T],
    ) {
        let Some([i, f, g, o]) = blocks_mut::<T, 4>(gates, d_h.len()) else {
            return;
        };
        let gates = i.iter_mut().zip(f).zip(g).zip(o);
        let states = c_before.iter().zip(c).zip(d_h).zip(d_c);
        for ((((i, f), g), o), (((&before, &c), &d_h), d_c)) in gates.zip(states) {
            let tanh = Scalar::tanh(c);
            let d = *d_c + d_h * *o * (T::ONE - tanh * tanh);
            let through = *f;
            *o = d_h * tanh * *o * (T::ONE - *o);
            *f = d * before * through * (T::ONE - through);
            let (input, new) = (*i, *g);
            *i = d * new * input * (T::ONE - input);
            *g = d * input * (T::ONE - new * new);
            *d_c = d * through;
        }
    }
}
