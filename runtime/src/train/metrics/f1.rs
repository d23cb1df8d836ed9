use super::average::Average;
use super::classes::{ClassScores, largest};
use super::{Measure, Metric};

/// What precision and recall of a class follow from: how many samples have it, how many answers are it, and how many are both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    samples: u64,
    answers: u64,
    right: u64,
}

/// Takes the answer to one sample.
fn count(classes: &mut [Totals], truth: usize, answer: usize) {
    if let Some(of) = classes.get_mut(truth) {
        of.samples += 1;
        of.right += u64::from(truth == answer);
    }
    if let Some(of) = classes.get_mut(answer) {
        of.answers += 1;
    }
}

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
            classes: Vec<Totals>,
        }

        impl $name {
            /// Of no outputs yet.
            pub const fn new(average: Average) -> Self {
                Self {
                    average,
                    classes: Vec::new(),
                }
            }
        }

        impl Metric for $name {
            fn name(&self) -> String {
                format!("{}{}", self.average.prefix(), $word)
            }
            fn reset(&mut self) {
                self.classes.clear();
            }
            fn value(&self) -> f64 {
                averaged(&self.classes, self.average, $of_class)
            }
        }

        impl<Y, O: ClassScores<Y>> Measure<O, Y> for $name {
            fn add(&mut self, output: &O, target: &Y) {
                self.classes.resize(O::CLASSES, Totals::default());
                output.visit(target, |scores, truth| count(&mut self.classes, truth, largest(scores)));
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

fn averaged(classes: &[Totals], average: Average, of_class: OfClass) -> f64 {
    let known = classes.iter().filter(|of| of.samples + of.answers > 0);
    let samples: u64 = classes.iter().map(|of| of.samples).sum();
    if samples == 0 {
        return f64::NAN;
    }
    match average {
        Average::Binary => classes.get(1).map_or(f64::NAN, |of| of_class(*of)),
        Average::Macro => {
            let (sum, count) = known.fold((0.0, 0), |(sum, count), of| {
                (sum + of_class(*of), count + 1)
            });
            super::ratio(sum, count)
        }
        Average::Micro => of_class(known.fold(Totals::default(), |all, of| Totals {
            samples: all.samples + of.samples,
            answers: all.answers + of.answers,
            right: all.right + of.right,
        })),
        Average::Weighted => {
            let weighted = known.map(|of| of.samples as f64 * of_class(*of));
            super::ratio(weighted.sum(), samples)
        }
    }
}
