//! Losses: what training makes small.

mod elementwise;

pub use elementwise::MseLoss;

use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Over what a loss is reduced to one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// The mean over everything, PyTorch's default.
    #[default]
    Mean,
    /// The sum over everything.
    Sum,
}

/// A loss for outputs of shape `S` and targets of type `Y`.
pub trait Loss<T: Scalar, S: Shape<Scalar = T>, Y> {
    /// Checks the targets of a whole batch, and returns the factor of every term: one over their number (or weight)
    /// for a mean, 1 for a sum.
    ///
    /// # Errors
    /// When a target does not fit; nothing has changed then.
    fn scale(&self, targets: &[Y]) -> Result<T, TargetError>;

    /// The scaled loss of one lane group, a target for each lane in use, and its gradient: zero in the other lanes.
    fn evaluate<E: Element<T>>(
        &self,
        scale: T,
        output: &S::Of<E>,
        targets: &[Y],
        d_output: &mut S::Of<E>,
    ) -> T;
}
