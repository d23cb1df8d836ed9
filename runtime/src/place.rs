//! Values in a `static`, handed out once.

use bytemuck::Zeroable;
#[cfg(target_has_atomic = "8")]
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
#[cfg(target_has_atomic = "8")]
use core::sync::atomic::{AtomicBool, Ordering};

/// A value that a `static` holds and that the program takes out once, to change it for as long as it runs: a network, a
/// workspace, the state of an optimizer or a stream, where there is no heap.
///
/// What starts as zeros costs no room in the program's file (it lies in `.bss`). It is there where the target can swap a
/// byte in one step.
///
/// ```
/// use chainrule::{Place, StaticWorkspace, prelude::*};
///
/// network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
///
/// static NET: Place<Net> = Place::zeroed();
/// static WORKSPACE: Place<StaticWorkspace<Net, 16>> = Place::new(StaticWorkspace::new());
///
/// let (Some(net), Some(workspace)) = (NET.take(), WORKSPACE.take()) else {
///     unreachable!("nobody else takes them")
/// };
/// net.reset(&mut StdRng::seed_from_u64(7));
/// net.backpropagate(&[[0.0, 1.0]], &[[0.5]], &MseLoss::default(), workspace)?;
/// assert!(NET.take().is_none());
/// # Ok::<(), BackpropagateError>(())
/// ```
#[cfg(target_has_atomic = "8")]
pub struct Place<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

#[cfg(target_has_atomic = "8")]
#[allow(unsafe_code)] // a static
// SAFETY: the value is reached through `take` alone, which gives it to one caller, and that caller has it for ever: it is
// sent to a thread, never shared.
unsafe impl<T: Send> Sync for Place<T> {}

#[cfg(target_has_atomic = "8")]
impl<T> Place<T> {
    /// A place for a value that is known while the program compiles.
    pub const fn new(value: T) -> Self {
        Self {
            taken: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }

    /// A place for a value of zeros.
    pub const fn zeroed() -> Self
    where
        T: Zeroable,
    {
        Self::new(zeroed())
    }

    /// The value, the first time; `None` ever after.
    #[allow(clippy::mut_from_ref)] // once
    pub fn take(&'static self) -> Option<&'static mut T> {
        if self.taken.swap(true, Ordering::AcqRel) {
            return None;
        }
        #[allow(unsafe_code)] // a static
        // SAFETY: the pointer is that of a live static. `taken` was false, and nothing sets it back: so this line runs
        // once, and the reference is the only one.
        Some(unsafe { &mut *self.value.get() })
    }
}

/// Zeros, also in a constant.
pub const fn zeroed<T: Zeroable>() -> T {
    #[allow(unsafe_code)] // layout
    // SAFETY: all zeros is a value of a `Zeroable` type.
    unsafe {
        MaybeUninit::zeroed().assume_init()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_threads_one_takes_the_value() {
        static NUMBERS: Place<[u32; 4]> = Place::zeroed();
        let takers: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(|| NUMBERS.take().is_some()))
            .collect();
        let taken = takers.into_iter().map(|taker| taker.join().unwrap());
        assert_eq!(taken.filter(|&taken| taken).count(), 1);
    }

    #[test]
    fn what_was_given_is_there() {
        static NUMBERS: Place<[u32; 3]> = Place::new([1, 2, 3]);
        let numbers = NUMBERS.take().unwrap();
        numbers[1] = 5;
        assert_eq!(*numbers, [1, 5, 3]);
        assert!(NUMBERS.take().is_none());
    }
}
