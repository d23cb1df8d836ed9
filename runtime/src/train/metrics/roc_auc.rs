use super::classes::ClassScores;
use super::{Measure, Metric};
use crate::scalar::Scalar;

/// The area under the receiver operating characteristic of two classes, scikit-learn's `roc_auc_score`: how probable it is
/// that a sample of class 1 has a larger score than one of class 0, where a tie counts half.
///
/// The score is the logit of class 1, or of two outputs the difference of the second and the first. NaN where all samples
/// are of one class, or a score is NaN. It keeps every score. More than two classes do not compile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RocAuc {
    scores: Vec<(f64, bool)>,
}

impl RocAuc {
    /// Of no outputs yet.
    pub const fn new() -> Self {
        Self { scores: Vec::new() }
    }
}

impl Metric for RocAuc {
    fn name(&self) -> String {
        "ROC AUC".into()
    }
    fn reset(&mut self) {
        self.scores.clear();
    }
    fn value(&self) -> f64 {
        if self.scores.iter().any(|(score, _)| score.is_nan()) {
            return f64::NAN;
        }
        let mut sorted = self.scores.clone();
        sorted.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        // Pairs that are in order, twice, so that a tie is a whole number.
        let (mut ordered, mut negatives, mut positives) = (0_u128, 0_u128, 0_u128);
        for tied in sorted.chunk_by(|(a, _), (b, _)| a == b) {
            let ones = tied.iter().filter(|(_, one)| *one).count() as u128;
            let zeros = tied.len() as u128 - ones;
            ordered += ones * (2 * negatives + zeros);
            negatives += zeros;
            positives += ones;
        }
        match negatives * positives {
            0 => f64::NAN,
            pairs => ordered as f64 / (2 * pairs) as f64,
        }
    }
}

impl<Y, O: ClassScores<Y>> Measure<O, Y> for RocAuc {
    fn add(&mut self, output: &O, target: &Y) {
        const {
            assert!(
                O::CLASSES == 2,
                "`RocAuc` takes outputs of one logit or two scores"
            )
        }
        output.visit(target, |scores, class| {
            if let &[zero, one] = scores {
                let score = one.to_f64() - zero.to_f64();
                self.scores.push((score, class == 1));
            }
        });
    }
}
