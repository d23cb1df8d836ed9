//! Inputs that are indices: what is none is found before a training pass begins.

use crate::error::BackpropagateError;
use crate::input::Input;
use crate::layers::rows::row;
use crate::network::{Network, scalars};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// What stands where an index should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrongIndex {
    element: usize,
    index: f64,
    rows: usize,
}

/// The first of `len` elements of the input, from `start` on, that is no index of one of `rows` rows. Where bags may have
/// empty places, −1 is an index, too.
pub fn wrong_index<S: Shape>(
    input: &S,
    start: usize,
    len: usize,
    rows: usize,
    may_be_empty: bool,
) -> Option<WrongIndex> {
    let indices = scalars::<S::Scalar, S>(input).iter().enumerate();
    let mut indices = indices.skip(start).take(len);
    indices.find_map(|(element, &index)| {
        let empty = may_be_empty && index.to_f64() == -1.0;
        (!empty && row(index, rows).is_none()).then(|| WrongIndex {
            element,
            index: index.to_f64(),
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
        if let Some(wrong) = input.with(N::wrong_index) {
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
