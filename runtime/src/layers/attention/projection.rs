//! `W·x + b` at every position of a sequence, by the kernels of dense layers: the positions lie one behind the other, as lane
//! groups do.

use crate::join;
use crate::kernels::linear;
use crate::simd::Isa;
use crate::{Element, Scalar};

/// `y_t = W·x_t + b`
#[inline(always)]
pub(super) fn forward<T: Scalar, E: Element<T>>(
    isa: Isa,
    outputs: usize,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    if const { E::LANES == 1 } {
        let inputs = weight.len() / outputs.max(1);
        let positions = x
            .chunks_exact(inputs.max(1))
            .zip(y.chunks_exact_mut(outputs.max(1)));
        for (x, y) in positions {
            linear::forward::<T, E>(isa, weight, bias, x, y);
        }
    } else {
        linear::forward_divided(isa, outputs, weight, bias, x, y);
    }
}

/// `dW += Σ dy_t·x_tᵀ`, `db += Σ dy_t`, and `dx_t = Wᵀ·dy_t` unless `dx` is empty. `overwrite` sets the sums.
#[inline(always)]
pub(super) fn backward<T: Scalar, E: Element<T>>(
    isa: Isa,
    outputs: usize,
    overwrite: bool,
    weight: &[T],
    x: &[T],
    dy: &[T],
    dx: &mut [T],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    if const { E::LANES == 1 } {
        let inputs = weight.len() / outputs.max(1);
        let mut d_inputs = dx.chunks_exact_mut(inputs.max(1));
        let positions = x
            .chunks_exact(inputs.max(1))
            .zip(dy.chunks_exact(outputs.max(1)));
        for (t, (x, dy)) in positions.enumerate() {
            let dx = d_inputs.next().unwrap_or_default();
            let overwrite = overwrite && t == 0;
            linear::backward_sample::<T, E>(isa, overwrite, weight, x, dy, dx, d_weight, d_bias);
        }
    } else {
        linear::weight_gradient(isa, outputs, overwrite, x, dy, d_weight, d_bias);
        if !dx.is_empty() {
            linear::input_gradient(isa, outputs, weight, dy, dx);
        }
    }
}

/// As [`backward`], with `dx` in the place of `x`; `room` has room for one position.
#[inline(always)]
pub(super) fn backward_in_place<T: Scalar, E: Element<T>>(
    isa: Isa,
    outputs: usize,
    overwrite: bool,
    weight: &[T],
    x: &mut [T],
    dy: &[T],
    room: &mut [T],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    if const { E::LANES == 1 } {
        let inputs = weight.len() / outputs.max(1);
        let dx = room.get_mut(..inputs).unwrap_or_default();
        let positions = x
            .chunks_exact_mut(inputs.max(1))
            .zip(dy.chunks_exact(outputs.max(1)));
        for (t, (x, dy)) in positions.enumerate() {
            let overwrite = overwrite && t == 0;
            linear::backward_sample::<T, E>(isa, overwrite, weight, x, dy, dx, d_weight, d_bias);
            join::copy(x, dx);
        }
    } else {
        linear::weight_gradient(isa, outputs, overwrite, x, dy, d_weight, d_bias);
        linear::input_gradient(isa, outputs, weight, dy, x);
    }
}
