//! Where things lie in the memory that an attention layer saves.

use crate::kernels::attention::Geometry;

/// The lengths of the parts of [`Memory`].
const fn parts(geometry: Geometry) -> [usize; 5] {
    let Geometry {
        length,
        features,
        heads,
        span,
        ..
    } = geometry;
    // Also room for the gradient of one position.
    let rows = if 2 * span > features {
        2 * span
    } else {
        features
    };
    [
        3 * length * features,
        length * features,
        2 * length * heads,
        rows,
        3 * length * geometry.width(),
    ]
}

/// How many elements are saved.
pub(super) const fn len(geometry: Geometry) -> usize {
    let [qkv, mixed, statistics, rows, head] = parts(geometry);
    qkv + mixed + statistics + rows + head
}

/// As [`len`], less what only the way back needs.
pub(super) const fn inference_len(geometry: Geometry) -> usize {
    let [qkv, mixed, statistics, ..] = parts(geometry);
    qkv + mixed + statistics + geometry.span
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
        let [qkv, mixed, statistics, rows, head] = parts(geometry);
        let (qkv, rest) = run.split_at_mut_checked(qkv * lanes)?;
        let (mixed, rest) = rest.split_at_mut_checked(mixed * lanes)?;
        let (statistics, rest) = rest.split_at_mut_checked(statistics * lanes)?;
        // Inference has room for one row of weights and nothing else.
        let (rows, rest) = rest.split_at_mut_checked((rows * lanes).min(rest.len()))?;
        let head = rest.get_mut(..head * lanes).unwrap_or_default();
        Some(Self {
            qkv,
            mixed,
            statistics,
            rows,
            head,
        })
    }
}
