//! What the losses that compare an output with a target of the same shape have in common.

use super::{Reduction, Targets};
use crate::element::{Element, LANES};
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};
use crate::simd::{Isa, Work};
use core::marker::PhantomData;
use core::slice;

/// The loss of one element.
pub(super) trait Term<T: Scalar>: Copy {
    /// What [`term`](Term::term) is to know of the element with this index.
    #[inline(always)]
    fn weight(self, element: usize) -> T {
        let _ = element;
        T::ONE
    }
    /// The loss for an output and a target, and its derivative with respect to the output.
    fn term(self, weight: T, y: T, t: T) -> (T, T);
}

/// The elements of a target in row-major order.
#[inline(always)]
fn elements<S: Shape>(target: &impl Sample<S>) -> &[S::Scalar] {
    S::flat::<S::Scalar>(bytemuck::cast_slice(slice::from_ref(target.array())))
}

/// The factor of every term, after every target has been found to be `accepted`; `error` makes an error of the sample,
/// the element and the value of the first that is not.
pub(super) fn scale<'a, T: Scalar, S: Shape<Scalar = T>, Y: Sample<S> + 'a>(
    reduction: Reduction,
    targets: impl Targets<'a, Y>,
    accepted: impl Fn(T) -> bool,
    error: impl Fn(usize, usize, f64) -> TargetError,
) -> Result<T, TargetError> {
    for (sample, target) in targets.clone().enumerate() {
        for (element, &t) in elements(target).iter().enumerate() {
            if !accepted(t) {
                return Err(error(sample, element, t.to_f64()));
            }
        }
    }
    reduction.factor(targets.len(), targets.len() as f64 * S::LEN as f64)
}

/// [`scale`] for losses that take every finite target.
pub(super) fn scale_finite<'a, T: Scalar, S: Shape<Scalar = T>, Y: Sample<S> + 'a>(
    reduction: Reduction,
    targets: impl Targets<'a, Y>,
) -> Result<T, TargetError> {
    scale(
        reduction,
        targets,
        T::is_finite,
        |sample, element, value| TargetError::NotFinite {
            sample,
            element,
            value,
        },
    )
}

/// [`Loss::evaluate`](super::Loss::evaluate) for a loss that is a sum of terms.
#[inline(always)]
pub(super) fn evaluate<'a, T: Scalar, S: Shape<Scalar = T>, Y: Sample<S> + 'a, E: Element<T>>(
    isa: Isa,
    scale: T,
    output: &S::Of<E>,
    targets: impl Targets<'a, Y>,
    d_output: &mut S::Of<E>,
    term: impl Term<T>,
) -> T {
    let mut rows: [&[T]; LANES] = [&[]; LANES];
    for (row, target) in rows.iter_mut().zip(targets.clone()) {
        *row = elements(target);
    }
    isa.run_for::<T, E, _>(Terms {
        term,
        scale,
        output: S::flat::<E>(slice::from_ref(output)),
        d_output: S::flat_mut::<E>(slice::from_mut(d_output)),
        rows: &rows,
        samples: targets.len(),
        scalar: PhantomData,
    })
}

struct Terms<'a, F, T, E> {
    term: F,
    scale: T,
    output: &'a [E],
    d_output: &'a mut [E],
    /// The targets, one for each lane; those behind the last sample are empty.
    rows: &'a [&'a [T]; LANES],
    samples: usize,
    scalar: PhantomData<T>,
}

impl<T: Scalar, F: Term<T>, E: Element<T>> Work for Terms<'_, F, T, E> {
    type Output = T;
    #[inline(always)]
    fn run<const FMA: bool>(self) -> T {
        let Self {
            term,
            scale,
            samples,
            ..
        } = self;
        let mut totals = E::splat(T::ZERO);
        let pairs = self.output.iter().zip(self.d_output);
        for (element, (y, dy)) in pairs.enumerate() {
            let weight = term.weight(element);
            let mut t = E::splat(T::ZERO);
            let lanes = E::scalars_mut(slice::from_mut(&mut t));
            for (t, row) in lanes.iter_mut().zip(self.rows) {
                *t = row.get(element).copied().unwrap_or(T::ZERO);
            }
            let outputs = E::scalars(slice::from_ref(y)).iter().zip(lanes);
            let results = E::scalars_mut(slice::from_mut(dy))
                .iter_mut()
                .zip(E::scalars_mut(slice::from_mut(&mut totals)));
            for (lane, ((&y, &mut t), (dy, total))) in outputs.zip(results).enumerate() {
                let (loss, derivative) = term.term(weight, y, t);
                // A selection, not a factor of 0: the output of an unused lane may be anything.
                let used = lane < samples;
                *total += if used { loss } else { T::ZERO };
                *dy = if used { derivative * scale } else { T::ZERO };
            }
        }
        E::scalars(slice::from_ref(&totals))
            .iter()
            .copied()
            .sum::<T>()
            * scale
    }
}
