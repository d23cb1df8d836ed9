use super::geometry::{Geometry, Places, part, part_mut};
use super::mask::Mask;
use super::rows::{add_weighted, change, dot, exponentials, kept, multiply, scores, spread};
use crate::element::LANES;
use crate::join;
use crate::simd::kernel;

kernel! {
    /// Puts the gradients of `q`, `k` and `v` in their place, given `d_mixed`, the gradient of `o`, and what
    /// [`forward`](super::forward) left in `statistics`. `rows` is room for two numbers for each position seen, `head` for
    /// the gradients of one head.
    Backward: pub(crate) fn backward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        mask: Option<Mask>,
        qkv: &mut [T],
        d_mixed: &[T],
        statistics: &[T],
        rows: &mut [T],
        head: &mut [T],
    ) {
        // One or the other, so no chunk is empty.
        let lanes = if lanes == 1 { 1 } else { LANES };
        let (length, width) = (geometry.length, geometry.width());
        let (features, width) = (geometry.features * lanes, width * lanes);
        let draws = mask.map(|mask| mask.draws::<T>(lanes));
        let scale = geometry.scale::<T>();
        let (weights, d_weights) = rows
            .split_at_mut_checked(geometry.span * lanes)
            .unwrap_or_default();
        let (d_queries, rest) = head.split_at_mut_checked(length * width).unwrap_or_default();
        let (d_keys, d_values) = rest.split_at_mut_checked(length * width).unwrap_or_default();
        for head in 0..geometry.heads {
            let offset = head * width;
            d_queries.fill(T::ZERO);
            d_keys.fill(T::ZERO);
            d_values.fill(T::ZERO);
            for i in 0..length {
                let seen = geometry.seen(i);
                let (first, count) = (seen.start, seen.len());
                let p = part_mut(weights, 0, count * lanes);
                let g = part_mut(d_weights, 0, count * lanes);
                let number = head * length + i;
                let query = part(qkv, 3 * i * features + offset, width);
                let d_output = part(d_mixed, i * features + offset, width);
                let keys = Places::new(qkv, 3 * features, seen.clone(), features + offset);
                let values = Places::new(qkv, 3 * features, seen, 2 * features + offset);

                // The weights again, as in the forward pass, and those with dropout.
                scores::<T, V>(lanes, scale, query, keys, p);
                exponentials(p, kept::<T, V>(statistics, 2 * number, lanes));
                multiply(p, kept::<T, V>(statistics, 2 * number + 1, lanes));
                join::copy(g, p);
                if let Some(draws) = &draws {
                    draws.apply(lanes, number * length + first, g);
                }
                let d_values = part_mut(d_values, first * width, count * width);
                spread::<T, V>(lanes, g, d_output, d_values);

                // Their gradients, then those of the scores.
                scores::<T, V>(lanes, T::ONE, d_output, values, g);
                if let Some(draws) = &draws {
                    draws.apply(lanes, number * length + first, g);
                }
                let minus = dot::<T, V>(lanes, p, g).multiply(V::splat(-T::ONE));
                let scales = V::splat(scale);
                change(g, p, |g: V, p| g.add(minus).multiply(p).multiply(scales));

                let d_query = part_mut(d_queries, i * width, width);
                add_weighted::<T, V>(lanes, g, keys, d_query);
                let d_keys = part_mut(d_keys, first * width, count * width);
                spread::<T, V>(lanes, g, query, d_keys);
            }
            // Nobody reads the values of this head any more.
            let gradients = [&*d_queries, &*d_keys, &*d_values];
            for (block, gradients) in gradients.into_iter().enumerate() {
                let places = qkv.chunks_exact_mut((3 * features).max(1));
                for (place, gradient) in places.zip(gradients.chunks_exact(width.max(1))) {
                    let to = part_mut(place, block * features + offset, width);
                    for (to, gradient) in to.iter_mut().zip(gradient) {
                        *to = *gradient;
                    }
                }
            }
        }
    }
}
