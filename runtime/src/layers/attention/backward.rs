//! The way back: from the gradient of what the heads took to those of `q`, `k` and `v`.

use super::forward::{Places, scale};
use super::geometry::{Geometry, part, part_mut};
use super::mask::Mask;
use super::sums::{LANE_PARTS, SAMPLE_PARTS, add_product, dot};
use crate::element::LANES;
use crate::simd::Work;
use crate::{Element, Scalar};
use core::array;
use core::marker::PhantomData;

/// Gradients of every position and head, in the place of the values.
pub(super) struct Heads<'a, T, E> {
    geometry: Geometry,
    mask: Option<Mask>,
    qkv: &'a mut [T],
    d_mixed: &'a [T],
    statistics: &'a [T],
    rows: &'a mut [T],
    head: &'a mut [T],
    element: PhantomData<E>,
}

impl<'a, T, E> Heads<'a, T, E> {
    #[inline(always)]
    pub(super) fn new(
        geometry: Geometry,
        mask: Option<Mask>,
        qkv: &'a mut [T],
        d_mixed: &'a [T],
        statistics: &'a [T],
        rows: &'a mut [T],
        head: &'a mut [T],
    ) -> Self {
        Self {
            geometry,
            mask,
            qkv,
            d_mixed,
            statistics,
            rows,
            head,
            element: PhantomData,
        }
    }

    #[inline(always)]
    fn of<const FMA: bool, const W: usize, const PARTS: usize>(self)
    where
        T: Scalar,
    {
        let geometry = self.geometry;
        let (length, features, width) = (geometry.length, geometry.features, geometry.width());
        let draws = self.mask.map(Mask::draws::<T, W>);
        let qkv: &mut [[T; W]] = self.qkv.as_chunks_mut().0;
        let d_mixed: &[[T; W]] = self.d_mixed.as_chunks().0;
        let rows: &mut [[T; W]] = self.rows.as_chunks_mut().0;
        let Some((weights, d_weights)) = rows.split_at_mut_checked(geometry.span) else {
            return;
        };
        let own: &mut [[T; W]] = self.head.as_chunks_mut().0;
        let mut statistics = self.statistics.as_chunks().0.as_chunks().0.iter();
        let scale = scale::<T>(width);
        for head in 0..geometry.heads {
            let offset = head * width;
            own.fill([T::ZERO; W]);
            let Some((d_queries, rest)) = own.split_at_mut_checked(length * width) else {
                return;
            };
            let Some((d_keys, d_values)) = rest.split_at_mut_checked(length * width) else {
                return;
            };
            for (i, statistics) in (0..length).zip(&mut statistics) {
                let seen = geometry.seen(i);
                let (first, count) = (seen.start, seen.len());
                let places = Places::new(qkv, features, first, count);
                let draw = (head * length + i) * length + first;
                let step = Step {
                    scale,
                    statistics,
                    query: part(qkv, 3 * i * features + offset, width),
                    d_output: part(d_mixed, i * features + offset, width),
                    weights: part_mut(weights, 0, count),
                    d_weights: part_mut(d_weights, 0, count),
                    d_query: part_mut(d_queries, i * width, width),
                    d_keys: part_mut(d_keys, first * width, count * width),
                    d_values: part_mut(d_values, first * width, count * width),
                };
                step.run::<FMA, PARTS>(
                    places,
                    [features + offset, 2 * features + offset],
                    |index, weight| match &draws {
                        Some(draws) => draws.apply(draw + index, weight),
                        None => weight,
                    },
                );
            }
            // Nobody reads the values of this head any more.
            let gradients = (d_queries.chunks_exact(width.max(1)))
                .zip(d_keys.chunks_exact(width.max(1)))
                .zip(d_values.chunks_exact(width.max(1)));
            for (place, ((d_query, d_key), d_value)) in
                qkv.chunks_exact_mut((3 * features).max(1)).zip(gradients)
            {
                for (part, gradient) in [d_query, d_key, d_value].into_iter().enumerate() {
                    let to = part_mut(place, part * features + offset, width);
                    for (to, gradient) in to.iter_mut().zip(gradient) {
                        *to = *gradient;
                    }
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

/// The way back of [`attend`](super::forward::attend).
struct Step<'a, T, const W: usize> {
    scale: T,
    /// What the forward step returned.
    statistics: &'a [[T; W]; 2],
    query: &'a [[T; W]],
    d_output: &'a [[T; W]],
    /// Room for a number a key.
    weights: &'a mut [[T; W]],
    d_weights: &'a mut [[T; W]],
    /// These are added to; keys and values position by position.
    d_query: &'a mut [[T; W]],
    d_keys: &'a mut [[T; W]],
    d_values: &'a mut [[T; W]],
}

impl<T: Scalar, const W: usize> Step<'_, T, W> {
    /// `keys` and `values` say where these begin in the places; `weight` is that of the forward step.
    #[inline(always)]
    fn run<const FMA: bool, const PARTS: usize>(
        self,
        places: Places<'_, [T; W]>,
        [keys, values]: [usize; 2],
        weight: impl Fn(usize, [T; W]) -> [T; W],
    ) {
        let width = self.query.len();
        let [largest, inverse] = self.statistics;
        for (p, key) in self.weights.iter_mut().zip(places.parts(keys, width)) {
            *p = dot::<T, FMA, W, PARTS>(self.query, key);
            for l in 0..W {
                p[l] *= self.scale;
            }
        }
        for p in self.weights.iter_mut() {
            for l in 0..W {
                p[l] = (p[l] - largest[l]).exp() * inverse[l];
            }
        }
        let mut mean = [T::ZERO; W];
        let d_values = self.d_values.chunks_exact_mut(width.max(1));
        let values = places.parts(values, width).zip(d_values);
        let weights = self.weights.iter().zip(self.d_weights.iter_mut());
        for (index, ((&p, d_p), (value, d_value))) in weights.zip(values).enumerate() {
            *d_p = weight(index, dot::<T, FMA, W, PARTS>(self.d_output, value));
            for l in 0..W {
                mean[l] += p[l] * d_p[l];
            }
            add_product::<T, FMA, W>(d_value, weight(index, p), self.d_output);
        }
        let d_keys = self.d_keys.chunks_exact_mut(width.max(1));
        let keys = places.parts(keys, width).zip(d_keys);
        let weights = self.weights.iter().zip(self.d_weights.iter());
        for ((p, d_p), (key, d_key)) in weights.zip(keys) {
            let d_score = array::from_fn(|l| p[l] * (d_p[l] - mean[l]) * self.scale);
            add_product::<T, FMA, W>(self.d_query, d_score, key);
            add_product::<T, FMA, W>(d_key, d_score, self.query);
        }
    }
}
