//! The pieces of the parameters that belong to groups, with what is set for each.

use core::ops::Range;

/// What a group sets: numbers, of which those that are not set are NaN.
pub(super) trait Overrides: Copy {
    /// Nothing is set.
    const NOTHING: Self;
    /// Takes the step before which nothing is to change any more.
    fn take_freeze(&mut self) -> Option<u64>;
}

/// Neighbouring parameters for which the same is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<G> {
    start: usize,
    end: usize,
    /// The steps in which it is frozen, counted from 0.
    frozen: (u64, u64),
    /// The frozen steps before those.
    skipped: u64,
    pub(super) overrides: G,
}

impl<G: Overrides> Segment<G> {
    const EMPTY: Self = Self {
        start: 0,
        end: 0,
        frozen: (0, 0),
        skipped: 0,
        overrides: G::NOTHING,
    };

    /// Nothing changes in the steps from `now` to the one before `until`.
    pub(super) fn freeze(&mut self, now: u64, until: u64) {
        let (start, end) = self.frozen;
        if now >= end {
            self.skipped += end - start;
            self.frozen = (now, until.max(now));
        } else {
            self.frozen = (start, until.max(now));
        }
    }

    /// Steps change it again from `now` on.
    pub(super) fn unfreeze(&mut self, now: u64) {
        let (start, end) = self.frozen;
        self.frozen = (start, end.min(now.max(start)));
    }

    /// The number of its own next step, counted from 1, when the optimizer has made `steps`; nothing where it is frozen.
    ///
    /// Moving averages know only the steps in which they moved, so corrections of their bias count these.
    fn number(&self, steps: u64) -> Option<u64> {
        let (start, end) = self.frozen;
        let before = self.skipped + (end - start);
        (steps < start || steps >= end).then(|| steps.saturating_sub(before).saturating_add(1))
    }
}

/// All of them, in order, without an overlap.
#[derive(Clone)]
pub(super) struct Segments<G> {
    #[cfg(feature = "alloc")]
    list: alloc::vec::Vec<Segment<G>>,
    #[cfg(not(feature = "alloc"))]
    list: [Segment<G>; CAPACITY],
    #[cfg(not(feature = "alloc"))]
    len: usize,
    /// The learning rate that the optimizer was built with, to which those of groups are in proportion.
    pub(super) built_with: f64,
}

/// How many there may be without a heap.
#[cfg(not(feature = "alloc"))]
const CAPACITY: usize = 8;

/// Some parameters in one step.
pub(super) struct Piece<'a, G> {
    pub(super) range: Range<usize>,
    /// What is set for them, and the number of their step; where nothing is, they are as the optimizer says.
    pub(super) group: Option<(&'a G, u64)>,
}

impl<G: Overrides> Segments<G> {
    pub(super) const fn new(learning_rate: f64) -> Self {
        Self {
            #[cfg(feature = "alloc")]
            list: alloc::vec::Vec::new(),
            #[cfg(not(feature = "alloc"))]
            list: [Segment::EMPTY; CAPACITY],
            #[cfg(not(feature = "alloc"))]
            len: 0,
            built_with: learning_rate,
        }
    }

    #[inline(always)]
    pub(super) fn all(&self) -> &[Segment<G>] {
        #[cfg(feature = "alloc")]
        return &self.list;
        #[cfg(not(feature = "alloc"))]
        return self.list.get(..self.len).unwrap_or_default();
    }

    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    #[track_caller]
    fn insert(&mut self, index: usize, range: Range<usize>, segment: Segment<G>) {
        let segment = Segment {
            start: range.start,
            end: range.end,
            ..segment
        };
        #[cfg(feature = "alloc")]
        self.list.insert(index, segment);
        #[cfg(not(feature = "alloc"))]
        {
            assert!(
                self.len < CAPACITY,
                "without the feature `alloc` an optimizer has room for groups in at most {CAPACITY} pieces of the parameters"
            );
            self.list[self.len] = segment;
            self.len += 1;
            self.list[index..self.len].rotate_right(1);
        }
    }

    /// Changes what is set for the parameters of `ranges`.
    #[track_caller]
    pub(super) fn set(
        &mut self,
        ranges: impl Iterator<Item = Range<usize>>,
        steps: u64,
        change: impl Fn(&mut Segment<G>),
    ) {
        let change = |segment: &mut Segment<G>| {
            change(segment);
            if let Some(until) = segment.overrides.take_freeze() {
                segment.freeze(steps, until);
            }
        };
        for range in ranges {
            self.split(range.start);
            self.split(range.end);
            let mut index = self
                .all()
                .partition_point(|segment| segment.start < range.start);
            let mut start = range.start;
            while start < range.end {
                let next = self.all().get(index);
                let next = next.map_or(range.end, |next| next.start.min(range.end));
                if next > start {
                    self.insert(index, start..next, Segment::EMPTY);
                }
                let segment = &mut self.list[index];
                change(segment);
                start = segment.end;
                index += 1;
            }
        }
    }

