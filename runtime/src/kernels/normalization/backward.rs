use super::{Geometry, load_kept, over_lanes};
use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};

kernel! {
    /// With `x̂ = (x − µ)/σ`, `σ = √(σ² + eps)`, `g = dy·weight` and means over a group: `d_weight += Σ dy·x̂`,
    /// `d_bias += Σ dy`, and where `input_gradient` asks for it, `dx = (g − mean g − x̂·mean(g·x̂))/σ`; without a centre
    /// the same without `mean g`. `kept` is what [`forward`](super::forward) left.
    Backward: pub(crate) fn backward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        input_gradient: bool,
        weight: &[T],
        x: &[T],
        dy: &[T],
        kept: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
        dx: &mut [T],
    ) {
        let len = geometry.group(lanes);
        let groups = x.chunks_exact(len).zip(dy.chunks_exact(len)).zip(dx.chunks_exact_mut(len));
        for (group, (((x, dy), dx), kept)) in groups.zip(kept.chunks_exact((2 * lanes).max(1))).enumerate() {
            let (shifts, inverses) = kept.split_at_checked(lanes).unwrap_or_default();
            let (shift, inverse) = (load_kept::<T, V>(shifts), load_kept::<T, V>(inverses));
            let weight = geometry.weights(group, weight);
            let d_weight = geometry.weights_mut(group, d_weight);
            let d_bias = geometry.weights_mut(group, d_bias);
            let in_elements = lanes == 1 && geometry.positions == 1 && !weight.is_empty();
            let plane = geometry.row(lanes, !weight.is_empty());

            let [sum, product] = if in_elements {
                element_sums(shift, inverse, weight, x, dy, d_weight, d_bias)
            } else if geometry.positions == 1 && !weight.is_empty() {
                lane_sums(shift, inverse, weight, x, dy, d_weight, d_bias)
            } else {
                let mut sums = [V::zero(); 2];
                let rows = x.chunks_exact(plane).zip(dy.chunks_exact(plane));
                for (index, (x, dy)) in rows.enumerate() {
                    let [sum, product] = gradient_sums::<T, V>(shift, inverse, x, dy);
                    if let Some(d_weight) = d_weight.get_mut(index) {
                        *d_weight += product.total();
                    }
                    if let Some(d_bias) = d_bias.get_mut(index) {
                        *d_bias += sum.total();
                    }
                    let weight = V::splat(weight.get(index).copied().unwrap_or(T::ONE));
                    sums = [sum.multiply_add(weight, sums[0]), product.multiply_add(weight, sums[1])];
                }
                sums
            };
            if !input_gradient {
                continue;
            }

            // `dx = inverse·weight·dy + (x + shift)·slope + offset`
            let part = inverse.multiply(V::splat(-T::ONE / T::from_usize((len / lanes.max(1)).max(1))));
            let slope = over_lanes(lanes, product).multiply(part).multiply(inverse);
            let offset = match geometry.centered {
                true => over_lanes(lanes, sum).multiply(part),
                false => V::zero(),
            };
            if in_elements {
                elements([shift, slope, offset, inverse], weight, x, dy, dx);
            } else {
                let rows = x.chunks_exact(plane).zip(dy.chunks_exact(plane)).zip(dx.chunks_exact_mut(plane));
                for (index, ((x, dy), dx)) in rows.enumerate() {
                    let weight = V::splat(weight.get(index).copied().unwrap_or(T::ONE));
                    gradient_row::<T, V>(shift, slope, offset, inverse.multiply(weight), x, dy, dx);
                }
            }
        }
    }
}

/// `Σ dy` and `Σ dy·x̂` of each lane.
#[inline(always)]
pub(in crate::kernels) fn gradient_sums<T: Scalar, V: Vector<T>>(
    shift: V,
    inverse: V,
    x: &[T],
    dy: &[T],
) -> [V; 2] {
    let (mut sums, mut products) = ([V::zero(); 2], [V::zero(); 2]);
    let (pairs, x_rest) = x.as_chunks::<{ 2 * LANES }>();
    let (d_pairs, dy_rest) = dy.as_chunks::<{ 2 * LANES }>();
    for (x, dy) in pairs.iter().zip(d_pairs) {
        let vectors = x.as_chunks().0.iter().zip(dy.as_chunks().0);
        for ((x, dy), (sum, product)) in vectors.zip(sums.iter_mut().zip(&mut products)) {
            let dy = V::load(dy);
            *sum = sum.add(dy);
            *product = V::load(x).add(shift).multiply_add(dy, *product);
        }
    }
    for (x, dy) in x_rest.chunks(LANES).zip(dy_rest.chunks(LANES)) {
        // Behind the last element `dy` is zero.
        let dy = V::load_partial(dy);
        sums[0] = sums[0].add(dy);
        products[0] = V::load_partial(x).add(shift).multiply_add(dy, products[0]);
    }
    let products = products[0].add(products[1]);
    [sums[0].add(sums[1]), products.multiply(inverse)]
}

