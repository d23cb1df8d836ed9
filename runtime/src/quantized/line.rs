//! The memory of an integer network: lines of 64 bytes, dealt out front to back.

use bytemuck::{Pod, Zeroable};

/// Sixty-four bytes at a multiple of sixty-four: a cache line, and the widest register.
///
/// An integer network is a run of them. How many each layer has is a constant that follows from its sizes; so the type of
/// the network needs no arithmetic with generic sizes.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line(pub(crate) [u8; 64]);

#[allow(unsafe_code)] // layout
// SAFETY: an array of bytes.
unsafe impl Zeroable for Line {}
#[allow(unsafe_code)] // layout
// SAFETY: an array of bytes, as many as its alignment, so that there is no padding.
unsafe impl Pod for Line {}

impl Line {
    /// Zeros.
    pub const ZERO: Self = Self([0; 64]);
}

/// How many lines hold `bytes`.
pub const fn lines(bytes: usize) -> usize {
    bytes.div_ceil(64)
}

/// The lines not dealt out yet.
pub struct Lines<'a>(&'a [Line]);

impl<'a> Lines<'a> {
    /// All lines of a network.
    #[inline(always)]
    pub fn new(lines: &'a [Line]) -> Self {
        Self(lines)
    }

    /// The next ones.
    #[inline(always)]
    pub fn take(&mut self, count: usize) -> &'a [Line] {
        let (front, rest) = self.0.split_at_checked(count).unwrap_or_default();
        self.0 = rest;
        front
    }

    /// The next ones as values of a type that fills lines.
    #[inline(always)]
    pub(crate) fn values<P: Pod>(&mut self, count: usize) -> &'a [P] {
        bytemuck::try_cast_slice(self.take(lines(count * size_of::<P>()))).unwrap_or_default()
    }
}

/// The lines not written yet.
pub struct LinesMut<'a>(&'a mut [Line]);

impl<'a> LinesMut<'a> {
    /// All lines of a network.
    pub fn new(lines: &'a mut [Line]) -> Self {
        Self(lines)
    }

    /// The next ones.
    pub fn take(&mut self, count: usize) -> &'a mut [Line] {
        let (front, rest) = core::mem::take(&mut self.0)
            .split_at_mut_checked(count)
            .unwrap_or_default();
        self.0 = rest;
        front
    }

    /// The next ones as values of a type that fills lines.
    pub(crate) fn values<P: Pod>(&mut self, count: usize) -> &'a mut [P] {
        bytemuck::try_cast_slice_mut(self.take(lines(count * size_of::<P>()))).unwrap_or_default()
    }
}

/// The first bytes of a region.
#[inline(always)]
pub fn bytes(region: &[Line], len: usize) -> &[u8] {
    let bytes: &[u8] = bytemuck::try_cast_slice(region).unwrap_or_default();
    bytes.get(..len).unwrap_or_default()
}

/// The first bytes of a region, to write.
#[inline(always)]
pub fn bytes_mut(region: &mut [Line], len: usize) -> &mut [u8] {
    let bytes: &mut [u8] = bytemuck::try_cast_slice_mut(region).unwrap_or_default();
    bytes.get_mut(..len).unwrap_or_default()
}

/// The first numbers of a region.
#[inline(always)]
pub fn numbers(region: &[Line], len: usize) -> &[f32] {
    let numbers: &[f32] = bytemuck::try_cast_slice(region).unwrap_or_default();
    numbers.get(..len).unwrap_or_default()
}

/// The first numbers of a region, to write.
#[inline(always)]
pub fn numbers_mut(region: &mut [Line], len: usize) -> &mut [f32] {
    let numbers: &mut [f32] = bytemuck::try_cast_slice_mut(region).unwrap_or_default();
    numbers.get_mut(..len).unwrap_or_default()
}

/// The layout of a generated integer network.
#[doc(hidden)]
#[macro_export]
macro_rules! __lines {
    ($name:ty) => {
        // SAFETY: `repr(transparent)` over an array of lines, which are bytes.
        unsafe impl $crate::__private::bytemuck::Zeroable for $name {}
        // SAFETY: as above.
        unsafe impl $crate::__private::bytemuck::Pod for $name {}
        impl $name {
            /// An integer network of zeros, also in a constant: what to place in a `static` and load bytes into.
            pub const fn zeroed() -> Self {
                $crate::__private::zeroed()
            }
        }
    };
}
