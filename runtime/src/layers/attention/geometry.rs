//! Sizes of an attention layer, and where things lie in the memory that it saves.

use core::ops::Range;

/// The sizes, numbers at run time: layers of every size share the loops.
#[derive(Clone, Copy)]
pub(super) struct Geometry {
    pub(super) length: usize,
    pub(super) features: usize,
    pub(super) heads: usize,
    /// How many positions one sees at most.
    pub(super) span: usize,
    /// Whether it sees none behind itself.
    pub(super) causal: bool,
}

impl Geometry {
    pub(super) const fn new(length: usize, features: usize, heads: usize, span: usize) -> Self {
        Self {
            length,
            features,
            heads,
            span: if span < length { span } else { length },
            causal: false,
        }
    }

    /// Features of a head.
    pub(super) const fn width(&self) -> usize {
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

    /// The lengths of the parts of [`Memory`].
    const fn parts(&self) -> [usize; 5] {
        let rows = 2 * self.span;
        [
            3 * self.length * self.features,
            self.length * self.features,
            2 * self.length * self.heads,
            // Also room for the gradient of one position.
            if rows > self.features {
                rows
            } else {
                self.features
            },
            3 * self.length * self.width(),
        ]
    }

    /// How many elements are saved.
    pub(super) const fn saved(&self) -> usize {
        let [qkv, mixed, statistics, rows, head] = self.parts();
        qkv + mixed + statistics + rows + head
    }
}

/// What is saved of a sequence, in one run of scalars.
pub(super) struct Memory<'a, T> {
    /// `q`, `k` and `v` of each position; on the way back their gradients.
    pub(super) qkv: &'a mut [T],
    /// `o` of each position; on the way back its gradient.
    pub(super) mixed: &'a mut [T],
    /// Of each softmax, head by head, the largest score, and one over the sum of exponentials.
    pub(super) statistics: &'a mut [T],
    /// Of one softmax at a time: weights, and on the way back their gradients.
    pub(super) rows: &'a mut [T],
    /// Gradients of `q`, `k` and `v` of one head at a time.
    pub(super) head: &'a mut [T],
}

impl<'a, T> Memory<'a, T> {
    #[inline(always)]
    pub(super) fn split(geometry: Geometry, run: &'a mut [T], lanes: usize) -> Option<Self> {
        let [qkv, mixed, statistics, rows, head] = geometry.parts();
        let (qkv, rest) = run.split_at_mut_checked(qkv * lanes)?;
        let (mixed, rest) = rest.split_at_mut_checked(mixed * lanes)?;
        let (statistics, rest) = rest.split_at_mut_checked(statistics * lanes)?;
        let (rows, rest) = rest.split_at_mut_checked(rows * lanes)?;
        let head = rest.get_mut(..head * lanes)?;
        Some(Self {
            qkv,
            mixed,
            statistics,
            rows,
            head,
        })
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
