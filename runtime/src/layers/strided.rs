//! Outputs that are some of the inputs in another order: what permutations, slices and shuffles have in common.

use crate::simd::Work;

/// The most dimensions that a walk has.
const RANK: usize = 8;

/// How the outputs, in row-major order, walk through the inputs: output `(i₀, i₁, …)` is input `first + Σ iₙ·stridesₙ`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strided {
    sizes: [usize; RANK],
    strides: [usize; RANK],
    first: usize,
}

impl Strided {
    /// The sizes of the outputs and the stride of each, outermost first. No input may be met twice.
    pub(super) const fn new(sizes: &[usize], strides: &[usize], first: usize) -> Self {
        let mut walk = Self {
            sizes: [1; RANK],
            strides: [0; RANK],
            first,
        };
        let mut i = 0;
        while i < sizes.len() {
            walk.sizes[RANK - sizes.len() + i] = sizes[i];
            walk.strides[RANK - sizes.len() + i] = strides[i];
            i += 1;
        }
        walk
    }

    /// `y[i] = x[…]`
    #[inline(always)]
    pub(super) fn gather<'a, E: Copy>(self, x: &'a [E], y: &'a mut [E]) -> impl Work<Output = ()> {
        Gather { walk: self, x, y }
    }

    /// `dx[…] = dy[i]`; leaves alone what no output read.
    #[inline(always)]
    pub(super) fn scatter<'a, E: Copy>(
        self,
        dy: &'a [E],
        dx: &'a mut [E],
    ) -> impl Work<Output = ()> {
        Scatter { walk: self, dy, dx }
    }

    /// Length and stride of the last dimension.
    #[inline(always)]
    fn last(self) -> (usize, usize) {
        (self.sizes[RANK - 1].max(1), self.strides[RANK - 1].max(1))
    }

    /// Where the rows of the last dimension begin.
    #[inline(always)]
    fn rows(self) -> Rows {
        Rows {
            walk: self,
            index: [0; RANK],
            at: self.first,
        }
    }
}

/// Strides of a row-major array, for the first dimensions in use.
pub(super) const fn row_major(dims: &[usize]) -> [usize; RANK] {
    let mut strides = [0; RANK];
    let (mut stride, mut i) = (1, dims.len());
    while i > 0 {
        i -= 1;
        strides[i] = stride;
        stride *= dims[i];
    }
    strides
}

/// An index that counts up.
struct Rows {
    walk: Strided,
    index: [usize; RANK],
    at: usize,
}

impl Rows {
    /// Where the next row begins.
    #[inline(always)]
    fn next(&mut self) -> usize {
        let at = self.at;
        let Strided { sizes, strides, .. } = self.walk;
        for i in (0..RANK - 1).rev() {
            self.index[i] += 1;
            self.at += strides[i];
            if self.index[i] < sizes[i] {
                break;
            }
            self.index[i] = 0;
            self.at -= strides[i] * sizes[i];
        }
        at
    }
}

struct Gather<'a, E> {
    walk: Strided,
    x: &'a [E],
    y: &'a mut [E],
}

impl<E: Copy> Work for Gather<'_, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (length, step) = self.walk.last();
        let mut rows = self.walk.rows();
        for y in self.y.chunks_exact_mut(length) {
            let x = self.x.get(rows.next()..).unwrap_or_default();
            if step == 1 {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = x;
                }
            } else {
                for (y, &x) in y.iter_mut().zip(x.iter().step_by(step)) {
                    *y = x;
                }
            }
        }
    }
}

struct Scatter<'a, E> {
    walk: Strided,
    dy: &'a [E],
    dx: &'a mut [E],
}

impl<E: Copy> Work for Scatter<'_, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (length, step) = self.walk.last();
        let mut rows = self.walk.rows();
        for dy in self.dy.chunks_exact(length) {
            let dx = self.dx.get_mut(rows.next()..).unwrap_or_default();
            if step == 1 {
                for (dx, &dy) in dx.iter_mut().zip(dy) {
                    *dx = dy;
                }
            } else {
                for (dx, &dy) in dx.iter_mut().step_by(step).zip(dy) {
                    *dx = dy;
                }
            }
        }
    }
}
