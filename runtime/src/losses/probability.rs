//! Losses of probabilities, element by element.

use super::elementwise::{self, Term, scale_finite};
use super::{Loss, Reduction, Targets};
use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};
use crate::simd::Isa;

/// Binary cross-entropy of probabilities: `−(t·ln y + (1 − t)·ln(1 − y))`, PyTorch's `nn.BCELoss`.
///
/// The logarithms are not less than −100, so the loss is finite for `y` = 0 and 1.
/// Gradient: `(y − t) / max(y·(1 − y), 1e−12)`.
/// Outputs lie in [0, 1], as those of a [`Sigmoid`](crate::layers::activations::Sigmoid) do; beyond, the loss is NaN.
/// Targets must lie in [0, 1]. [`BceWithLogitsLoss`] without the sigmoid is more accurate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BceLoss {
    /// Mean over all elements, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

/// Binary cross-entropy of logits: `p·t·ln(1 + e⁻ʸ) + (1 − t)·ln(1 + eʸ)`, PyTorch's `nn.BCEWithLogitsLoss`.
///
/// Gradient, with the logistic function `σ`: `(1 − t)·σ(y) − p·t·σ(−y)`, which is `σ(y) − t` without weights.
/// Targets must lie in [0, 1]. Stable for every finite logit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BceWithLogitsLoss<'a, T = f32> {
    /// `p`, the weight of positive targets, one for each element; 1 by default.
    pub pos_weight: Option<&'a [T]>,
    /// Mean over all elements, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

impl<T> Default for BceWithLogitsLoss<'_, T> {
    fn default() -> Self {
        Self {
            pos_weight: None,
            reduction: Reduction::Mean,
        }
    }
}

/// Kullback–Leibler divergence of the target from the output: `t·(ln t − y)`, PyTorch's `nn.KLDivLoss`.
///
/// The output is log-probabilities, as those of a [`LogSoftmax`](crate::layers::LogSoftmax); the target is
/// probabilities in [0, 1], or with `log_target` finite log-probabilities, and then the term is `eᵗ·(t − y)`.
/// Gradient: minus the target's probability.
/// As in PyTorch the mean is over all elements; [`Reduction::BatchMean`] gives the divergence of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KlDivLoss {
    /// Whether targets are log-probabilities; no by default.
    pub log_target: bool,
    /// Mean over all elements, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

/// [`elementwise::scale`] for targets that are probabilities.
fn scale_probabilities<'a, T: Scalar, S: Shape<Scalar = T>, Y: Sample<S> + 'a>(
    reduction: Reduction,
    targets: impl Targets<'a, Y>,
) -> Result<T, TargetError> {
    elementwise::scale(
        reduction,
        targets,
        |t: T| t >= T::ZERO && t <= T::ONE,
        |sample, element, value| TargetError::NotAProbability {
            sample,
            element,
            value,
        },
    )
}

impl<T: Scalar> Term<T> for BceLoss {
    #[inline(always)]
    fn term(self, _: T, y: T, t: T) -> (T, T) {
        let least = T::from_f64(-100.0);
        let limited = |ln: T| if ln < least { least } else { ln };
        let loss = (t - T::ONE) * limited((-y).ln_1p()) - t * limited(y.ln());
        let variance = y * (T::ONE - y);
        let least_variance = T::from_f64(1e-12);
        let divisor = if variance < least_variance {
            least_variance
        } else {
            variance
        };
        (loss, (y - t) / divisor)
    }
}

impl<T: Scalar> Term<T> for BceWithLogitsLoss<'_, T> {
    #[inline(always)]
    fn weight(self, element: usize) -> T {
        self.pos_weight
            .and_then(|weights| weights.get(element).copied())
            .unwrap_or(T::ONE)
    }
    #[inline(always)]
    fn term(self, weight: T, y: T, t: T) -> (T, T) {
        let e = (-y.abs()).exp();
        let softplus = e.ln_1p(); // of −|y|
        let (near_one, near_zero) = (T::ONE / (T::ONE + e), e / (T::ONE + e)); // σ(|y|), σ(−|y|)
        let positive = y > T::ZERO;
        let up = if positive { softplus + y } else { softplus };
        let down = if positive { softplus } else { softplus - y };
        let sigmoid = if positive { near_one } else { near_zero };
        let complement = if positive { near_zero } else { near_one };
        let (yes, no) = (weight * t, T::ONE - t);
        (yes * down + no * up, no * sigmoid - yes * complement)
    }
}

impl<T: Scalar> Term<T> for KlDivLoss {
    #[inline(always)]
    fn term(self, _: T, y: T, t: T) -> (T, T) {
        let (probability, log) = if self.log_target {
            (t.exp(), t)
        } else {
            (t, t.ln())
        };
        let loss = probability * (log - y);
        // `0·ln 0` is 0 here.
        let impossible = probability == T::ZERO;
        (if impossible { T::ZERO } else { loss }, -probability)
    }
}

macro_rules! evaluate_terms {
    () => {
        type Scale = T;
        #[inline]
        fn evaluate<'a, E: Element<T>>(
            &self,
            isa: Isa,
            scale: T,
            output: &S::Of<E>,
            targets: impl Targets<'a, Y>,
            d_output: &mut S::Of<E>,
        ) -> T
        where
            Y: 'a,
        {
            elementwise::evaluate::<T, S, Y, E>(isa, scale, output, targets, d_output, *self)
        }
    };
}

impl<T: Scalar, S: Shape<Scalar = T>, Y: Sample<S>> Loss<T, S, Y> for BceLoss {
    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<T, TargetError>
    where
        Y: 'a,
    {
        scale_probabilities(self.reduction, targets)
    }
    evaluate_terms!();
}

impl<T: Scalar, S: Shape<Scalar = T>, Y: Sample<S>> Loss<T, S, Y> for BceWithLogitsLoss<'_, T> {
    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<T, TargetError>
    where
        Y: 'a,
    {
        TargetError::check_weights(self.pos_weight, S::LEN)?;
        scale_probabilities(self.reduction, targets)
    }
    evaluate_terms!();
}

impl<T: Scalar, S: Shape<Scalar = T>, Y: Sample<S>> Loss<T, S, Y> for KlDivLoss {
    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<T, TargetError>
    where
        Y: 'a,
    {
        if self.log_target {
            scale_finite(self.reduction, targets)
        } else {
            scale_probabilities(self.reduction, targets)
        }
    }
    evaluate_terms!();
}
