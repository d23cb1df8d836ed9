//! Between samples (each contiguous) and lane groups (samples side by side).

use crate::element::{LANES, Lanes};
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};

/// Writes samples into the lanes of lane groups. The lanes behind the last sample repeat it, so that they hold
/// ordinary numbers.
pub(crate) fn pack<T: Scalar, S: Shape<Scalar = T>, X: Sample<S>>(
    samples: &[X],
    groups: &mut [S::Of<Lanes<T>>],
) {
    for (samples, group) in samples.chunks(LANES).zip(groups) {
        let group = S::flat_mut::<Lanes<T>>(core::slice::from_mut(group));
        for lane in 0..LANES {
            let Some(sample) = samples.get(lane).or(samples.last()) else {
                return;
            };
            for (element, &value) in group.iter_mut().zip(scalars(sample.array())) {
                element.0[lane] = value;
            }
        }
    }
}

/// Writes the lanes of lane groups back into samples; lanes behind the last sample are dropped.
pub(crate) fn unpack<T: Scalar, S: Shape<Scalar = T>>(
    groups: &[S::Of<Lanes<T>>],
    samples: &mut [S],
) {
    for (samples, group) in samples.chunks_mut(LANES).zip(groups) {
        let group = S::flat::<Lanes<T>>(core::slice::from_ref(group));
        for (lane, sample) in samples.iter_mut().enumerate().take(LANES) {
            let sample: &mut [S::Of<T>] = bytemuck::cast_slice_mut(core::slice::from_mut(sample));
            for (value, element) in S::flat_mut::<T>(sample).iter_mut().zip(group) {
                *value = element.0[lane];
            }
        }
    }
}

fn scalars<S: Shape>(sample: &S) -> &[S::Scalar] {
    S::flat::<S::Scalar>(bytemuck::cast_slice(core::slice::from_ref(sample)))
}
