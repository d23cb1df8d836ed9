use super::{Loss, Reduction};
use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};

/// Mean squared error: the mean of `(y − t)²`, PyTorch's `nn.MSELoss`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MseLoss {
    /// Mean or sum.
    pub reduction: Reduction,
}

impl<T: Scalar, S: Shape<Scalar = T>, Y: Sample<S>> Loss<T, S, Y> for MseLoss {
    fn scale(&self, targets: &[Y]) -> Result<T, TargetError> {
        Ok(scale::<T, S>(self.reduction, targets.len()))
    }
    fn evaluate<E: Element<T>>(
        &self,
        scale: T,
        output: &S::Of<E>,
        targets: &[Y],
        d_output: &mut S::Of<E>,
    ) -> T {
        evaluate::<T, S, Y, E>(scale, output, targets, d_output, |y, t| {
            let difference = y - t;
            (difference * difference, difference + difference)
        })
    }
}

fn scale<T: Scalar, S: Shape<Scalar = T>>(reduction: Reduction, samples: usize) -> T {
    match reduction {
        Reduction::Mean => T::ONE / T::from_usize(samples * S::LEN),
        Reduction::Sum => T::ONE,
    }
}

/// `term(output, target)` gives the loss of one element and its derivative by the output.
#[inline(always)]
fn evaluate<T: Scalar, S: Shape<Scalar = T>, Y: Sample<S>, E: Element<T>>(
    scale: T,
    output: &S::Of<E>,
    targets: &[Y],
    d_output: &mut S::Of<E>,
    term: impl Fn(T, T) -> (T, T),
) -> T {
    let output = E::scalars(S::flat(core::slice::from_ref(output)));
    let d_output = E::scalars_mut(S::flat_mut(core::slice::from_mut(d_output)));
    d_output.fill(T::ZERO);
    let mut total = T::ZERO;
    for (lane, target) in targets.iter().enumerate().take(E::LANES) {
        let target: &[S::Of<T>] = bytemuck::cast_slice(core::slice::from_ref(target.array()));
        let outputs = output.iter().skip(lane).step_by(E::LANES);
        let d_outputs = d_output.iter_mut().skip(lane).step_by(E::LANES);
        for ((&y, &t), dy) in outputs.zip(S::flat::<T>(target)).zip(d_outputs) {
            let (loss, derivative) = term(y, t);
            total += loss;
            *dy = derivative * scale;
        }
    }
    total * scale
}
