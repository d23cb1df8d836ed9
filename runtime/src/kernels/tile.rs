//! What the kernels that go through memory lane by lane share.

/// One lane.
pub(super) const ONE: usize = 1;
