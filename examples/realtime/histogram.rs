//! How often each time was seen, in buckets that are 1/64 of a power of two wide: as fine as it matters for a
//! nanosecond and for a second, in 16 KB that are allocated once.

use std::time::Duration;

/// Buckets of an octave, as a power of two. Below that, each nanosecond has its own.
const BITS: u32 = 6;
const BUCKETS: usize = 64 << BITS;

pub(crate) struct Histogram {
    counts: Vec<u32>,
    count: u64,
    max: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            count: 0,
            max: 0,
        }
    }

    pub(crate) fn add(&mut self, time: Duration) {
        let nanoseconds = time.as_nanos() as u64;
        self.count += 1;
        self.max = self.max.max(nanoseconds);
        if let Some(count) = self.counts.get_mut(bucket(nanoseconds)) {
            *count += 1;
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The longest time, exactly.
    pub(crate) fn max(&self) -> u64 {
        self.max
    }

    /// The time that this share of all does not exceed: the end of its bucket.
    pub(crate) fn quantile(&self, share: f64) -> u64 {
        let mut left = (share * self.count as f64).ceil() as u64;
        for (start, end, count) in self.buckets() {
            if left <= count {
                return (end - 1).max(start).min(self.max);
            }
            left -= count;
        }
        self.max
    }

    /// How many took longer, up to the width of a bucket.
    pub(crate) fn above(&self, nanoseconds: u64) -> u64 {
        self.buckets()
            .filter(|(start, ..)| *start > nanoseconds)
            .map(|(.., count)| count)
            .sum()
    }

    /// Start, end and count of each bucket that is not empty.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(index, count)| (start(index), start(index + 1), u64::from(*count)))
    }
}

/// The exponent, and the highest bits behind the first.
fn bucket(nanoseconds: u64) -> usize {
    let octave = (nanoseconds >> BITS).checked_ilog2().map_or(0, |o| o + 1);
    if octave == 0 {
        return nanoseconds as usize;
    }
    let shift = octave - 1;
    ((octave as usize) << BITS) + ((nanoseconds >> shift) as usize - (1 << BITS))
}

/// The first nanosecond of a bucket.
fn start(bucket: usize) -> u64 {
    let (octave, rest) = (bucket >> BITS, (bucket & ((1 << BITS) - 1)) as u64);
    match octave {
        0 => rest,
        _ => ((1 << BITS) + rest) << (octave - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_its_bucket() {
        let times = (0..10_000).chain((0..50).map(|bit| (1 << bit) + (1 << bit) / 3));
        for time in times {
            let (index, width) = (bucket(time), (time >> BITS).max(1));
            assert!(start(index) <= time && time < start(index + 1), "{time}");
            assert!(start(index + 1) - start(index) <= width, "{time}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let mut histogram = Histogram::new();
        for time in (1..=1000).rev() {
            histogram.add(Duration::from_nanos(time));
        }
        for (share, exact) in [(0.001, 1), (0.05, 50), (0.5, 500), (0.99, 990), (1.0, 1000)] {
            let found = histogram.quantile(share);
            assert!((exact..=exact + exact / 64).contains(&found), "{found}");
        }
        assert_eq!((histogram.count(), histogram.max()), (1000, 1000));
        assert_eq!(histogram.above(1000), 0);
        assert!(histogram.above(499).abs_diff(501) <= 8);
    }
}
