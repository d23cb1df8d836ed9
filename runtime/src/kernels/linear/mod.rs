//! `y = W·x + b` and its gradients.
//!
//! Shapes: `x: [inputs][L]`, `y: [outputs][L]`, `W: [inputs][outputs]` (nalgebra's column-major order of an
//! outputs × inputs matrix), `b: [outputs]` or empty. `L` is 1 or [`LANES`](crate::LANES).

mod backward_input;
mod backward_sample;
mod backward_weight;
mod divided;
mod forward;
mod forward_groups;
mod forward_half;
mod forward_sample;
mod forward_wide;
mod update_groups;

pub(crate) use backward_input::{BackwardInput, backward_input};
pub(crate) use backward_sample::{BackwardSample, UpdateSample, backward_sample, update_sample};
pub(crate) use backward_weight::{BackwardWeight, backward_weight};
pub(crate) use divided::{descend, forward as forward_divided, input_gradient, weight_gradient};
pub(crate) use forward::{Forward, ForwardWide, forward};
pub(crate) use forward_groups::{ForwardGroups, forward_groups};
pub(crate) use forward_half::{forward_bf16, forward_f16, forward_half};
pub(crate) use update_groups::{UpdateGroups, fuses, update_groups};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scalar;
    use crate::element::LANES;
    use crate::kernels::test_values::{assert_close, random};
    use crate::simd::Isa;

    /// Every sum by the definition, in `f64`.
    fn agrees_with_the_definition<T: Scalar>() {
        let small = [1, 2, 3, 5, 7, 8, 10, 16, 17, 33, 40];
        let all = small
            .into_iter()
            .flat_map(|inputs| small.map(|outputs| (inputs, outputs)));
        // More inputs than are summed up in registers, more outputs than a block, and sizes that nothing divides.
        let large = [
            (1, 257),
            (257, 1),
            (100, 33),
            (33, 100),
            (64, 48),
            (65, 24),
            (129, 31),
            (257, 100),
        ];
        for (seed, (inputs, outputs)) in all.chain(large).enumerate() {
            // One lane group, an odd number, and more than a block of the weight gradient.
            let counts = [
                (1, 1),
                (LANES, 1),
                (LANES, [3, 3, 2, 3, 4, 3, 11][seed % 7]),
            ];
            for (lanes, groups, biases) in counts
                .into_iter()
                .flat_map(|(lanes, groups)| [(lanes, groups, outputs), (lanes, groups, 0)])
            {
                let mut values = random::<T, 5>(
                    seed as u64,
                    [
                        inputs * outputs,
                        biases,
                        inputs * groups * lanes,
                        outputs * groups * lanes,
                        inputs * outputs,
                    ],
                );
                if groups > 1 {
                    // Sixteenths: long sums are exact, in whatever order.
                    for value in values.iter_mut().flatten() {
                        *value = T::from_f64((value.to_f64() * 16.0).round() / 16.0);
                    }
                }
                let [w, b, x, dy, dw_before] = values;
                let at = |values: &[T], index: usize| values[index].to_f64();
                let mut y_expected = vec![0.0; outputs * groups * lanes];
                let mut dx_expected = vec![0.0; inputs * groups * lanes];
                let mut dw_expected: Vec<f64> = dw_before.iter().map(|w| w.to_f64()).collect();
                let mut db_expected: Vec<f64> = b.iter().map(|b| b.to_f64()).collect();
                let places = (0..groups).flat_map(|g| (0..lanes).map(move |l| (g, l)));
                for (o, (g, l)) in (0..outputs).flat_map(|o| places.clone().map(move |at| (o, at)))
                {
                    let output = (g * outputs + o) * lanes + l;
                    let (y, dy) = (&mut y_expected[output], at(&dy, output));
                    if biases > 0 {
                        *y = at(&b, o);
                        db_expected[o] += dy;
                    }
                    for i in 0..inputs {
                        let input = (g * inputs + i) * lanes + l;
                        let (w, x) = (at(&w, i * outputs + o), at(&x, input));
                        *y += w * x;
                        dx_expected[input] += w * dy;
                        dw_expected[i * outputs + o] += x * dy;
                    }
                }
                let products = inputs.max(outputs).max(groups * lanes);
                let fresh = |sums: &[f64], before: &[T]| -> Vec<f64> {
                    let pairs = sums.iter().zip(before);
                    pairs.map(|(sum, before)| sum - before.to_f64()).collect()
                };
                for isa in Isa::for_tests() {
                    let mut y = vec![T::ONE; outputs * groups * lanes];
                    if lanes == 1 {
                        forward::<T, T>(isa, &w, &b, &x, &mut y);
                    } else {
                        forward_groups(isa, outputs, &w, &b, &x, &mut y);
                    }
                    assert_close(&y, &y_expected, products);
                    let mut dx = vec![T::ONE; inputs * groups * lanes];
                    let (mut dw, mut db) = (dw_before.clone(), b.clone());
                    let backward = |overwrite, dx: &mut [T], dw: &mut [T], db: &mut [T]| {
                        if lanes == 1 {
                            backward_sample::<T, T>(isa, overwrite, &w, &x, &dy, dx, dw, db);
                        } else {
                            backward_input(isa, outputs, &w, &dy, dx);
                            backward_weight(isa, inputs, 0, outputs, overwrite, &x, &dy, dw, db);
                        }
                    };
                    backward(false, &mut dx, &mut dw, &mut db);
                    assert_close(&dx, &dx_expected, products);
                    assert_close(&dw, &dw_expected, products);
                    assert_close(&db, &db_expected, products);
                    let wanted = if lanes == 1 { 0 } else { dx.len() };
                    backward(true, &mut dx[..wanted], &mut dw, &mut db);
                    assert_close(&dw, &fresh(&dw_expected, &dw_before), products);
                    assert_close(&db, &fresh(&db_expected, &b), products);
                    if lanes == 1 {
                        let (mut weight, mut bias) = (w.clone(), b.clone());
                        let factor = T::from_f64(-0.25);
                        update_sample::<T, T>(
                            isa,
                            factor,
                            &mut weight,
                            &mut bias,
                            &x,
                            &dy,
                            &mut dx,
                        );
                        assert_close(&dx, &dx_expected, products);
                        let updated = |before: &[T], sums: &[f64], start: &[T]| -> Vec<f64> {
                            let steps = fresh(sums, start).into_iter().zip(before);
                            steps.map(|(g, w)| w.to_f64() - 0.25 * g).collect()
                        };
                        assert_close(&weight, &updated(&w, &dw_expected, &dw_before), products);
                        assert_close(&bias, &updated(&b, &db_expected, &b), products);
                    } else {
                        // Some rows by themselves have the same bits.
                        let first = inputs / 2;
                        let mut rows = vec![T::ONE; (inputs - first) * outputs];
                        backward_weight(
                            isa,
                            inputs,
                            first,
                            outputs,
                            true,
                            &x,
                            &dy,
                            &mut rows,
                            &mut [],
                        );
                        assert_eq!(rows, dw[first * outputs..]);
                        if fuses(groups) {
                            let factor = T::from_f64(-0.25);
                            let step = |(w, g): (&T, &T)| *w + factor * *g;
                            let (mut weight, mut bias) = (w.clone(), b.clone());
                            update_groups(
                                isa,
                                inputs,
                                0,
                                outputs,
                                factor,
                                &x,
                                &dy,
                                &mut weight,
                                &mut bias,
                            );
                            assert_eq!(weight, w.iter().zip(&dw).map(step).collect::<Vec<_>>());
                            assert_eq!(bias, b.iter().zip(&db).map(step).collect::<Vec<_>>());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_in_f32() {
        agrees_with_the_definition::<f32>();
    }

    #[test]
    fn agrees_with_the_definition_in_f64() {
        agrees_with_the_definition::<f64>();
    }

    /// Weights that are fetched ahead, or are read row by row: from each cache, with tiles that outputs fill, and others.
    fn one_sample_of_many_weights_agrees_with_the_definition<T: Scalar>() {
        let cached = [(200, 128), (301, 100), (90, 256), (130, 231), (33, 600)];
        let far = [(1300, 272), (600, 641), (2700, 128), (3001, 113)];
        for (seed, (inputs, outputs)) in cached.into_iter().chain(far).enumerate() {
            let lengths = [inputs * outputs, outputs, inputs];
            let [weight, bias, x] = random::<T, 3>(seed as u64, lengths);
            let mut products = vec![0.0; outputs];
            for (row, x) in weight.chunks(outputs).zip(&x) {
                for (sum, w) in products.iter_mut().zip(row) {
                    *sum += w.to_f64() * x.to_f64();
                }
            }
            let biased = products.iter().zip(&bias).map(|(sum, b)| sum + b.to_f64());
            let biased: Vec<f64> = biased.collect();
            for isa in Isa::for_tests() {
                for (bias, expected) in [(&bias[..], &biased), (&[], &products)] {
                    let mut y = vec![T::ONE; outputs];
                    forward::<T, T>(isa, &weight, bias, &x, &mut y);
                    assert_close(&y, expected, inputs);
                }
            }
        }
    }

    #[test]
    fn one_sample_of_many_weights_agrees_with_the_definition_in_f32() {
        one_sample_of_many_weights_agrees_with_the_definition::<f32>();
    }

    #[test]
    fn one_sample_of_many_weights_agrees_with_the_definition_in_f64() {
        one_sample_of_many_weights_agrees_with_the_definition::<f64>();
    }
}
