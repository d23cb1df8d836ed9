//! Large layers in pieces beside each other, on a thread of a pool. Every sum is that of one thread, in the same order.

use super::{backward_input, backward_weight, forward_groups, update_groups};
use crate::Scalar;
use crate::element::LANES;
#[cfg(feature = "parallel")]
use crate::parallel::join;
use crate::simd::Isa;

/// Multiply-adds that are worth a thread.
#[cfg(feature = "parallel")]
const WORTH: usize = 1 << 23;

/// Inputs of which a piece of a weight gradient has a multiple: whole tiles of every kernel.
#[cfg(feature = "parallel")]
const INPUTS: usize = 48;

/// Into how many pieces to divide so many multiply-adds.
#[inline(always)]
fn pieces(macs: usize) -> usize {
    #[cfg(feature = "parallel")]
    if macs >= 2 * WORTH && rayon_core::current_thread_index().is_some() {
        return rayon_core::current_num_threads().min(macs / WORTH);
    }
    let _ = macs;
    1
}

/// `y = W·x + b` for lane groups: [`forward_groups`], some groups a piece.
#[inline(always)]
pub(crate) fn forward<T: Scalar>(
    isa: Isa,
    outputs: usize,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let groups = y.len() / (outputs * LANES).max(1);
    let pieces = pieces(weight.len() * groups * LANES).min(groups);
    by_groups(pieces, groups, x, y, &|x, y| {
        forward_groups(isa, outputs, weight, bias, x, y);
    });
}

/// `dx = Wᵀ·dy` for lane groups: [`backward_input`], some groups a piece.
#[inline(always)]
pub(crate) fn input_gradient<T: Scalar>(
    isa: Isa,
    outputs: usize,
    weight: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let groups = dy.len() / (outputs * LANES).max(1);
    let pieces = pieces(weight.len() * groups * LANES).min(groups);
    by_groups(pieces, groups, dy, dx, &|dy, dx| {
        backward_input(isa, outputs, weight, dy, dx);
    });
}

/// `dW += dy·xᵀ`, `db += dy` for lane groups: [`backward_weight`], the weights of some inputs a piece.
#[inline(always)]
pub(crate) fn weight_gradient<T: Scalar>(
    isa: Isa,
    outputs: usize,
    overwrite: bool,
    x: &[T],
    dy: &[T],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    let pieces = pieces(d_weight.len() * (dy.len() / outputs.max(1)));
    let inputs = d_weight.len() / outputs.max(1);
    by_inputs(
        pieces,
        0,
        outputs,
        d_weight,
        d_bias,
        &|first, d_weight, d_bias| {
            backward_weight(
                isa, inputs, first, outputs, overwrite, x, dy, d_weight, d_bias,
            );
        },
    );
}

/// `W += factor·dy·xᵀ`, `b += factor·dy` for lane groups: [`update_groups`], the weights of some inputs a piece.
#[inline(always)]
pub(crate) fn descend<T: Scalar>(
    isa: Isa,
    outputs: usize,
    factor: T,
    x: &[T],
    dy: &[T],
    weight: &mut [T],
    bias: &mut [T],
) {
    let pieces = pieces(weight.len() * (dy.len() / outputs.max(1)));
    let inputs = weight.len() / outputs.max(1);
    by_inputs(pieces, 0, outputs, weight, bias, &|first, weight, bias| {
        update_groups(isa, inputs, first, outputs, factor, x, dy, weight, bias);
    });
}

#[inline(always)]
fn by_groups<T: Scalar>(
    pieces: usize,
    groups: usize,
    from: &[T],
    to: &mut [T],
    run: &(impl Fn(&[T], &mut [T]) + Sync),
) {
    #[cfg(feature = "parallel")]
    if pieces > 1 {
        return divide_groups(pieces, groups, from, to, run);
    }
    let _ = (pieces, groups);
    run(from, to);
}

