use super::classes::{ClassScores, largest};
use std::fmt;

/// Which classes were taken for which, scikit-learn's `confusion_matrix`: a row for each true class, a column for each
/// answer. Prints as a table.
///
/// ```
/// use chainrule::train::metrics::ConfusionMatrix;
///
/// let mut confusion = ConfusionMatrix::new();
/// confusion.add(&[0.1_f32, 0.9, 0.0], &1_u8);
/// confusion.add(&[0.1_f32, 0.9, 0.0], &2_u8);
/// assert_eq!(confusion.count(2, 1), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    counts: Vec<u64>,
}

impl ConfusionMatrix {
    /// Of no outputs yet.
    pub const fn new() -> Self {
        Self {
            classes: 0,
            counts: Vec::new(),
        }
    }

    /// Takes one output with its target.
    pub fn add<Y, O: ClassScores<Y>>(&mut self, output: &O, target: &Y) {
        if self.classes != O::CLASSES {
            self.classes = O::CLASSES;
            self.counts = vec![0; O::CLASSES * O::CLASSES];
        }
        output.visit(target, |scores, class| {
            let cell = class * O::CLASSES + largest(scores);
            if let Some(count) = self.counts.get_mut(cell) {
                *count += 1;
            }
        });
    }

    /// Forgets all outputs.
    pub fn reset(&mut self) {
        self.counts.fill(0);
    }

    /// How many classes there are; 0 before the first output.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many samples of class `truth` were taken for class `answer`.
    pub fn count(&self, truth: usize, answer: usize) -> u64 {
        let row = self.rows().nth(truth);
        row.and_then(|row| row.get(answer)).copied().unwrap_or(0)
    }

    /// A row for each true class.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.counts.chunks_exact(self.classes.max(1))
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = self.counts.iter().max().copied().unwrap_or(0);
        let width = largest.max(self.classes as u64).to_string().len();
        write!(f, "{:width$}", "")?;
        for class in 0..self.classes {
            write!(f, " {class:>width$}")?;
        }
        for (class, row) in self.rows().enumerate() {
            write!(f, "\n{class:>width$}")?;
            for &count in row {
                match count {
                    0 => write!(f, " {:>width$}", "·")?,
                    _ => write!(f, " {count:>width$}")?,
                }
            }
        }
        Ok(())
    }
}
