use super::{blocks, blocks_mut, for_vectors, put, sum, vector};
use crate::Scalar;
use crate::simd::{kernel, multiply_add};

kernel! {
    /// `i, f, o = σ(·)`, `g = tanh(·)`, `c = f·c₋₁ + i·g`, `h = o·tanh(c)`; gates in the order i, f, g, o.
    small LstmForward: pub(crate) fn lstm_forward<T, FMA, TILE>(
        gates: &mut [T],
        hidden: &[T],
        c_before: &[T],
        c: &mut [T],
        h: &mut [T],
    ) {
        let len = h.len();
        let (Some(mut gates), Some(hidden)) =
            (blocks_mut::<T, 4>(gates, len), blocks::<T, 4>(hidden, len))
        else {
            return;
        };
        for_vectors!(T, len, |N, start, units| forward::<T, N>(start, units, &mut gates, hidden, c_before, c, h));
    }
}

/// Up to a vector of units.
#[inline(always)]
fn forward<T: Scalar, const N: usize>(
    start: usize,
    len: usize,
    gates: &mut [&mut [T]; 4],
    hidden: [&[T]; 4],
    c_before: &[T],
    c: &mut [T],
    h: &mut [T],
) {
    // One by one: a loop over slices would not be unrolled, and they would lie in memory.
    let [gate_i, gate_f, gate_g, gate_o] = gates;
    let mut i: [T; N] = sum(gate_i, hidden[0], start, len);
    let mut f: [T; N] = sum(gate_f, hidden[1], start, len);
    let mut g: [T; N] = sum(gate_g, hidden[2], start, len);
    let mut o: [T; N] = sum(gate_o, hidden[3], start, len);
    let mut memory: [T; N] = vector(c_before, start, len);
    let mut state = [T::ZERO; N];
    for lane in 0..N {
        i[lane] = Scalar::sigmoid(i[lane]);
        f[lane] = Scalar::sigmoid(f[lane]);
        g[lane] = Scalar::tanh(g[lane]);
        o[lane] = Scalar::sigmoid(o[lane]);
        memory[lane] = f[lane] * memory[lane] + i[lane] * g[lane];
        state[lane] = o[lane] * Scalar::tanh(memory[lane]);
    }
    put(gate_i, start, len, i);
    put(gate_f, start, len, f);
    put(gate_g, start, len, g);
    put(gate_o, start, len, o);
    put(c, start, len, memory);
    put(h, start, len, state);
}

kernel! {
    /// The same in a stream, where only `c` and `h` are kept; `c` holds `c₋₁` before.
    small LstmStep: pub(crate) fn lstm_step<T, FMA, TILE>(gates: &[T], hidden: &[T], c: &mut [T], h: &mut [T]) {
        let len = h.len();
        let (Some(gates), Some(hidden)) = (blocks::<T, 4>(gates, len), blocks::<T, 4>(hidden, len))
        else {
            return;
        };
        for_vectors!(T, len, |N, start, units| step::<T, FMA, N>(start, units, gates, hidden, c, h));
    }
}

/// Up to a vector of units. The gates are ratios, so that `c` is one division and `h` another.
#[inline(always)]
fn step<T: Scalar, const FMA: bool, const N: usize>(
    start: usize,
    len: usize,
    gates: [&[T]; 4],
    hidden: [&[T]; 4],
    c: &mut [T],
    h: &mut [T],
) {
    let input: [T; N] = sum(gates[0], hidden[0], start, len);
    let forget: [T; N] = sum(gates[1], hidden[1], start, len);
    let new: [T; N] = sum(gates[2], hidden[2], start, len);
    let out: [T; N] = sum(gates[3], hidden[3], start, len);
    let mut memory: [T; N] = vector(c, start, len);
    let mut state = [T::ZERO; N];
    for lane in 0..N {
        let (i, i_over) = input[lane].sigmoid_ratio::<FMA>();
        let (f, f_over) = forget[lane].sigmoid_ratio::<FMA>();
        let (g, g_over) = new[lane].tanh_ratio::<FMA>();
        let (o, o_over) = out[lane].sigmoid_ratio::<FMA>();
        let over = i_over * g_over;
        let kept = f * memory[lane];
        memory[lane] = multiply_add::<T, FMA>(kept, over, i * g * f_over) / (f_over * over);
        let (tanh, tanh_over) = memory[lane].tanh_ratio::<FMA>();
        state[lane] = (o * tanh) / (o_over * tanh_over);
    }
    put(c, start, len, memory);
    put(h, start, len, state);
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