    /// Cuts the segment that goes across `at` in two.
    #[track_caller]
    fn split(&mut self, at: usize) {
        let across = |segment: &Segment<G>| segment.start < at && at < segment.end;
        if let Some(index) = self.all().iter().position(across) {
            let segment = self.list[index];
            self.list[index].end = at;
            self.insert(index + 1, at..segment.end, segment);
        }
    }

    /// The pieces of the parameters in `range`, in a step after so many, without those that are frozen.
    pub(super) fn pieces(&self, range: Range<usize>, steps: u64) -> Pieces<'_, G> {
        let all = self.all();
        let next = all.partition_point(|segment| segment.end <= range.start);
        Pieces {
            segments: all.get(next..).unwrap_or_default(),
            range,
            steps,
        }
    }

    /// What belongs to the parameter at `place`; nothing where it is frozen.
    pub(super) fn at(&self, place: usize, steps: u64) -> Option<Option<(&G, u64)>> {
        let mut pieces = self.pieces(place..place + 1, steps);
        pieces.next().map(|piece| piece.group)
    }
}

/// See [`Segments::pieces`].
pub(super) struct Pieces<'a, G> {
    segments: &'a [Segment<G>],
    range: Range<usize>,
    steps: u64,
}

impl<'a, G: Overrides> Iterator for Pieces<'a, G> {
    type Item = Piece<'a, G>;

    fn next(&mut self) -> Option<Piece<'a, G>> {
        while self.range.start < self.range.end {
            let start = self.range.start;
            let Some((first, rest)) = self.segments.split_first() else {
                self.range.start = self.range.end;
                return Some(Piece {
                    range: start..self.range.end,
                    group: None,
                });
            };
            if start < first.start {
                self.range.start = first.start.min(self.range.end);
                return Some(Piece {
                    range: start..self.range.start,
                    group: None,
                });
            }
            self.segments = rest;
            self.range.start = first.end.min(self.range.end);
            if let Some(number) = first.number(self.steps) {
                return Some(Piece {
                    range: start..self.range.start,
                    group: Some((&first.overrides, number)),
                });
            }
        }
        None
    }
}

/// The factor that takes a group's learning rate to where the optimizer's is now.
#[inline]
pub(super) fn ratio(now: f64, built_with: f64) -> f64 {
    if now == built_with || built_with == 0.0 {
        1.0
    } else {
        now / built_with
    }
}

/// The value that a group sets, or that of the optimizer.
#[inline]
pub(super) fn or(set: f64, otherwise: f64) -> f64 {
    if set.is_nan() { otherwise } else { set }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Set(f64, u64);

    impl Overrides for Set {
        const NOTHING: Self = Self(f64::NAN, 0);
        fn take_freeze(&mut self) -> Option<u64> {
            let until = core::mem::take(&mut self.1);
            (until > 0).then_some(until)
        }
    }

    fn pieces(
        segments: &Segments<Set>,
        range: Range<usize>,
        steps: u64,
    ) -> Vec<(Range<usize>, Option<f64>)> {
        let pieces = segments.pieces(range, steps);
        pieces
            .map(|piece| (piece.range, piece.group.map(|(set, _)| set.0)))
            .collect()
    }

    #[test]
    fn later_groups_change_what_earlier_ones_set_where_they_overlap() {
        let mut segments = Segments::<Set>::new(0.1);
        segments.set(core::iter::once(10..20), 0, |segment| {
            segment.overrides.0 = 1.0
        });
        segments.set([5..12, 18..25].into_iter(), 0, |segment| {
            segment.overrides.0 = or(segment.overrides.0, 0.0) + 2.0;
        });
        let all = [
            (0..5, None),
            (5..10, Some(2.0)),
            (10..12, Some(3.0)),
            (12..18, Some(1.0)),
            (18..20, Some(3.0)),
            (20..25, Some(2.0)),
            (25..30, None),
        ];
        assert_eq!(pieces(&segments, 0..30, 0), all);
        assert_eq!(
            pieces(&segments, 11..13, 0),
            [(11..12, Some(3.0)), (12..13, Some(1.0))]
        );
        assert_eq!(pieces(&segments, 26..30, 0), [(26..30, None)]);
    }

    #[test]
    fn frozen_steps_are_not_counted() {
        let mut segments = Segments::<Set>::new(0.1);
        let number = |segments: &Segments<Set>, steps| {
            segments
                .at(4, steps)
                .map(|group| group.map(|(_, number)| number))
        };
        segments.set(core::iter::once(4..8), 0, |segment| {
            segment.overrides.1 = 10
        });
        assert_eq!(number(&segments, 9), None);
        assert_eq!(number(&segments, 10), Some(Some(1)));
        assert_eq!(number(&segments, 14), Some(Some(5)));
        segments.set(core::iter::once(4..8), 15, |segment| {
            segment.overrides.1 = u64::MAX
        });
        assert_eq!(number(&segments, 15), None);
        segments.set(core::iter::once(4..8), 40, |segment| segment.unfreeze(40));
        assert_eq!(number(&segments, 40), Some(Some(6)));
        assert_eq!(segments.at(3, 40).map(|group| group.is_none()), Some(true));
    }
}
