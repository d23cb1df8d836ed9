//! What the losses of one class among several have in common.

use crate::error::TargetError;
use crate::scalar::Scalar;

/// The weight of a class.
#[inline(always)]
pub(super) fn weight_of<T: Scalar>(weight: Option<&[T]>, class: usize) -> T {
    weight
        .and_then(|weight| weight.get(class).copied())
        .unwrap_or(T::ONE)
}

/// What the target of a sample adds to the divisor of a mean: the weight of its class, nothing when ignored.
pub(super) fn check_class<T: Scalar>(
    sample: usize,
    class: i64,
    classes: usize,
    weight: Option<&[T]>,
    ignore_index: i64,
) -> Result<f64, TargetError> {
    if class == ignore_index {
        return Ok(0.0);
    }
    match usize::try_from(class) {
        Ok(class) if class < classes => Ok(weight_of(weight, class).to_f64()),
        _ => Err(TargetError::ClassOutOfRange {
            sample,
            class,
            classes,
        }),
    }
}
