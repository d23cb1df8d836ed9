//! What the kernels that go through memory lane by lane share.

use crate::Scalar;
use crate::element::{Element, Lanes};

/// One lane.
pub(super) const ONE: usize = 1;

/// The sum over the lanes.
#[inline(always)]
pub(super) fn sum<T: Scalar, const L: usize>(lanes: &[T; L]) -> T {
    match lanes.first_chunk() {
        Some(lanes) => Lanes(*lanes).sum(),
        None => lanes.iter().copied().sum(),
    }
}
