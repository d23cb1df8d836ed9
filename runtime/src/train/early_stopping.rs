//! When a run has got no better for long, and which of its epochs was the best.

use crate::schedules::Mode;

/// What early stopping remembers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Best<T> {
    /// Its value and epoch, counted from 1.
    pub(super) so_far: Option<(f64, u64)>,
    /// Epochs since then.
    pub(super) since: u64,
    /// The network's parameters and buffers then, if they are to be restored.
    pub(super) weights: Vec<T>,
}

impl<T> Best<T> {
    pub(super) const NONE: Self = Self {
        so_far: None,
        since: 0,
        weights: Vec::new(),
    };

    /// Takes the value of an epoch, and tells whether it is the best so far. NaN is no better than any.
    pub(super) fn is_better(&mut self, value: f64, epoch: u64, mode: Mode, min_delta: f64) -> bool {
        let better = match (self.so_far, mode) {
            (None, _) => !value.is_nan(),
            (Some((best, _)), Mode::Min) => value < best - min_delta,
            (Some((best, _)), Mode::Max) => value > best + min_delta,
        };
        if better {
            self.so_far = Some((value, epoch));
            self.since = 0;
        } else {
            self.since = self.since.saturating_add(1);
        }
        better
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_epochs_since_the_best() {
        let mut best = Best::<f32>::NONE;
        let values = [f64::NAN, 1.0, 0.5, 0.45, 0.3, f64::NAN, 0.3];
        let better = [false, true, true, false, true, false, false];
        for (epoch, (value, better)) in (1..).zip(values.into_iter().zip(better)) {
            assert_eq!(
                best.is_better(value, epoch, Mode::Min, 0.1),
                better,
                "{epoch}"
            );
        }
        assert_eq!((best.so_far, best.since), (Some((0.3, 5)), 2));
        assert!(best.is_better(0.5, 8, Mode::Max, 0.1));
        assert!(!best.is_better(0.6, 9, Mode::Max, 0.1));
    }
}
