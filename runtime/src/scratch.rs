//! Scratch on the stack for networks whose sizes are generic.

use crate::aligned::Aligned;
use crate::scalar::Scalar;

/// Calls `run` with `len` scalars on the stack, zeroed; with none when `len` is beyond the largest class, which
/// [`Network::forward`](crate::Network::forward) refuses to compile for.
///
/// Stable Rust has no arrays of generic length, so the length is rounded up to one of a few classes. Each is a
/// function of its own that is not inlined: only the chosen one takes its room from the stack.
#[inline(always)]
pub fn with_scratch<T: Scalar, R>(len: usize, run: impl FnOnce(&mut [T]) -> R) -> R {
    match len {
        0 => run(&mut []),
        1..=16 => class::<T, 16, R>(len, run),
        17..=64 => class::<T, 64, R>(len, run),
        65..=256 => class::<T, 256, R>(len, run),
        257..=1024 => class::<T, 1024, R>(len, run),
        1025..=4096 => class::<T, 4096, R>(len, run),
        4097..=16384 => class::<T, 16384, R>(len, run),
        _ => class::<T, 32768, R>(len, run),
    }
}

#[inline(never)]
fn class<T: Scalar, const CAPACITY: usize, R>(len: usize, run: impl FnOnce(&mut [T]) -> R) -> R {
    run(Aligned::new([T::ZERO; CAPACITY])
        .get_mut(..len)
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_up_to_the_limit_of_the_stack_is_served() {
        for len in [0, 1, 16, 17, 1000, 4096, 32768] {
            let given = with_scratch::<f32, _>(len, |scratch| scratch.len());
            assert_eq!(given, len);
        }
    }
}
