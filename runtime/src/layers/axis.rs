//! A dimension of a flat run of elements: what softmax goes along and a gate halves.

use crate::{Element, Scalar};

/// One dimension of a shape: `outer × len × inner` elements, row-major. A *block* is `len × inner`, a *line* the `len`
/// elements with the same inner index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    len: usize,
    inner: usize,
}

impl Axis {
    /// # Panics
    /// When there is no dimension `dim`. With a `dim` known to the compiler nothing of this is left at run time.
    #[inline(always)]
    pub(super) const fn new(dims: &[usize], dim: usize) -> Self {
        assert!(
            dim < dims.len(),
            "the shape has no such dimension; the dimensions of a sample count from 0"
        );
        let (mut inner, mut i) = (1, dim + 1);
        while i < dims.len() {
            inner *= dims[i];
            i += 1;
        }
        Self {
            len: dims[dim],
            inner,
        }
    }

    /// The lines of a block.
    #[inline(always)]
    pub(super) fn inner(self) -> usize {
        self.inner
    }

    /// The elements of a block.
    #[inline(always)]
    pub(super) fn block(self) -> usize {
        (self.len * self.inner).max(1)
    }

    #[inline(always)]
    pub(super) fn blocks<E>(self, elements: &[E]) -> impl Iterator<Item = &[E]> {
        elements.chunks_exact(self.block())
    }

    #[inline(always)]
    pub(super) fn blocks_mut<E>(self, elements: &mut [E]) -> impl Iterator<Item = &mut [E]> {
        elements.chunks_exact_mut(self.block())
    }

    #[inline(always)]
    pub(super) fn line<E>(self, block: &[E], i: usize) -> impl Iterator<Item = &E> {
        block.iter().skip(i).step_by(self.inner.max(1))
    }

    #[inline(always)]
    pub(super) fn line_mut<E>(self, block: &mut [E], i: usize) -> impl Iterator<Item = &mut E> {
        block.iter_mut().skip(i).step_by(self.inner.max(1))
    }

    /// The largest element of a line.
    #[inline(always)]
    pub(super) fn max<T: Scalar, E: Element<T>>(self, block: &[E], i: usize) -> E {
        // A loop: `fold` would be a function of its own, without the features of its caller.
        let mut max = E::splat(-T::INFINITY);
        for &x in self.line(block, i) {
            max = max.zip(x, |max, x| x.max(max));
        }
        max
    }
}
