use super::{Measure, Metric, ratio};
use crate::schedules::Mode;
use std::fmt;

/// The mean of a function of output and target: a metric of one's own.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::train::metrics::MeanOf;
///
/// let mut within = MeanOf::new("within 10 %", |&[y]: &[f32; 1], &[t]: &[f32; 1]| {
///     f64::from((y - t).abs() <= 0.1 * t.abs())
/// });
/// within.add(&[1.05], &[1.0]);
/// within.add(&[1.25], &[1.0]);
/// assert_eq!(within.value(), 0.5);
/// ```
#[derive(Clone)]
pub struct MeanOf<F> {
    name: String,
    mode: Mode,
    function: F,
    sum: f64,
    count: u64,
}

impl<F> MeanOf<F> {
    /// Of no outputs yet, where more is better.
    pub fn new<O, Y>(name: impl Into<String>, function: F) -> Self
    where
        F: FnMut(&O, &Y) -> f64,
    {
        Self {
            name: name.into(),
            mode: Mode::Max,
            function,
            sum: 0.0,
            count: 0,
        }
    }

    /// Less is better.
    #[must_use]
    pub fn less_is_better(self) -> Self {
        Self {
            mode: Mode::Min,
            ..self
        }
    }
}

impl<F> Metric for MeanOf<F> {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn mode(&self) -> Mode {
        self.mode
    }
    fn reset(&mut self) {
        (self.sum, self.count) = (0.0, 0);
    }
    fn value(&self) -> f64 {
        ratio(self.sum, self.count)
    }
}

impl<O, Y, F: FnMut(&O, &Y) -> f64> Measure<O, Y> for MeanOf<F> {
    fn add(&mut self, output: &O, target: &Y) {
        self.sum += (self.function)(output, target);
        self.count += 1;
    }
}

impl<F> fmt::Debug for MeanOf<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeanOf")
            .field("name", &self.name)
            .field("sum", &self.sum)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}
