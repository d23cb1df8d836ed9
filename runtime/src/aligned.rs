use bytemuck::Zeroable;
use core::ops::{Deref, DerefMut};

/// A value that begins at a cache line, wherever its type would lie: so that no vector of gradients or
/// activations lies across two.
#[doc(hidden)]
#[repr(C, align(64))]
#[derive(Clone, Copy)]
pub struct Aligned<P>(P);

#[allow(unsafe_code)] // layout
// SAFETY: zeros are a value of the only field.
unsafe impl<P: Zeroable> Zeroable for Aligned<P> {}

impl<P> Aligned<P> {
    #[inline(always)]
    pub const fn new(value: P) -> Self {
        Self(value)
    }
}

impl<P> Deref for Aligned<P> {
    type Target = P;
    #[inline(always)]
    fn deref(&self) -> &P {
        &self.0
    }
}

impl<P> DerefMut for Aligned<P> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut P {
        &mut self.0
    }
}

/// An aligned value on the heap.
#[cfg(feature = "alloc")]
#[derive(Clone)]
pub struct AlignedBox<P>(alloc::boxed::Box<Aligned<P>>);

#[cfg(feature = "alloc")]
impl<P: Zeroable> AlignedBox<P> {
    /// Zeros, built in place.
    pub(crate) fn zeroed() -> Self {
        Self(bytemuck::zeroed_box())
    }
}

#[cfg(feature = "alloc")]
impl<P> Deref for AlignedBox<P> {
    type Target = P;
    #[inline(always)]
    fn deref(&self) -> &P {
        &self.0.0
    }
}

#[cfg(feature = "alloc")]
impl<P> DerefMut for AlignedBox<P> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut P {
        &mut self.0.0
    }
}
