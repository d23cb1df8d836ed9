use super::Axis;

/// How positions and taps of a correlation meet its source, along one axis: position `i` and tap `k` at
/// `first + i·step + k·tap`, with zeros outside of `0..source`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) positions: usize,
    pub(super) step: usize,
    pub(super) taps: usize,
    pub(super) tap: isize,
    pub(super) first: isize,
    pub(super) source: usize,
}

/// Some positions and taps of a [`Line`], next to each other, and the source indices where they meet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// The least of the indices.
    pub(super) lowest: isize,
    /// From the least to the largest.
    pub(super) length: usize,
    taps: usize,
    tap: isize,
}

impl Line {
    /// Outputs as positions: `y` from `x`.
    #[inline(always)]
    pub(super) fn forward(axis: Axis) -> Self {
        Self {
            positions: axis.output,
            step: axis.stride,
            taps: axis.kernel,
            tap: axis.dilation as isize,
            first: -(axis.padding as isize),
            source: axis.input,
        }
    }

    /// Inputs as positions, `dx` from `dy`: those that the first of them, `input`, shares its taps with, which are every
    /// `stride`-th. Also returns the first of these taps and the distance to the next.
    #[inline(always)]
    pub(super) fn backward(axis: Axis, input: usize) -> (Self, [usize; 2]) {
        let stride = axis.stride.max(1);
        let signed_stride = (stride as isize).max(1);
        let meets = |k: usize| (input + axis.padding) as isize - (k * axis.dilation) as isize;
        let met = |k: &usize| meets(*k).rem_euclid(signed_stride) == 0;
        // Taps repeat their places between the outputs after at most `stride`.
        let first = (0..axis.kernel.min(stride)).find(met);
        let next = (1..=stride).find(|k| (k * axis.dilation).is_multiple_of(stride));
        let (k, next) = (first.unwrap_or(axis.kernel), next.unwrap_or(stride));
        let line = Self {
            positions: axis.input.saturating_sub(input).div_ceil(stride),
            step: 1,
            taps: axis.kernel.saturating_sub(k).div_ceil(next),
            tap: -((next * axis.dilation / stride) as isize),
            first: meets(k).div_euclid(signed_stride),
            source: axis.output,
        };
        (line, [k, next])
    }

    /// `positions` from `i` on and `taps` from `k` on.
    #[inline(always)]
    pub(super) fn section(self, [i, positions]: [usize; 2], [k, taps]: [usize; 2]) -> Section {
        let last = k + taps.max(1) - 1;
        let nearest = if self.tap < 0 { last } else { k };
        Section {
            lowest: self.first + (i * self.step) as isize + nearest as isize * self.tap,
            length: (positions.max(1) - 1) * self.step
                + (taps.max(1) - 1) * self.tap.unsigned_abs()
                + 1,
            taps,
            tap: self.tap,
        }
    }

    /// The taps among `count` from `k` on, counted from there, that any of the positions from `first` to `last`, both included,
    /// meets inside the source.
    #[inline(always)]
    pub(super) fn taps_met(self, [k, count]: [usize; 2], [first, last]: [usize; 2]) -> [usize; 2] {
        let all = self.section([first, last - first + 1], [k, count]);
        if all.lowest >= 0 && all.lowest as usize + all.length <= self.source {
            return [0, count];
        }
        let meets = |tap: usize| {
            let at = self.first + (k + tap) as isize * self.tap;
            at + (last * self.step) as isize >= 0
                && at + ((first * self.step) as isize) < self.source as isize
        };
        let start = (0..count).find(|&tap| meets(tap)).unwrap_or(count);
        let end = (start..count).rev().find(|&tap| meets(tap));
        [start, end.map_or(start, |tap| tap + 1)]
    }

    /// Whether every position meets every tap inside the source.
    #[inline(always)]
    pub(super) fn inside(self) -> bool {
        let all = self.section([0, self.positions], [0, self.taps]);
        all.lowest >= 0 && all.lowest as usize + all.length <= self.source
    }
}

impl Section {
    /// How far behind the lowest index the first position meets tap `k` of the section.
    #[inline(always)]
    pub(super) fn offset(self, k: usize) -> usize {
        let steps = if self.tap < 0 { self.taps - 1 - k } else { k };
        steps * self.tap.unsigned_abs()
    }
}
