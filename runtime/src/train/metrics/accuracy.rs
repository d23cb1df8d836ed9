use super::classes::{ClassScores, largest};
use super::{Measure, Metric, ratio};
use crate::scalar::Scalar;

/// The share of outputs whose largest score is that of the right class, scikit-learn's `accuracy_score`. Of equal scores the
/// first counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy {
    right: u64,
    count: u64,
}

impl Accuracy {
    /// Of no outputs yet.
    pub const fn new() -> Self {
        Self { right: 0, count: 0 }
    }
}

impl Metric for Accuracy {
    fn name(&self) -> String {
        "accuracy".into()
    }
    fn reset(&mut self) {
        *self = Self::new();
    }
    fn value(&self) -> f64 {
        ratio(self.right as f64, self.count)
    }
}

impl<Y, O: ClassScores<Y>> Measure<O, Y> for Accuracy {
    fn add(&mut self, output: &O, target: &Y) {
        output.visit(target, |scores, class| {
            self.right += u64::from(largest(scores) == class);
            self.count += 1;
        });
    }
}

/// The share of outputs where the right class is among the `k` largest scores, scikit-learn's `top_k_accuracy_score`: of equal
/// scores the last counts as larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK {
    k: usize,
    right: u64,
    count: u64,
}

impl TopK {
    /// Of no outputs yet.
    pub const fn new(k: usize) -> Self {
        Self {
            k,
            right: 0,
            count: 0,
        }
    }
}

impl Metric for TopK {
    fn name(&self) -> String {
        format!("top-{} accuracy", self.k)
    }
    fn reset(&mut self) {
        *self = Self::new(self.k);
    }
    fn value(&self) -> f64 {
        ratio(self.right as f64, self.count)
    }
}

impl<Y, O: ClassScores<Y>> Measure<O, Y> for TopK {
    fn add(&mut self, output: &O, target: &Y) {
        output.visit(target, |scores, class| {
            let Some(&right) = scores.get(class) else {
                return;
            };
            let larger = |(other, &score): (usize, &O::Scalar)| {
                score > right || score == right && other > class
            };
            let before = scores.iter().enumerate().filter(|&s| larger(s)).count();
            self.right += u64::from(before < self.k && !right.to_f64().is_nan());
            self.count += 1;
        });
    }
}
