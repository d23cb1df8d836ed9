use crate::losses::{ClassTarget, TargetClass};
use crate::scalar::Scalar;

/// Outputs that are scores of classes, with targets of type `Y` that name one.
///
/// - `[T; C]`, a score for each class, with whatever [`CrossEntropyLoss`](crate::losses::CrossEntropyLoss) takes as a
///   target; of probabilities the largest counts.
/// - `[T; 1]`, the logit of class 1 against class 0, as [`BceWithLogitsLoss`](crate::losses::BceWithLogitsLoss) takes it: the
///   same as scores of 0 and of the logit. A target is the class, or its probability: at least ½ is class 1.
/// - `[[T; C]; L]`, scores at each of several positions, with a target for each.
///
/// A target that is none of the classes, such as −100, does not count.
#[diagnostic::on_unimplemented(
    message = "outputs `{Self}` with targets `{Y}` are no scores of classes",
    label = "expected `[T; C]` with a class index, or `[[T; C]; L]` with one for each position",
    note = "for one of several heads see `Metric::on`"
)]
pub trait ClassScores<Y> {
    /// `f32` or `f64`.
    type Scalar: Scalar;
    /// How many classes there are.
    const CLASSES: usize;

    /// Hands the scores of all classes and the right class to `visit`, at every position.
    fn visit(&self, target: &Y, visit: impl FnMut(&[Self::Scalar], usize));
}

impl<T: Scalar, const C: usize, Y: ClassTarget<T, C>> ClassScores<Y> for [T; C] {
    type Scalar = T;
    const CLASSES: usize = if C == 1 { 2 } else { C };

    fn visit(&self, target: &Y, mut visit: impl FnMut(&[T], usize)) {
        let class = match target.target() {
            TargetClass::Index(class) => usize::try_from(class).unwrap_or(usize::MAX),
            TargetClass::Probabilities(p) if C == 1 => {
                usize::from(p.iter().any(|&p| p >= T::from_f64(0.5)))
            }
            TargetClass::Probabilities(p) => largest(p),
        };
        if class < <Self as ClassScores<Y>>::CLASSES {
            match self.as_slice() {
                &[logit] => visit(&[T::ZERO, logit], class),
                scores => visit(scores, class),
            }
        }
    }
}

impl<T, const C: usize, const L: usize, Y> ClassScores<[Y; L]> for [[T; C]; L]
where
    T: Scalar,
    Y: ClassTarget<T, C>,
{
    type Scalar = T;
    const CLASSES: usize = <[T; C] as ClassScores<Y>>::CLASSES;

    fn visit(&self, targets: &[Y; L], mut visit: impl FnMut(&[T], usize)) {
        for (scores, target) in self.iter().zip(targets) {
            scores.visit(target, &mut visit);
        }
    }
}

/// The first class with the largest score. NaN is no larger than any.
pub(in crate::train) fn largest<T: Scalar>(scores: &[T]) -> usize {
    let mut best = (0, -T::INFINITY);
    for (class, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (class, score);
        }
    }
    best.0
}
