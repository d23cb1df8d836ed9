use super::classes::ClassScores;
use super::{Measure, Metric, ratio};
use crate::scalar::Scalar;
use crate::schedules::Mode;

/// `e` to the mean of `−ln softmax(y)_c` over the targets `c`: among how many equally likely classes the network hesitates.
/// The exponential of scikit-learn's `log_loss`; the outputs are logits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Perplexity {
    /// Of `−ln p`.
    sum: f64,
    count: u64,
}

impl Perplexity {
    /// Of no outputs yet.
    pub const fn new() -> Self {
        Self { sum: 0.0, count: 0 }
    }
}

impl Metric for Perplexity {
    fn name(&self) -> String {
        "perplexity".into()
    }
    fn mode(&self) -> Mode {
        Mode::Min
    }
    fn reset(&mut self) {
        *self = Self::new();
    }
    fn value(&self) -> f64 {
        ratio(self.sum, self.count).exp()
    }
}

impl<Y, O: ClassScores<Y>> Measure<O, Y> for Perplexity {
    fn add(&mut self, output: &O, target: &Y) {
        output.visit(target, |scores, class| {
            let scores = || scores.iter().map(|score| score.to_f64());
            let largest = scores().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores().map(|score| (score - largest).exp()).sum();
            let right = scores().nth(class).unwrap_or(f64::NAN);
            self.sum += largest + sum.ln() - right;
            self.count += 1;
        });
    }
}
