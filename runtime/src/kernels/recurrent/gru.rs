use super::{blocks, blocks_mut, for_vectors, put, sum, vector};
use crate::Scalar;
use crate::simd::{kernel, multiply_add};

kernel! {
    /// `r, z = σ(·)`, `n = tanh(x + r·hidden)`, `h = (1 − z)·n + z·h₋₁`; gates in the order r, z, n.
    small GruForward: pub(crate) fn gru_forward<T, FMA, TILE>(
        gates: &mut [T],
        hidden: &[T],
        h_before: &[T],
        h: &mut [T],
    ) {
        let len = h.len();
        let (Some(mut gates), Some(hidden)) =
            (blocks_mut::<T, 3>(gates, len), blocks::<T, 3>(hidden, len))
        else {
            return;
        };
        for_vectors!(T, len, |N, start, units| forward::<T, N>(start, units, &mut gates, hidden, h_before, h));
    }
}

/// Up to a vector of units.
#[inline(always)]
fn forward<T: Scalar, const N: usize>(
    start: usize,
    len: usize,
    [r, z, n]: &mut [&mut [T]; 3],
    [hidden_r, hidden_z, hidden_n]: [&[T]; 3],
    h_before: &[T],
    h: &mut [T],
) {
    let mut reset: [T; N] = sum(r, hidden_r, start, len);
    let mut update: [T; N] = sum(z, hidden_z, start, len);
    let mut new: [T; N] = vector(n, start, len);
    let hidden: [T; N] = vector(hidden_n, start, len);
    let mut state: [T; N] = vector(h_before, start, len);
    for lane in 0..N {
        reset[lane] = Scalar::sigmoid(reset[lane]);
        update[lane] = Scalar::sigmoid(update[lane]);
        new[lane] = Scalar::tanh(new[lane] + reset[lane] * hidden[lane]);
        state[lane] = new[lane] + update[lane] * (state[lane] - new[lane]);
    }
    put(r, start, len, reset);
    put(z, start, len, update);
    put(n, start, len, new);
    put(h, start, len, state);
}

kernel! {
    /// The same in a stream, where only `h` is kept, which holds `h₋₁` before.
    small GruStep: pub(crate) fn gru_step<T, FMA, TILE>(gates: &[T], hidden: &[T], h: &mut [T]) {
        let len = h.len();
        let (Some(gates), Some(hidden)) = (blocks::<T, 3>(gates, len), blocks::<T, 3>(hidden, len))
        else {
            return;
        };
        for_vectors!(T, len, |N, start, units| step::<T, FMA, N>(start, units, gates, hidden, h));
    }
}

/// Up to a vector of units. `z` and `n` are ratios, so that `h` is one division: they are what a step waits for.
#[inline(always)]
fn step<T: Scalar, const FMA: bool, const N: usize>(
    start: usize,
    len: usize,
    [r, z, n]: [&[T]; 3],
    [hidden_r, hidden_z, hidden_n]: [&[T]; 3],
    h: &mut [T],
) {
    let reset: [T; N] = sum(r, hidden_r, start, len);
    let update: [T; N] = sum(z, hidden_z, start, len);
    let new: [T; N] = vector(n, start, len);
    let hidden: [T; N] = vector(hidden_n, start, len);
    let mut state: [T; N] = vector(h, start, len);
    for lane in 0..N {
        let (r, r_over) = reset[lane].sigmoid_ratio::<FMA>();
        let (z, z_over) = update[lane].sigmoid_ratio::<FMA>();
        let (n, n_over) =
            multiply_add::<T, FMA>(r / r_over, hidden[lane], new[lane]).tanh_ratio::<FMA>();
        let from_state = z * state[lane];
        state[lane] =
            multiply_add::<T, FMA>(n, z_over - z, from_state * n_over) / (z_over * n_over);
    }
    put(h, start, len, state);
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
