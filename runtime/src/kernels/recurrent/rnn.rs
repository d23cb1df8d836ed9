use crate::Scalar;
use crate::simd::kernel;

kernel! {
    /// `h = tanh(·)`, or `max(·, 0)` with `relu`.
    small RnnForward: pub(crate) fn rnn_forward<T, FMA, TILE>(
        relu: bool,
        gate: &[T],
        hidden: &[T],
        h: &mut [T],
    ) {
        let sums = gate.iter().zip(hidden).zip(h);
        if relu {
            for ((&gate, &hidden), h) in sums {
                let sum = gate + hidden;
                *h = if sum < T::ZERO { T::ZERO } else { sum };
            }
        } else {
            for ((&gate, &hidden), h) in sums {
                *h = Scalar::tanh(gate + hidden);
            }
        }
    }
}

kernel! {
    /// Given `h` and `∂L/∂h`, writes the gradient of the gate.
    small RnnBackward: pub(crate) fn rnn_backward<T, FMA, TILE>(
        relu: bool,
        gate: &mut [T],
        h: &[T],
        d_h: &[T],
    ) {
        let states = gate.iter_mut().zip(h).zip(d_h);
        if relu {
            for ((gate, &h), &d_h) in states {
                *gate = if h > T::ZERO { d_h } else { T::ZERO };
            }
        } else {
            for ((gate, &h), &d_h) in states {
                *gate = d_h * (T::ONE - h * h);
            }
        }
    }
}
