//! A curve over steps in bounded memory.

use serde::{Deserialize, Serialize};

const MOST_BUCKETS: usize = 1024;
/// For curves of which there are many.
const MOST_COARSE_BUCKETS: usize = 256;

/// Values by step, from some number on as means over spans of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Series {
    /// How many steps a bucket spans: a power of two.
    span: u64,
    /// With more buckets than this, two neighbours become one.
    most: usize,
    buckets: Vec<Bucket>,
}

/// What was seen in a span of steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(super) struct Bucket {
    pub(super) first: u64,
    pub(super) last: u64,
    /// How many finite values there were; without any, the next three are zero.
    pub(super) count: u64,
    pub(super) mean: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// How many values were infinite or not a number.
    pub(super) bad: u64,
}

impl Default for Series {
    fn default() -> Self {
        Self {
            span: 1,
            most: MOST_BUCKETS,
            buckets: Vec::new(),
        }
    }
}

impl Series {
    pub(super) fn coarse() -> Self {
        Self {
            most: MOST_COARSE_BUCKETS,
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, step: u64, value: f64) {
        let bucket = Bucket::of(step, value);
        match self.buckets.last_mut() {
            Some(last) if last.last / self.span == step / self.span => *last = last.join(bucket),
            _ => self.buckets.push(bucket),
        }
        while self.buckets.len() > self.most.max(2) {
            self.span *= 2;
            let mut joined: Vec<Bucket> = Vec::with_capacity(self.buckets.len());
            for bucket in &self.buckets {
                match joined.last_mut() {
                    Some(last) if last.last / self.span == bucket.first / self.span => {
                        *last = last.join(*bucket);
                    }
                    _ => joined.push(*bucket),
                }
            }
            self.buckets = joined;
        }
    }

    /// Forgets what comes behind a step. A bucket that spans it goes as a whole: what it held before cannot be told apart.
    pub(super) fn cut(&mut self, step: u64) {
        self.buckets.retain(|bucket| bucket.last <= step);
    }

    pub(super) fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Whether every bucket has a value only.
    pub(super) fn is_exact(&self) -> bool {
        self.span == 1
    }
}

impl Bucket {
    fn of(step: u64, value: f64) -> Self {
        let finite = value.is_finite();
        let shown = if finite { value } else { 0.0 };
        Self {
            first: step,
            last: step,
            count: u64::from(finite),
            mean: shown,
            low: shown,
            high: shown,
            bad: u64::from(!finite),
        }
    }

    fn join(self, other: Self) -> Self {
        let values = match (self.count, other.count) {
            (_, 0) => self,
            (0, _) => other,
            (ours, theirs) => {
                let share = theirs as f64 / (ours + theirs) as f64;
                Self {
                    mean: self.mean * (1.0 - share) + other.mean * share,
                    low: self.low.min(other.low),
                    high: self.high.max(other.high),
                    ..self
                }
            }
        };
        Self {
            first: self.first,
            last: other.last,
            count: self.count + other.count,
            bad: self.bad + other.bad,
            ..values
        }
    }

    /// The step to draw it at.
    pub(super) fn middle(&self) -> f64 {
        (self.first as f64 + self.last as f64) / 2.0
    }

    /// The mean of its finite values, not a number if there are none.
    pub(super) fn value(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }
}

/// A bucket in JSON: with 32 bits for values, which no eye tells from 64 in a curve, and short for a single value.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    One(u64, f32),
    /// First and last step, count, mean, lowest and highest value, and how many were none.
    Many(u64, u64, u64, f32, f32, f32, u64),
}

impl From<Stored> for Bucket {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::One(step, value) => Self::of(step, value.into()),
            Stored::Many(first, last, count, mean, low, high, bad) => Self {
                first,
                last,
                count,
                mean: mean.into(),
                low: low.into(),
                high: high.into(),
                bad,
            },
        }
    }
}

impl From<Bucket> for Stored {
    fn from(bucket: Bucket) -> Self {
        // What is finite stays so.
        let narrow = |value: f64| (value as f32).clamp(f32::MIN, f32::MAX);
        if bucket.first == bucket.last && bucket.count == 1 && bucket.bad == 0 {
            return Self::One(bucket.first, narrow(bucket.mean));
        }
        Self::Many(
            bucket.first,
            bucket.last,
            bucket.count,
            narrow(bucket.mean),
            narrow(bucket.low),
            narrow(bucket.high),
            bucket.bad,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Bucket, MOST_BUCKETS, Series};

    #[test]
    fn short_series_keeps_every_value() {
        let mut series = Series::default();
        for step in 1..=MOST_BUCKETS as u64 {
            series.push(step, step as f64);
        }
        assert!(series.is_exact());
        let values = series.buckets().iter().map(Bucket::value);
        assert!(values.eq((1..=MOST_BUCKETS).map(|step| step as f64)));
    }

    #[test]
    fn long_series_stays_short_and_keeps_mean_and_range() {
        let mut series = Series::default();
        const STEPS: u64 = 3_000_000;
        for step in 1..=STEPS {
            series.push(
                step,
                if step == 777_777 {
                    5.0
                } else {
                    (step % 2) as f64
                },
            );
        }
        let buckets = series.buckets();
        assert!((MOST_BUCKETS / 2..=MOST_BUCKETS).contains(&buckets.len()));
        assert_eq!(
            buckets.iter().map(|bucket| bucket.count).sum::<u64>(),
            STEPS
        );
        assert_eq!(
            buckets.iter().map(|bucket| bucket.high).fold(0.0, f64::max),
            5.0
        );
        for pair in buckets.windows(2) {
            assert_eq!(pair[0].last + 1, pair[1].first);
        }
        for bucket in buckets {
            assert!((bucket.mean - 0.5).abs() < 0.01, "{bucket:?}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_counted_apart() {
        let mut series = Series::default();
        for step in 0..4 * MOST_BUCKETS as u64 {
            series.push(step, if step % 4 == 1 { f64::NAN } else { 2.0 });
        }
        assert!(!series.is_exact());
        for bucket in series.buckets() {
            assert_eq!((bucket.mean, bucket.low, bucket.high), (2.0, 2.0, 2.0));
            assert_eq!((bucket.count, bucket.bad), (3, 1));
        }
    }

    #[test]
    fn a_cut_series_goes_on() {
        let mut series = Series::default();
        for step in 1..=5000 {
            series.push(step, 1.0);
        }
        series.cut(3000);
        assert!(series.buckets().iter().all(|bucket| bucket.last <= 3000));
        for step in 3001..=5000 {
            series.push(step, 1.0);
        }
        assert!(
            series
                .buckets()
                .windows(2)
                .all(|pair| pair[0].last < pair[1].first)
        );
    }
}
