use super::classification::{check_class, weight_of};
use super::{ClassIndex, Loss, Reduction, Targets};
use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::simd::Isa;

/// Negative log-likelihood of a class: `−w_c·y_c`, PyTorch's `nn.NLLLoss`.
///
/// The outputs are log-probabilities, as those of a [`LogSoftmax`](crate::layers::LogSoftmax); a target is a class
/// index. Gradient: `−w_c` at the class, 0 elsewhere. The mean divides by the sum of the weights of the targets'
/// classes. Outputs [length, classes] have a target at each position, as those of
/// [`CrossEntropyLoss`](super::CrossEntropyLoss).
///
/// # Errors
/// As [`CrossEntropyLoss`](super::CrossEntropyLoss).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NllLoss<'a, T = f32> {
    /// `w`, a weight for each class; 1 by default.
    pub weight: Option<&'a [T]>,
    /// Samples with this class index do not count; −100 by default, so with unsigned indices none.
    pub ignore_index: i64,
    /// Mean, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

impl<T> Default for NllLoss<'_, T> {
    fn default() -> Self {
        Self {
            weight: None,
            ignore_index: -100,
            reduction: Reduction::Mean,
        }
    }
}

impl<T: Scalar> NllLoss<'_, T> {
    /// What a target adds to the divisor of a mean.
    pub(super) fn weigh<const C: usize>(
        &self,
        sample: usize,
        target: &impl ClassIndex,
    ) -> Result<f64, TargetError> {
        check_class(sample, target.class(), C, self.weight, self.ignore_index)
    }
}

impl<T: Scalar, const C: usize, Y: ClassIndex> Loss<T, [T; C], Y> for NllLoss<'_, T> {
    type Scale = T;
    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<T, TargetError>
    where
        Y: 'a,
    {
        TargetError::check_weights(self.weight, C)?;
        let mut total = 0.0;
        for (sample, target) in targets.clone().enumerate() {
            total += self.weigh::<C>(sample, target)?;
        }
        self.reduction.factor(targets.len(), total)
    }

    fn evaluate<'a, E: Element<T>>(
        &self,
        _: Isa,
        scale: T,
        output: &[E; C],
        targets: impl Targets<'a, Y>,
        d_output: &mut [E; C],
    ) -> T
    where
        Y: 'a,
    {
        d_output.fill(E::splat(T::ZERO));
        let mut total = T::ZERO;
        for (lane, target) in targets.enumerate().take(E::LANES) {
            let class = target.class();
            if class == self.ignore_index {
                continue;
            }
            // Out of range is an error of `scale`; here it is skipped rather than panicking.
            let Ok(class) = usize::try_from(class) else {
                continue;
            };
            let (Some(y), Some(dy)) = (output.get(class), d_output.get_mut(class)) else {
                continue;
            };
            let weight = weight_of(self.weight, class);
            if let (Some(&y), Some(dy)) = (y.lanes().get(lane), dy.lanes_mut().get_mut(lane)) {
                total -= weight * y;
                *dy = -weight * scale;
            }
        }
        total * scale
    }
}