#[cfg(feature = "parallel")]
fn divide_groups<T: Scalar>(
    pieces: usize,
    groups: usize,
    from: &[T],
    to: &mut [T],
    run: &(impl Fn(&[T], &mut [T]) + Sync),
) {
    if pieces <= 1 || groups <= 1 {
        return run(from, to);
    }
    let left = pieces / 2;
    let left_groups = groups * left / pieces;
    let (left_from, from) = from.split_at(from.len() / groups * left_groups);
    let (left_to, to) = to.split_at_mut(to.len() / groups * left_groups);
    join(
        || divide_groups(left, left_groups, left_from, left_to, run),
        || divide_groups(pieces - left, groups - left_groups, from, to, run),
    );
}

#[inline(always)]
fn by_inputs<T: Scalar>(
    pieces: usize,
    first: usize,
    outputs: usize,
    d_weight: &mut [T],
    d_bias: &mut [T],
    run: &(impl Fn(usize, &mut [T], &mut [T]) + Sync),
) {
    #[cfg(feature = "parallel")]
    if pieces > 1 {
        return divide_inputs(pieces, first, outputs, d_weight, d_bias, run);
    }
    let _ = (pieces, outputs);
    run(first, d_weight, d_bias);
}

/// The bias goes with the first piece.
#[cfg(feature = "parallel")]
fn divide_inputs<T: Scalar>(
    pieces: usize,
    first: usize,
    outputs: usize,
    d_weight: &mut [T],
    d_bias: &mut [T],
    run: &(impl Fn(usize, &mut [T], &mut [T]) + Sync),
) {
    let left = pieces / 2;
    let inputs = d_weight.len() / outputs.max(1);
    let left_inputs = (inputs * left / pieces.max(1)).next_multiple_of(INPUTS);
    if pieces <= 1 || left_inputs >= inputs {
        return run(first, d_weight, d_bias);
    }
    let (left_weight, weight) = d_weight.split_at_mut(left_inputs * outputs);
    join(
        || divide_inputs(left, first, outputs, left_weight, d_bias, run),
        || {
            divide_inputs(
                pieces - left,
                first + left_inputs,
                outputs,
                weight,
                &mut [],
                run,
            )
        },
    );
}

#[cfg(all(test, feature = "parallel"))]
mod tests {
    use super::*;
    use crate::kernels::test_values::random;

    /// On pools of several sizes, and without one.
    #[test]
    fn pieces_have_the_bits_of_the_whole() {
        const INPUTS: usize = 601;
        const OUTPUTS: usize = 517;
        const GROUPS: usize = 5;
        let samples = GROUPS * LANES;
        let lengths = [
            INPUTS * samples,
            OUTPUTS * samples,
            INPUTS * OUTPUTS,
            OUTPUTS,
        ];
        let [x, dy, w, b] = random::<f32, 4>(1, lengths);
        let run = || {
            let isa = Isa::detect();
            let mut y = vec![0.0; dy.len()];
            forward(isa, OUTPUTS, &w, &b, &x, &mut y);
            let mut dx = vec![0.0; x.len()];
            input_gradient(isa, OUTPUTS, &w, &dy, &mut dx);
            let (mut dw, mut db) = (w.clone(), b.clone());
            weight_gradient(isa, OUTPUTS, false, &x, &dy, &mut dw, &mut db);
            let (mut weight, mut bias) = (w.clone(), b.clone());
            descend(isa, OUTPUTS, -0.5, &x, &dy, &mut weight, &mut bias);
            [y, dx, dw, db, weight, bias]
        };
        let whole = run();
        for threads in [1, 2, 3, 8] {
            let pool = rayon_core::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            let pieces = pool.install(|| pieces(INPUTS * OUTPUTS * GROUPS * LANES));
            assert_eq!(pieces, threads.min(2));
            assert!(pool.install(run) == whole, "{threads} threads");
        }
    }
}
