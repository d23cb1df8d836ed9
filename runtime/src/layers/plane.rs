//! The planes of sequences and images: what layers that work along the last one or two dimensions go over. Computed in
//! `const` blocks, so that a wrong shape is an error while compiling.

use crate::shape::Shape;

/// Height and width of the planes of `[C, L]`, which have one row, or of `[C, H, W]`.
pub(super) const fn plane<S: Shape>() -> [usize; 2] {
    match *S::DIMS {
        [_, length] => [1, length],
        [_, height, width] => [height, width],
        _ => panic!("the layer takes [channels, length] or [channels, height, width]"),
    }
}

/// The planes of two shapes of as many dimensions and channels.
pub(super) const fn planes<FROM: Shape, TO: Shape>() -> [[usize; 2]; 2] {
    let planes = [plane::<FROM>(), plane::<TO>()];
    assert!(
        FROM::DIMS.len() == TO::DIMS.len() && FROM::DIMS[0] == TO::DIMS[0],
        "the layer keeps the channels"
    );
    planes
}
