//! Inputs that are indices: what is none is found before a training pass begins.

use crate::error::BackpropagateError;
use crate::input::Input;
use crate::layers::rows::row;
use crate::network::Network;

/// What stands where an index should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrongIndex {
    pub(crate) element: usize,
    index: f64,
    pub(crate) rows: usize,
}

/// The first of `len` elements of the input, from `start` on, as `number` tells them, that is no index of one of `rows` rows. Where bags may have
/// empty places, −1 is an index, too.
pub fn wrong_index(
    number: impl Fn(usize) -> f64,
    start: usize,
    len: usize,
    rows: usize,
    may_be_empty: bool,
) -> Option<WrongIndex> {
    (start..start + len).find_map(|element| {
        let index = number(element);
        let empty = may_be_empty && index == -1.0;
        (!empty && row(index, rows).is_none()).then_some(WrongIndex {
            element,
            index,
            rows,
        })
    })
}

/// An error if a sample holds a wrong index.
#[inline]
pub(crate) fn check<N: Network, X: Input<N::Input>>(
    inputs: &[X],
) -> Result<(), BackpropagateError> {
    for (sample, input) in inputs.iter().enumerate() {
        if let Some(wrong) = N::wrong_index(|element| input.number(element)) {
            let WrongIndex {
                element,
                index,
                rows,
            } = wrong;
            return Err(BackpropagateError::IndexOutOfRange {
                sample,
                element,
                index,
                rows,
            });
        }
    }
    Ok(())
}
