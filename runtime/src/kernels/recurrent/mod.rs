//! One step of a recurrent layer, behind the products with the weights: element by element over `units × lanes`.
//!
//! *Gates* hold the input's part `W_ih·x + b_ih` of every gate, one block of `h.len()` behind the other, and *hidden* the
//! state's part `W_hh·h + b_hh`. The forward kernels leave in `gates` what the gates let through, and the backward
//! kernels put the gradients of the two parts in the place of the values.

mod gru;
mod lstm;
mod rnn;

pub(crate) use gru::{GruBackward, GruForward, GruStep, gru_backward, gru_forward, gru_step};
pub(crate) use lstm::{
    LstmBackward, LstmForward, LstmStep, lstm_backward, lstm_forward, lstm_step,
};
pub(crate) use rnn::{RnnBackward, RnnForward, rnn_backward, rnn_forward};

/// Runs `$body` for each vector of `$len` units, with its length `$N`, a constant, where it starts, and how many units it has.
///
/// In a network that is compiled as a whole, where `$len` is a constant, what does not fill sixteen units is one vector
/// more, as short as it may be. A shared kernel has one body, for a register of units, and goes round as often as it must.
macro_rules! for_vectors {
    ($T:ident, $len:expr, |$N:ident, $start:ident, $units:ident| $body:expr) => {{
        let len: usize = $len;
        macro_rules! every {
            ($n:expr) => {{
                const $N: usize = $n;
                for $start in (0..len).step_by($N) {
                    let $units = $N.min(len - $start);
                    $body;
                }
            }};
        }
        macro_rules! last {
            ($n:expr, $at:expr) => {{
                const $N: usize = $n;
                let ($start, $units) = ($at, len - $at);
                $body;
            }};
        }
        if const { INLINED } {
            let whole = len - len % crate::LANES;
            {
                const $N: usize = crate::LANES;
                let $units = $N;
                for $start in (0..whole).step_by($N) {
                    $body;
                }
            }
            match len - whole {
                0 => {}
                1..=4 => last!(4, whole),
                5..=8 => last!(8, whole),
                _ => last!(crate::LANES, whole),
            }
        } else if const { WIDTH / size_of::<$T>() >= 16 } {
            every!(16);
        } else if const { WIDTH / size_of::<$T>() >= 8 } {
            every!(8);
        } else {
            every!(4);
        }
    }};
}
use for_vectors;

/// The first `len` values from `start` on as a vector, with zeros behind them.
#[inline(always)]
fn vector<T: crate::Scalar, const N: usize>(values: &[T], start: usize, len: usize) -> [T; N] {
    let values = values.get(start..).unwrap_or_default();
    match values.first_chunk() {
        Some(vector) if len >= N => *vector,
        _ => {
            let mut vector = [T::ZERO; N];
            for (vector, &value) in vector.iter_mut().zip(values).take(len) {
                *vector = value;
            }
            vector
        }
    }
}

/// Writes the first `len` values of a vector.
#[inline(always)]
fn put<T: crate::Scalar, const N: usize>(
    values: &mut [T],
    start: usize,
    len: usize,
    vector: [T; N],
) {
    let values = values.get_mut(start..).unwrap_or_default();
    match values.first_chunk_mut() {
        Some(values) if len >= N => *values = vector,
        _ => {
            for (value, vector) in values.iter_mut().zip(vector).take(len) {
                *value = vector;
            }
        }
    }
}

/// The sum of two such vectors.
#[inline(always)]
fn sum<T: crate::Scalar, const N: usize>(a: &[T], b: &[T], start: usize, len: usize) -> [T; N] {
    let mut sum: [T; N] = vector(a, start, len);
    let b: [T; N] = vector(b, start, len);
    for lane in 0..N {
        sum[lane] += b[lane];
    }
    sum
}

/// `N` blocks of `len`, if there are so many.
#[inline(always)]
pub(crate) fn blocks<T, const N: usize>(values: &[T], len: usize) -> Option<[&[T]; N]> {
    let mut blocks = [&[][..]; N];
    let mut rest = values;
    for block in &mut blocks {
        (*block, rest) = rest.split_at_checked(len)?;
    }
    Some(blocks)
}

/// As [`blocks`], mutable.
#[inline(always)]
pub(crate) fn blocks_mut<T, const N: usize>(values: &mut [T], len: usize) -> Option<[&mut [T]; N]> {
    let mut blocks: [&mut [T]; N] = core::array::from_fn(|_| &mut [][..]);
    let mut rest = values;
    for block in &mut blocks {
        (*block, rest) = rest.split_at_mut_checked(len)?;
    }
    Some(blocks)
}
