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
        reverse_each(&mut bytes, width);
    }
    // SAFETY: both are of the same size, and any bytes are a `Pod`.
    unsafe { mem::transmute_copy(&bytes) }
}

/// Swaps the bytes of each scalar of `width` bytes.
const fn reverse_each(bytes: &mut [u8], width: usize) {
    let mut start = 0;
    while start + width <= bytes.len() {
        let mut i = 0;
        while 2 * i + 1 < width {
            let (a, b) = (start + i, start + width - 1 - i);
            (bytes[a], bytes[b]) = (bytes[b], bytes[a]);
            i += 1;
        }
        start += width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_scalars_have_the_bytes_of_the_machine() {
        let run: [f64; 2] = embed([0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0], 8);
        assert_eq!(run, [1.0, -2.0]);
        let wrong: [f32; 2] = embed([1, 2, 3], 4);
        assert_eq!(wrong, [0.0; 2]);
    }

    #[test]
    fn bytes_of_embedded_scalars_can_be_swapped() {
        let mut bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        reverse_each(&mut bytes, 4);
        assert_eq!(bytes, [4, 3, 2, 1, 8, 7, 6, 5]);
        reverse_each(&mut bytes, 2);
        assert_eq!(bytes, [3, 4, 1, 2, 7, 8, 5, 6]);
    }
}
