use super::{lanes_of, over_lanes};
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::sum::sum;
use crate::simd::{Vector, apart};

/// Minus the mean and `1/√(variance + eps)` of a group; without a centre zero and `1/√(mean of squares + eps)`.
///
/// The mean is taken first and the variance around it, and both are corrected by what the deviations from a rounded
/// mean add up to, as in batch norm.
#[inline(always)]
pub(super) fn statistics<T: Scalar, V: Vector<T>>(
    lanes: usize,
    centered: bool,
    eps: T,
    x: &[T],
) -> [V; 2] {
    let count = T::from_usize((x.len() / lanes.max(1)).max(1));
    let mut shift = V::zero();
    if centered {
        let sum = over_lanes(lanes, sum::<T, V>(x));
        shift = sum.multiply(V::splat(-T::ONE / count));
    }
    let [sum, squares] = deviations::<T, V>(shift, x);
    let [mut shifts, mut sums, mut inverses] = [[T::ZERO; LANES]; 3];
    shift.store(&mut shifts);
    // Without a centre the deviations are the numbers themselves, and need not add up to nothing.
    let scale = if centered { T::ONE / count } else { T::ZERO };
    if lanes == 1 {
        let moments = [shifts[0], sum.total() * scale, squares.total() / count];
        let [shift, inverse] = finish(eps, moments);
        return [V::splat(shift), V::splat(inverse)];
    }
    sum.store(&mut sums);
    squares.store(&mut inverses);
    for lane in 0..LANES {
        let moments = [shifts[lane], sums[lane] * scale, inverses[lane] / count];
        [shifts[lane], inverses[lane]] = finish(eps, moments);
    }
    [V::load(&shifts), V::load(&inverses)]
}

/// From minus the rounded mean, and the means of the deviations from it and of their squares.
#[inline(always)]
fn finish<T: Scalar>(eps: T, [shift, correction, squares]: [T; 3]) -> [T; 2] {
    let variance = squares - correction * correction;
    // Not by `max`, which would make a number of NaN.
    let variance = if variance < T::ZERO {
        T::ZERO
    } else {
        variance
    };
    [shift - correction, T::ONE / (variance + eps).sqrt()]
}

apart! {
    /// The sums of all `x + shift` and of their squares.
    pub(in crate::kernels) fn deviations<T, V, FMA>(shift: V, x: &[T]) -> [V; 2] {
        let mut sums = [V::zero(); 2];
        let mut squares = [V::zero(); 2];
        let (pairs, rest) = x.as_chunks::<{ 2 * LANES }>();
        for pair in pairs {
            for (i, x) in pair.as_chunks().0.iter().take(2).enumerate() {
                let deviation = V::load(x).add(shift);
                sums[i] = sums[i].add(deviation);
                squares[i] = deviation.multiply_add(deviation, squares[i]);
            }
        }
        for x in rest.chunks(LANES) {
            let deviation = V::load_partial(x).add(shift).multiply(lanes_of(x));
            sums[0] = sums[0].add(deviation);
            squares[0] = deviation.multiply_add(deviation, squares[0]);
        }
        [sums[0].add(sums[1]), squares[0].add(squares[1])]
    }
}
