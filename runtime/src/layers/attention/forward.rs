//! From `q`, `k` and `v` to what the heads take from the values.

use super::geometry::{Geometry, part, part_mut};
use super::mask::Mask;
use super::sums::{LANE_PARTS, SAMPLE_PARTS, add_product, dot, sum};
use crate::element::LANES;
use crate::simd::Work;
use crate::{Element, Scalar};
use core::marker::PhantomData;

/// `o` of every position and head.
pub(super) struct Heads<'a, T, E> {
    geometry: Geometry,
    mask: Option<Mask>,
    qkv: &'a [T],
    mixed: &'a mut [T],
    statistics: &'a mut [T],
    row: &'a mut [T],
    element: PhantomData<E>,
}

impl<'a, T, E> Heads<'a, T, E> {
    #[inline(always)]
    pub(super) fn new(
        geometry: Geometry,
        mask: Option<Mask>,
        qkv: &'a [T],
        mixed: &'a mut [T],
        statistics: &'a mut [T],
        row: &'a mut [T],
    ) -> Self {
        Self {
            geometry,
            mask,
            qkv,
            mixed,
            statistics,
            row,
            element: PhantomData,
        }
    }

    #[inline(always)]
    fn of<const FMA: bool, const W: usize, const PARTS: usize>(self)
    where
        T: Scalar,
    {
        let geometry = self.geometry;
        let (features, width) = (geometry.features, geometry.width());
        let draws = self.mask.map(Mask::draws::<T, W>);
        let (qkv, mixed) = (self.qkv.as_chunks().0, self.mixed.as_chunks_mut().0);
        let row: &mut [[T; W]] = self.row.as_chunks_mut().0;
        let mut statistics = self
            .statistics
            .as_chunks_mut()
            .0
            .as_chunks_mut()
            .0
            .iter_mut();
        let scale = scale::<T>(width);
        for head in 0..geometry.heads {
            let offset = head * width;
            for i in 0..geometry.length {
                let seen = geometry.seen(i);
                let query = part(qkv, 3 * i * features + offset, width);
                let places = Places::new(qkv, features, seen.start, seen.len());
                let first = (head * geometry.length + i) * geometry.length + seen.start;
                let found = attend::<T, FMA, W, PARTS>(
                    scale,
                    query,
                    places.parts(features + offset, width),
                    places.parts(2 * features + offset, width),
                    |index, weight| match &draws {
                        Some(draws) => draws.apply(first + index, weight),
                        None => weight,
                    },
                    part_mut(row, 0, seen.len()),
                    part_mut(mixed, i * features + offset, width),
                );
                if let Some(statistics) = statistics.next() {
                    *statistics = found;
                }
            }
        }
    }
}

impl<T: Scalar, E: Element<T>> Work for Heads<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        if const { E::LANES == 1 } {
            self.of::<FMA, 1, SAMPLE_PARTS>();
        } else {
            self.of::<FMA, LANES, LANE_PARTS>();
        }
    }
}

/// One over the root of the features of a head.
#[inline(always)]
pub(super) fn scale<T: Scalar>(width: usize) -> T {
    T::ONE / T::from_usize(width).sqrt()
}

/// `q`, `k` and `v` of neighbouring positions.
#[derive(Clone, Copy)]
pub(super) struct Places<'a, T> {
    values: &'a [T],
    /// From a position to the next.
    stride: usize,
}

impl<'a, T> Places<'a, T> {
    /// `count` positions from `first` on.
    #[inline(always)]
    pub(super) fn new(qkv: &'a [T], features: usize, first: usize, count: usize) -> Self {
        let stride = 3 * features;
        Self {
            values: part(qkv, first * stride, count * stride),
            stride: stride.max(1),
        }
    }

    /// `len` values of each from `offset` on.
    #[inline(always)]
    pub(super) fn parts(self, offset: usize, len: usize) -> impl Iterator<Item = &'a [T]> {
        let places = self.values.chunks_exact(self.stride);
        places.map(move |place| part(place, offset, len))
    }
}

/// What one query takes from some values, into `output`: the step of attention. `weight` changes the weight of the value
/// with an index, `row` is room for as many numbers as there are keys. Returns the largest score and one over the sum of
/// exponentials.
#[inline(always)]
pub(super) fn attend<'a, T: Scalar, const FMA: bool, const W: usize, const PARTS: usize>(
    scale: T,
    query: &[[T; W]],
    keys: impl Iterator<Item = &'a [[T; W]]>,
    values: impl Iterator<Item = &'a [[T; W]]>,
    weight: impl Fn(usize, [T; W]) -> [T; W],
    row: &mut [[T; W]],
    output: &mut [[T; W]],
) -> [[T; W]; 2] {
    let mut largest = [-T::INFINITY; W];
    for (score, key) in row.iter_mut().zip(keys) {
        *score = dot::<T, FMA, W, PARTS>(query, key);
        for l in 0..W {
            score[l] *= scale;
            largest[l] = largest[l].max(score[l]);
        }
    }
    // Loops of their own, which one sample vectorises.
    for score in row.iter_mut() {
        for l in 0..W {
            score[l] = (score[l] - largest[l]).exp();
        }
    }
    let inverse = sum::<T, W, PARTS>(row).map(|sum| T::ONE / sum);
    for score in row.iter_mut() {
        for l in 0..W {
            score[l] *= inverse[l];
        }
    }
    output.fill([T::ZERO; W]);
    for (index, (&probability, value)) in row.iter().zip(values).enumerate() {
        add_product::<T, FMA, W>(output, weight(index, probability), value);
    }
    [largest, inverse]
}
