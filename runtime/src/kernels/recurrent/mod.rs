//! One step of a recurrent layer, behind the products with the weights: element by element over `units × lanes`.
//!
//! *Gates* hold the input's part `W_ih·x + b_ih` of every gate, one block of `h.len()` behind the other, and *hidden* the
//! state's part `W_hh·h + b_hh`. The forward kernels leave in `gates` what the gates let through, and the backward
//! kernels put the gradients of the two parts in the place of the values.

mod gru;
mod lstm;
mod rnn;

pub(crate) use gru::{GruBackward, GruForward, gru_backward, gru_forward};
pub(crate) use lstm::{LstmBackward, LstmForward, lstm_backward, lstm_forward};
pub(crate) use rnn::{RnnBackward, RnnForward, rnn_backward, rnn_forward};

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
