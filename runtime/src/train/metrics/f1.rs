use super::average::Average;
use super::classes::ClassScores;
use super::confusion::{ConfusionMatrix, Totals};
use super::{Measure, Metric};

/// Of what of each class the metric is.
type OfClass = fn(Totals) -> f64;

macro_rules! of_classes {
    ($(#[$doc:meta])* $name:ident, $word:literal, $of_class:expr) => {
        $(#[$doc])*
        ///
        /// 0 where nothing is divided by nothing, as with scikit-learn's `zero_division = 0`. A class that neither targets nor
        /// answers have had does not count in a mean.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            average: Average,
            confusion: ConfusionMatrix,
        }

        impl $name {
            /// Of no outputs yet.
            pub const fn new(average: Average) -> Self {
                Self {
                    average,
                    confusion: ConfusionMatrix::new(),
                }
            }
        }

        impl Metric for $name {
            fn name(&self) -> String {
                format!("{}{}", self.average.prefix(), $word)
            }
            fn reset(&mut self) {
                self.confusion.reset();
            }
            fn value(&self) -> f64 {
                averaged(&self.confusion, self.average, $of_class)
            }
        }

        impl<Y, O: ClassScores<Y>> Measure<O, Y> for $name {
            fn add(&mut self, output: &O, target: &Y) {
                self.confusion.add(output, target);
            }
        }
    };
}

of_classes! {
    /// The share of right ones among the answers of a class, scikit-learn's `precision_score`.
    Precision, "precision", |of| share(of.right, of.answers)
}
of_classes! {
    /// The share of a class's samples that were found, scikit-learn's `recall_score`.
    Recall, "recall", |of| share(of.right, of.samples)
}
of_classes! {
    /// The harmonic mean of precision and recall, `2·right/(answers + samples)`, scikit-learn's `f1_score`.
    F1, "F1", |of| share(2 * of.right, of.answers + of.samples)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn averaged(confusion: &ConfusionMatrix, average: Average, of_class: OfClass) -> f64 {
    let classes = (0..confusion.classes()).map(|class| confusion.totals(class));
    let known = classes.filter(|of| of.samples + of.answers > 0);
    let samples: u64 = confusion.rows().flatten().sum();
    if samples == 0 {
        return f64::NAN;
    }
    match average {
        Average::Binary => of_class(confusion.totals(1)),
        Average::Macro => {
            let (sum, count) =
                known.fold((0.0, 0), |(sum, count), of| (sum + of_class(of), count + 1));
            super::ratio(sum, count)
        }
        Average::Micro => of_class(known.fold(Totals::default(), |all, of| Totals {
            samples: all.samples + of.samples,
            answers: all.answers + of.answers,
            right: all.right + of.right,
        })),
        Average::Weighted => {
            let weighted = known.map(|of| of.samples as f64 * of_class(of));
            super::ratio(weighted.sum(), samples)
        }
    }
}
