//! Weights that are built into the program.

use bytemuck::Pod;
use core::mem;

/// A run of scalars of `width` bytes from their little-endian bytes, while the program compiles.
///
/// Where there are too many or too few, it is one of zeros: `check_embedded` reports them.
#[doc(hidden)]
#[allow(unsafe_code)] // bytes as a run of scalars
#[allow(long_running_const_eval)] // on machines that are not little-endian
pub const fn embed<P: Pod, const LEN: usize>(mut bytes: [u8; LEN], width: usize) -> P {
    if LEN != size_of::<P>() {
        // SAFETY: `Pod` is `Zeroable`.
        return unsafe { mem::zeroed() };
    }
    if cfg!(target_endian = "big") {
        let mut start = 0;
        while start + width <= LEN {
            let (_, rest) = bytes.split_at_mut(start);
            rest.split_at_mut(width).0.reverse();
            start += width;
        }
    }
    // SAFETY: both are of the same size, and any bytes are a `Pod`.
    unsafe { mem::transmute_copy(&bytes) }
}
