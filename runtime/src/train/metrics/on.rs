use super::{Measure, Metric};
use crate::schedules::Mode;
use std::fmt;

/// A metric of something made of outputs and targets; see [`Metric::on`].
#[derive(Clone)]
pub struct On<M, F> {
    metric: M,
    name: String,
    part: F,
}

impl<M, F> On<M, F> {
    pub(super) fn new(metric: M, name: &str, part: F) -> Self {
        Self {
            metric,
            name: name.into(),
            part,
        }
    }
}

impl<M: Metric, F> Metric for On<M, F> {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn mode(&self) -> Mode {
        self.metric.mode()
    }
    fn reset(&mut self) {
        self.metric.reset();
    }
    fn value(&self) -> f64 {
        self.metric.value()
    }
}

impl<O, Y, P, Q, M, F> Measure<O, Y> for On<M, F>
where
    M: Measure<P, Q>,
    F: FnMut(&O, &Y) -> (P, Q),
{
    fn add(&mut self, output: &O, target: &Y) {
        let (output, target) = (self.part)(output, target);
        self.metric.add(&output, &target);
    }
}

impl<M: fmt::Debug, F> fmt::Debug for On<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("On")
            .field("metric", &self.metric)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
