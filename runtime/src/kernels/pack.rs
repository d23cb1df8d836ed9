//! Between samples (each contiguous) and elements: copies of single samples; lane groups (samples side by side) by
//! transposes, sixteen features at a time, so that reads and writes stay within a few cache lines.

use crate::element::{Element, LANES};
use crate::input::Input;
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};
use crate::simd::{Isa, kernel};
use core::{array, mem, slice};

/// Writes samples into elements, the lanes of lane groups. The lanes behind the last sample repeat it, so that they
/// hold ordinary numbers.
pub(crate) fn pack<T: Scalar, S: Shape<Scalar = T>, X: Input<S>, E: Element<T>>(
    samples: &[X],
    groups: &mut [S::Of<E>],
) {
    let mut rest = samples;
    for group in groups {
        let samples;
        (samples, rest) = rest.split_at_checked(E::LANES).unwrap_or((rest, &[]));
        X::pack::<E>(samples, group);
    }
}

/// [`Input::pack`] of samples that are arrays of scalars.
#[inline(always)]
pub(crate) fn pack_samples<S: Shape, X: Sample<S>, E: Element<S::Scalar>>(
    samples: &[X],
    group: &mut S::Of<E>,
) {
    let Some(last) = samples.last() else { return };
    let group = E::scalars_mut(S::flat_mut::<E>(slice::from_mut(group)));
    if const { E::LANES == 1 } {
        for (to, &from) in group.iter_mut().zip(scalars(last.array())) {
            *to = from;
        }
    } else {
        pack_group(
            Isa::detect(),
            array::from_fn(|lane| scalars(samples.get(lane).unwrap_or(last).array())),
            group.as_chunks_mut().0,
        );
    }
}

kernel! {
    PackGroup: pub(crate) fn pack_group<T, FMA, TILE>(samples: [&[T]; LANES], group: &mut [[T; LANES]]) {
        let (blocks, rest) = group.as_chunks_mut::<LANES>();
        let rest_start = blocks.len() * LANES;
        for (index, block) in blocks.iter_mut().enumerate() {
            let mut rows = [V::zero(); LANES];
            for lane in 0..LANES {
                let values = samples[lane].get(index * LANES..).and_then(<[T]>::first_chunk);
                if let Some(values) = values {
                    rows[lane] = V::load(values);
                }
            }
            let columns = V::transpose(rows);
            for feature in 0..LANES {
                columns[feature].store(&mut block[feature]);
            }
        }
        for (lane, sample) in samples.iter().enumerate() {
            let values = sample.get(rest_start..).unwrap_or_default();
            for (element, &value) in rest.iter_mut().zip(values) {
                element[lane] = value;
            }
        }
    }
}

/// Writes elements back into samples; lanes behind the last sample are dropped.
pub(crate) fn unpack<T: Scalar, S: Shape<Scalar = T>, E: Element<T>>(
    groups: &[S::Of<E>],
    samples: &mut [S],
) {
    let mut rest = samples;
    for group in groups {
        let samples;
        let lanes = E::LANES.min(rest.len());
        (samples, rest) = mem::take(&mut rest)
            .split_at_mut_checked(lanes)
            .unwrap_or_default();
        let group = E::scalars(S::flat::<E>(slice::from_ref(group)));
        let mut samples = samples.iter_mut().map(scalars_mut);
        if const { E::LANES == 1 } {
            for (to, &from) in samples.next().unwrap_or_default().iter_mut().zip(group) {
                *to = from;
            }
        } else {
            unpack_group(
                group.as_chunks().0,
                array::from_fn(|_| samples.next().unwrap_or_default()),
            );
        }
    }
}

fn unpack_group<T: Scalar>(group: &[[T; LANES]], mut samples: [&mut [T]; LANES]) {
    let (blocks, rest) = group.as_chunks::<LANES>();
    let rest_start = blocks.len() * LANES;
    for (index, block) in blocks.iter().enumerate() {
        for lane in 0..LANES {
            let values = samples[lane].get_mut(index * LANES..);
            if let Some(values) = values.and_then(<[T]>::first_chunk_mut::<LANES>) {
                for feature in 0..LANES {
                    values[feature] = block[feature][lane];
                }
            }
        }
    }
    for (lane, sample) in samples.iter_mut().enumerate() {
        let values = sample.get_mut(rest_start..).unwrap_or_default();
        for (value, element) in values.iter_mut().zip(rest) {
            *value = element[lane];
        }
    }
}

fn scalars<S: Shape>(sample: &S) -> &[S::Scalar] {
    S::flat::<S::Scalar>(bytemuck::cast_slice(slice::from_ref(sample)))
}

fn scalars_mut<S: Shape>(sample: &mut S) -> &mut [S::Scalar] {
    S::flat_mut::<S::Scalar>(bytemuck::cast_slice_mut(slice::from_mut(sample)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Lanes;
    use bytemuck::Zeroable;

    fn round_trip<const N: usize>(count: usize) {
        let value = |sample: usize, feature: usize| (sample * 1000 + feature) as f32;
        let samples: Vec<[f32; N]> = (0..count)
            .map(|sample| array::from_fn(|feature| value(sample, feature)))
            .collect();
        let mut groups = vec![[Lanes::zeroed(); N]; count.div_ceil(LANES)];
        pack::<_, _, _, Lanes<f32>>(&samples, &mut groups);
        for (group, features) in groups.iter().enumerate() {
            for (feature, lanes) in features.iter().enumerate() {
                for (lane, &packed) in lanes.0.iter().enumerate() {
                    let sample = (group * LANES + lane).min(count - 1);
                    assert_eq!(packed, value(sample, feature));
                }
            }
        }
        let mut back = vec![[-1.0; N]; count];
        unpack::<_, _, Lanes<f32>>(&groups, &mut back);
        assert_eq!(back, samples);
    }

    #[test]
    fn samples_come_back_from_lane_groups() {
        for count in [1, 5, 16, 17, 48, 50] {
            round_trip::<1>(count);
            round_trip::<7>(count);
            round_trip::<16>(count);
            round_trip::<33>(count);
            round_trip::<64>(count);
        }
    }
}
