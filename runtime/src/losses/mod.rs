//! Losses: what training makes small.
//!
//! A loss is a plain value with PyTorch's options as public fields and PyTorch's defaults:
//!
//! ```
//! use chainrule::losses::{CrossEntropyLoss, Reduction};
//! let weight = [1.0, 2.0, 0.5];
//! let loss = CrossEntropyLoss {
//!     weight: Some(&weight),
//!     label_smoothing: 0.1,
//!     reduction: Reduction::Sum,
//!     ..CrossEntropyLoss::default()
//! };
//! # let _: CrossEntropyLoss<'_, f32> = loss;
//! ```
//!
//! The targets of a whole batch are checked before anything is computed. All losses are stable: the logarithm is taken
//! of no number that has underflown. Of equations, `y` is the network's output and `t` the target.

mod classification;
mod cross_entropy;
mod distance;
mod elementwise;
mod heads;
mod nll;
mod part;
mod probability;
mod sequence;
mod target;
#[cfg(test)]
mod tests;

pub use cross_entropy::CrossEntropyLoss;
pub use distance::{HuberLoss, L1Loss, MseLoss, SmoothL1Loss};
pub use heads::{Heads, Weighted};
pub use nll::NllLoss;
pub use part::Part;
pub use probability::{BceLoss, BceWithLogitsLoss, KlDivLoss};
pub use target::{ClassIndex, ClassTarget, TargetClass};

use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;

/// Over what a loss is reduced to one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// The mean over every element, or over the weights of every target for a loss of classes; PyTorch's default.
    #[default]
    Mean,
    /// The sum over everything.
    Sum,
    /// The sum divided by the number of samples: the mathematical mean of a loss that adds over the elements of a
    /// sample. PyTorch has it for `KLDivLoss` as `"batchmean"`.
    BatchMean,
}

impl Reduction {
    /// The factor of every term, given what the terms of all samples weigh together.
    fn factor<T: Scalar>(self, samples: usize, weight: f64) -> Result<T, TargetError> {
        let divisor = match self {
            Reduction::Mean => weight,
            Reduction::Sum => 1.0,
            Reduction::BatchMean => samples as f64,
        };
        if divisor == 0.0 {
            return Err(TargetError::NothingCounts);
        }
        Ok(T::from_f64(1.0 / divisor))
    }
}

/// A loss for outputs of shape `S` and targets of type `Y`.
///
/// The built-in ones implement this trait; a loss of your own is used in the same way.
///
/// ```
/// use chainrule::losses::{Loss, Targets};
/// use chainrule::simd::Isa;
/// use chainrule::{Element, TargetError};
///
/// /// Minus the output that the target names: a policy gradient without a baseline.
/// struct MinusChosen;
///
/// impl<const N: usize> Loss<f32, [f32; N], usize> for MinusChosen {
///     type Scale = f32;
///     fn scale<'a>(&self, targets: impl Targets<'a, usize>) -> Result<f32, TargetError> {
///         match targets.clone().enumerate().find(|&(_, &target)| target >= N) {
///             Some((sample, &class)) => {
///                 Err(TargetError::ClassOutOfRange { sample, class: class as i64, classes: N })
///             }
///             None => Ok(1.0 / targets.len() as f32),
///         }
///     }
///     fn evaluate<'a, E: Element<f32>>(
///         &self, _: Isa, scale: f32, y: &[E; N], targets: impl Targets<'a, usize>, dy: &mut [E; N],
///     ) -> f32 {
///         let mut loss = 0.0;
///         dy.fill(E::splat(0.0));
///         for (lane, &target) in targets.enumerate() {
///             loss -= scale * y[target].lanes()[lane];
///             dy[target].lanes_mut()[lane] = -scale;
///         }
///         loss
///     }
/// }
/// ```
///
/// A network with [several heads](Heads) takes a tuple of losses.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take targets of type `{Y}` for outputs `{S}`",
    label = "used with targets `{Y}` here"
)]
pub trait Loss<T: Scalar, S: Shape<Scalar = T>, Y>: Sync {
    /// The factor of every term: `T`, or one for each of several losses.
    type Scale: Copy + Send + Sync;

    /// Checks the targets of a whole batch, and returns the factor of every term: one over their number (or weight)
    /// for a mean, 1 for a sum.
    ///
    /// # Errors
    /// When a target does not fit; nothing has changed then.
    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<Self::Scale, TargetError>
    where
        Y: 'a;

    /// The scaled loss of one lane group, and its gradient. There is a target for each lane in use, at most
    /// [`E::LANES`](Element::LANES); the gradient of the other lanes is zero.
    fn evaluate<'a, E: Element<T>>(
        &self,
        isa: Isa,
        scale: Self::Scale,
        output: &S::Of<E>,
        targets: impl Targets<'a, Y>,
        d_output: &mut S::Of<E>,
    ) -> T
    where
        Y: 'a;
}

/// The targets of several samples, one after the other: `slice.iter()`, or a field of each of larger targets.
pub trait Targets<'a, Y: 'a>: ExactSizeIterator<Item = &'a Y> + Clone {}

impl<'a, Y: 'a, I: ExactSizeIterator<Item = &'a Y> + Clone> Targets<'a, Y> for I {}