/// `Σ g` and `Σ g·x̂` of each lane, for one sample whose elements each have a weight.
#[inline(always)]
fn element_sums<T: Scalar, V: Vector<T>>(
    shift: V,
    inverse: V,
    weight: &[T],
    x: &[T],
    dy: &[T],
    d_weight: &mut [T],
    d_bias: &mut [T],
) -> [V; 2] {
    let mut sums = [V::zero(); 2];
    let mut d_biases = d_bias.chunks_mut(LANES);
    let weights = weight.chunks(LANES).zip(d_weight.chunks_mut(LANES));
    for ((x, dy), (weight, d_weight)) in x.chunks(LANES).zip(dy.chunks(LANES)).zip(weights) {
        let dy = V::load_partial(dy);
        let product = V::load_partial(x).add(shift).multiply(inverse).multiply(dy);
        product
            .add(V::load_partial(d_weight))
            .store_partial(d_weight);
        if let Some(d_bias) = d_biases.next() {
            dy.add(V::load_partial(d_bias)).store_partial(d_bias);
        }
        let weight = V::load_partial(weight);
        sums = [
            dy.multiply_add(weight, sums[0]),
            product.multiply_add(weight, sums[1]),
        ];
    }
    sums
}

/// The same for a lane group: four elements at a time, whose sums over the lanes cost no more than that of one.
#[inline(always)]
fn lane_sums<T: Scalar, V: Vector<T>>(
    shift: V,
    inverse: V,
    weight: &[T],
    x: &[T],
    dy: &[T],
    d_weight: &mut [T],
    d_bias: &mut [T],
) -> [V; 2] {
    let mut sums = [V::zero(); 2];
    let mut d_biases = d_bias.chunks_mut(4);
    let (x, dy) = (x.as_chunks::<LANES>().0, dy.as_chunks::<LANES>().0);
    let weights = weight.chunks(4).zip(d_weight.chunks_mut(4));
    for ((x, dy), (weight, d_weight)) in x.chunks(4).zip(dy.chunks(4)).zip(weights) {
        let (mut dys, mut products) = ([V::zero(); 4], [V::zero(); 4]);
        let outputs = dys.iter_mut().zip(&mut products);
        for (((x, dy), &weight), (dy_out, product_out)) in x.iter().zip(dy).zip(weight).zip(outputs)
        {
            let dy = V::load(dy);
            let product = V::load(x).add(shift).multiply(inverse).multiply(dy);
            let weight = V::splat(weight);
            sums = [
                dy.multiply_add(weight, sums[0]),
                product.multiply_add(weight, sums[1]),
            ];
            (*dy_out, *product_out) = (dy, product);
        }
        for (d_weight, total) in d_weight.iter_mut().zip(V::totals(products)) {
            *d_weight += total;
        }
        if let Some(d_bias) = d_biases.next() {
            for (d_bias, total) in d_bias.iter_mut().zip(V::totals(dys)) {
                *d_bias += total;
            }
        }
    }
    sums
}

/// `dx = scale·dy + (x + shift)·slope + offset`
#[inline(always)]
pub(in crate::kernels) fn gradient_row<T: Scalar, V: Vector<T>>(
    shift: V,
    slope: V,
    offset: V,
    scale: V,
    x: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let ((x, x_rest), (dy, dy_rest)) = (x.as_chunks(), dy.as_chunks());
    let (dx, dx_rest) = dx.as_chunks_mut();
    for ((x, dy), dx) in x.iter().zip(dy).zip(dx) {
        let rest = V::load(x).add(shift).multiply_add(slope, offset);
        V::load(dy).multiply_add(scale, rest).store(dx);
    }
    if !x_rest.is_empty() {
        let rest = V::load_partial(x_rest)
            .add(shift)
            .multiply_add(slope, offset);
        let dy = V::load_partial(dy_rest);
        dy.multiply_add(scale, rest).store_partial(dx_rest);
    }
}

/// The same with a weight for each element.
#[inline(always)]
fn elements<T: Scalar, V: Vector<T>>(
    [shift, slope, offset, inverse]: [V; 4],
    weight: &[T],
    x: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let vectors = x
        .chunks(LANES)
        .zip(dy.chunks(LANES))
        .zip(dx.chunks_mut(LANES));
    for (((x, dy), dx), weight) in vectors.zip(weight.chunks(LANES)) {
        let rest = V::load_partial(x).add(shift).multiply_add(slope, offset);
        let scale = inverse.multiply(V::load_partial(weight));
        V::load_partial(dy)
            .multiply_add(scale, rest)
            .store_partial(dx);
    }
}
