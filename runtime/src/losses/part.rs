use super::{Loss, Targets};
use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;

/// The loss of a part of a batch, with the factor of the whole: the losses and gradients of all parts add up to those of
/// the batch. For [`accumulate`](crate::Network::accumulate).
#[derive(Clone, Copy, Debug)]
pub struct Part<'a, L, Y> {
    loss: &'a L,
    targets: &'a [Y],
}

impl<'a, L, Y> Part<'a, L, Y> {
    /// `loss` for parts of a batch with these targets.
    pub const fn of(loss: &'a L, targets: &'a [Y]) -> Self {
        Self { loss, targets }
    }
}

impl<T, S, Y, L> Loss<T, S, Y> for Part<'_, L, Y>
where
    T: Scalar,
    S: Shape<Scalar = T>,
    Y: Sync,
    L: Loss<T, S, Y>,
{
    type Scale = L::Scale;

    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<L::Scale, TargetError>
    where
        Y: 'a,
    {
        match self.loss.scale(targets) {
            // Others of the batch do.
            Ok(_) | Err(TargetError::NothingCounts) => self.loss.scale(self.targets.iter()),
            error => error,
        }
    }

    #[inline(always)]
    fn evaluate<'a, E: Element<T>>(
        &self,
        isa: Isa,
        scale: L::Scale,
        output: &S::Of<E>,
        targets: impl Targets<'a, Y>,
        d_output: &mut S::Of<E>,
    ) -> T
    where
        Y: 'a,
    {
        self.loss.evaluate(isa, scale, output, targets, d_output)
    }
}
