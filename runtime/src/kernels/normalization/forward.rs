use super::Geometry;
use super::statistics::statistics;
use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};

kernel! {
    /// `y = (x − µ)/√(σ² + eps)·weight + bias`; `weight` and `bias` may be empty. Keeps `−µ` and `1/√(σ² + eps)` of
    /// each group in `kept`, `[groups][2][lanes]`, where that has room.
    Forward: pub(crate) fn forward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        eps: T,
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
        kept: &mut [T],
    ) {
        let len = geometry.group(lanes);
        let mut kept = kept.chunks_exact_mut((2 * lanes).max(1));
        for (group, (x, y)) in x.chunks_exact(len).zip(y.chunks_exact_mut(len)).enumerate() {
            let [shift, inverse] = statistics::<T, V>(lanes, geometry.centered, eps, x);
            if let Some(kept) = kept.next() {
                let (shifts, inverses) = kept.split_at_mut_checked(lanes).unwrap_or_default();
                shift.store_partial(shifts);
                inverse.store_partial(inverses);
            }
            let (weight, bias) = (geometry.weights(group, weight), geometry.weights(group, bias));
            if lanes == 1 && geometry.positions == 1 && !weight.is_empty() {
                elements(shift, inverse, weight, bias, x, y);
            } else {
                let plane = geometry.row(lanes, !weight.is_empty());
                let rows = x.chunks_exact(plane).zip(y.chunks_exact_mut(plane));
                for (index, (x, y)) in rows.enumerate() {
                    let weight = weight.get(index).copied().unwrap_or(T::ONE);
                    let bias = bias.get(index).copied().unwrap_or(T::ZERO);
                    let scale = inverse.multiply(V::splat(weight));
                    row(shift, scale, V::splat(bias), x, y);
                }
            }
        }
    }
}

/// `y = (x + shift)·scale + bias`
#[inline(always)]
fn row<T: Scalar, V: Vector<T>>(shift: V, scale: V, bias: V, x: &[T], y: &mut [T]) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks(), y.as_chunks_mut());
    for (x, y) in x.iter().zip(y) {
        V::load(x).add(shift).multiply_add(scale, bias).store(y);
    }
    if !x_rest.is_empty() {
        let x = V::load_partial(x_rest);
        x.add(shift).multiply_add(scale, bias).store_partial(y_rest);
    }
}

/// The same with a weight and a bias for each element.
#[inline(always)]
fn elements<T: Scalar, V: Vector<T>>(
    shift: V,
    inverse: V,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let mut biases = bias.chunks(LANES);
    let vectors = x.chunks(LANES).zip(y.chunks_mut(LANES));
    for ((x, y), weight) in vectors.zip(weight.chunks(LANES)) {
        let bias = V::load_partial(biases.next().unwrap_or_default());
        let normal = V::load_partial(x).add(shift).multiply(inverse);
        normal
            .multiply_add(V::load_partial(weight), bias)
            .store_partial(y);
    }
}
