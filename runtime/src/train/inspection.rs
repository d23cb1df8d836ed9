//! What a run shows at its end: which classes were taken for which, and the worst samples.

use super::metrics::{ClassScores, largest};
use super::{Confusion, WorstSample};
use crate::input::Input;
use crate::shape::Shape;

/// How many of the worst samples are kept where nothing else is said.
const WORST: usize = 16;

/// Says answer and target in words.
pub(super) type Describe<'a, O, Y> = Box<dyn Fn(&O, &Y) -> (String, String) + 'a>;

/// Hands over the true class and the answer at every position.
type Visit<O, Y> = fn(&O, &Y, &mut dyn FnMut(usize, usize));

/// What is to be shown, and what has been seen.
pub(super) struct Inspection<'a, O, Y> {
    classes: Option<(Vec<String>, Visit<O, Y>)>,
    describe: Option<Describe<'a, O, Y>>,
    keep: usize,
    counts: Vec<Vec<u64>>,
    worst: Vec<WorstSample>,
}

impl<'a, O, Y> Inspection<'a, O, Y> {
    pub(super) const NONE: Self = Self {
        classes: None,
        describe: None,
        keep: 0,
        counts: Vec::new(),
        worst: Vec::new(),
    };

    pub(super) fn set_classes(&mut self, mut names: Vec<String>)
    where
        O: ClassScores<Y>,
    {
        names.truncate(O::CLASSES);
        names.extend((names.len()..O::CLASSES).map(|class| class.to_string()));
        self.counts = vec![vec![0; O::CLASSES]; O::CLASSES];
        let visit: Visit<O, Y> = |output, target, visit| {
            output.visit(target, |scores, truth| visit(truth, largest(scores)));
        };
        self.classes = Some((names, visit));
        if self.keep == 0 {
            self.keep = WORST;
        }
    }

    pub(super) fn set_worst(&mut self, keep: usize, describe: Describe<'a, O, Y>) {
        self.keep = keep;
        self.describe = Some(describe);
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.keep > 0 || self.classes.is_some()
    }

    /// Takes one sample with what the network says.
    pub(super) fn add<S: Shape, X: Input<S>>(
        &mut self,
        (index, input): (usize, &X),
        output: &O,
        target: &Y,
        loss: f64,
    ) {
        let (mut answers, mut truths) = (Vec::new(), Vec::new());
        if let Some((names, visit)) = &self.classes {
            let counts = &mut self.counts;
            visit(output, target, &mut |truth, answer| {
                let row = counts.get_mut(truth);
                if let Some(count) = row.and_then(|row| row.get_mut(answer)) {
                    *count += 1;
                }
                answers.extend(names.get(answer).map(String::as_str));
                truths.extend(names.get(truth).map(String::as_str));
            });
        }
        // Sorted, worst first, and nothing is worse than NaN; of equal losses the earlier sample.
        let badness = |loss: f64| if loss.is_nan() { f64::INFINITY } else { loss };
        let place = (self.worst).partition_point(|worse| badness(worse.loss) >= badness(loss));
        if place < self.keep {
            let (answer, target) = match &self.describe {
                Some(describe) => describe(output, target),
                None => (answers.join(" "), truths.join(" ")),
            };
            let sample = WorstSample {
                index,
                loss,
                input: (0..S::LEN)
                    .map(|element| input.number(element) as f32)
                    .collect(),
                answer,
                target,
            };
            self.worst.insert(place, sample);
            self.worst.truncate(self.keep);
        }
    }

    pub(super) fn confusion(&self) -> Option<Confusion> {
        let (names, _) = self.classes.as_ref()?;
        Some(Confusion {
            classes: names.clone(),
            counts: self.counts.clone(),
        })
    }

    pub(super) fn worst(&self) -> &[WorstSample] {
        &self.worst
    }
}
