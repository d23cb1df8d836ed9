//! Distances between an output and a target of the same shape, by their difference `d = y − t`.

use super::elementwise::{Term, evaluate, scale_finite};
use super::{Loss, Reduction, Targets};
use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};
use crate::simd::Isa;

/// Mean squared error: the mean of `d²`, PyTorch's `nn.MSELoss`.
///
/// Gradient: `2·d`. Targets must be finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MseLoss {
    /// Mean over all elements, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

/// Mean absolute error: the mean of `|d|`, PyTorch's `nn.L1Loss`.
///
/// Gradient: the sign of `d`, and 0 at 0. Targets must be finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct L1Loss {
    /// Mean over all elements, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

/// `d²/(2β)` where `|d| < β`, else `|d| − β/2`; PyTorch's `nn.SmoothL1Loss`.
///
/// Gradient: `d/β` where `|d| < β`, else the sign of `d`. Targets must be finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothL1Loss {
    /// Where the parabola ends, `β ≥ 0`; 1 by default. With 0 it is [`L1Loss`].
    pub beta: f64,
    /// Mean over all elements, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

impl Default for SmoothL1Loss {
    fn default() -> Self {
        Self {
            beta: 1.0,
            reduction: Reduction::Mean,
        }
    }
}

/// `d²/2` where `|d| ≤ δ`, else `δ·(|d| − δ/2)`; PyTorch's `nn.HuberLoss`.
///
/// Gradient: `d` limited to ±δ. Targets must be finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HuberLoss {
    /// Where the parabola ends, `δ > 0`; 1 by default.
    pub delta: f64,
    /// Mean over all elements, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

impl Default for HuberLoss {
    fn default() -> Self {
        Self {
            delta: 1.0,
            reduction: Reduction::Mean,
        }
    }
}

/// −1, 0 or 1.
#[inline(always)]
fn sign<T: Scalar>(x: T) -> T {
    let negative = if x < T::ZERO { -T::ONE } else { T::ZERO };
    if x > T::ZERO { T::ONE } else { negative }
}

impl<T: Scalar> Term<T> for MseLoss {
    #[inline(always)]
    fn term(self, _: T, y: T, t: T) -> (T, T) {
        let d = y - t;
        (d * d, d + d)
    }
}

impl<T: Scalar> Term<T> for L1Loss {
    #[inline(always)]
    fn term(self, _: T, y: T, t: T) -> (T, T) {
        let d = y - t;
        (d.abs(), sign(d))
    }
}

impl<T: Scalar> Term<T> for SmoothL1Loss {
    #[inline(always)]
    fn term(self, _: T, y: T, t: T) -> (T, T) {
        let (d, half, beta) = (y - t, T::from_f64(0.5), T::from_f64(self.beta));
        let distance = d.abs();
        let slope = d / beta;
        if distance < beta {
            (half * d * slope, slope)
        } else {
            (distance - half * beta, sign(d))
        }
    }
}

impl<T: Scalar> Term<T> for HuberLoss {
    #[inline(always)]
    fn term(self, _: T, y: T, t: T) -> (T, T) {
        let (d, half, delta) = (y - t, T::from_f64(0.5), T::from_f64(self.delta));
        let distance = d.abs();
        if distance <= delta {
            (half * d * d, d)
        } else {
            (delta * (distance - half * delta), delta * sign(d))
        }
    }
}

macro_rules! distances {
    ($($loss:ident),*) => {$(
        impl<T: Scalar, S: Shape<Scalar = T>, Y: Sample<S>> Loss<T, S, Y> for $loss {
            type Scale = T;
            fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<T, TargetError>
            where
                Y: 'a,
            {
                scale_finite(self.reduction, targets)
            }
            #[inline(always)]
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
                evaluate::<T, S, Y, E>(isa, scale, output, targets, d_output, *self)
            }
        }
    )*};
}
distances!(MseLoss, L1Loss, SmoothL1Loss, HuberLoss);
