use crate::Scalar;
use core::ops::Range;

/// The sizes of attention.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Positions.
    pub(crate) length: usize,
    /// Of all heads.
    pub(crate) features: usize,
    /// What the features fall into.
    pub(crate) heads: usize,
    /// How many positions one sees at most.
    pub(crate) span: usize,
    /// Whether it sees none behind itself.
    pub(crate) causal: bool,
    /// Numbers from a position to the next: of query, key and value, or of the last two.
    pub(crate) position: usize,
}

impl Geometry {
    pub(crate) const fn new(length: usize, features: usize, heads: usize, span: usize) -> Self {
        Self {
            length,
            features,
            heads,
            span: if span < length { span } else { length },
            causal: false,
            position: 3 * features,
        }
    }

    /// Features of a head.
    pub(crate) const fn width(&self) -> usize {
        match self.heads {
            0 => 0,
            heads => self.features / heads,
        }
    }

    /// The positions that position `i` sees.
    #[inline(always)]
    pub(super) fn seen(&self, i: usize) -> Range<usize> {
        let end = if self.causal { i + 1 } else { self.length };
        end.saturating_sub(self.span)..end
    }

    /// One over the root of the features of a head.
    #[inline(always)]
    pub(super) fn scale<T: Scalar>(&self) -> T {
        T::ONE / T::from_usize(self.width()).sqrt()
    }
}

/// `len` values from `start` on.
#[inline(always)]
pub(super) fn part<T>(values: &[T], start: usize, len: usize) -> &[T] {
    values.get(start..start + len).unwrap_or_default()
}

/// As [`part`], mutable.
#[inline(always)]
pub(super) fn part_mut<T>(values: &mut [T], start: usize, len: usize) -> &mut [T] {
    values.get_mut(start..start + len).unwrap_or_default()
}

/// The keys, or the values, of neighbouring positions.
#[derive(Clone, Copy)]
pub(super) struct Places<'a, T> {
    values: &'a [T],
    /// From a position to the next.
    stride: usize,
    /// Where in a position they begin.
    offset: usize,
}

impl<'a, T> Places<'a, T> {
    #[inline(always)]
    pub(super) fn new(qkv: &'a [T], stride: usize, seen: Range<usize>, offset: usize) -> Self {
        Self {
            values: part(qkv, seen.start * stride, seen.len() * stride),
            stride: stride.max(1),
            offset,
        }
    }

    /// `len` values of `N` positions at a time, and of those that are left.
    #[inline(always)]
    pub(super) fn blocks<const N: usize>(
        self,
        len: usize,
    ) -> (
        impl Iterator<Item = [&'a [T]; N]>,
        impl Iterator<Item = &'a [T]>,
    ) {
        let Self { stride, offset, .. } = self;
        let blocks = self.values.chunks_exact((N * stride).max(1));
        let rest = blocks.remainder().chunks_exact(stride.max(1));
        (
            blocks
                .map(move |block| core::array::from_fn(|n| part(block, n * stride + offset, len))),
            rest.map(move |place| part(place, offset, len)),
        )
    }
}
