//! `y = W·x + b` and its gradients.
//!
//! Shapes: `x: [inputs][L]`, `y: [outputs][L]`, `W: [inputs][outputs]` (nalgebra's column-major order of an
//! outputs × inputs matrix), `b: [outputs]` or empty. `L` is 1 or [`LANES`](crate::LANES).

mod backward_input;
mod backward_weight;
mod forward;
mod forward_sample;

pub(crate) use backward_input::{BackwardInput, backward_input};
pub(crate) use backward_weight::{BackwardWeight, backward_weight};
pub(crate) use forward::{Forward, forward};
pub(crate) use forward_sample::forward_inlined;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scalar;
    use crate::element::LANES;
    use crate::kernels::test_values::{assert_close, random};
    use crate::simd::Isa;

    /// Every sum by the definition, in `f64`.
    fn agrees_with_the_definition<T: Scalar>() {
        let sizes = [1, 2, 3, 5, 7, 8, 10, 16, 17, 33, 40];
        for (seed, (inputs, outputs)) in sizes
            .into_iter()
            .flat_map(|inputs| sizes.map(|outputs| (inputs, outputs)))
            .enumerate()
        {
            for (lanes, biases) in [(1, outputs), (LANES, outputs), (1, 0), (LANES, 0)] {
                let [w, b, x, dy, dw_before] = random::<T, 5>(
                    seed as u64,
                    [
                        inputs * outputs,
                        biases,
                        inputs * lanes,
                        outputs * lanes,
                        inputs * outputs,
                    ],
                );
                let at = |values: &[T], index: usize| values[index].to_f64();
                let mut y_expected = vec![0.0; outputs * lanes];
                let mut dx_expected = vec![0.0; inputs * lanes];
                let mut dw_expected: Vec<f64> = dw_before.iter().map(|w| w.to_f64()).collect();
                let mut db_expected: Vec<f64> = b.iter().map(|b| b.to_f64()).collect();
                for (o, l) in (0..outputs).flat_map(|o| (0..lanes).map(move |l| (o, l))) {
                    let (y, dy) = (&mut y_expected[o * lanes + l], at(&dy, o * lanes + l));
                    if biases > 0 {
                        *y = at(&b, o);
                        db_expected[o] += dy;
                    }
                    for i in 0..inputs {
                        let (w, x) = (at(&w, i * outputs + o), at(&x, i * lanes + l));
                        *y += w * x;
                        dx_expected[i * lanes + l] += w * dy;
                        dw_expected[i * outputs + o] += x * dy;
                    }
                }
                let products = inputs.max(outputs).max(lanes);
                for isa in Isa::available() {
                    let mut y = vec![T::ONE; outputs * lanes];
                    forward(isa, lanes, &w, &b, &x, &mut y);
                    assert_close(&y, &y_expected, products);
                    let mut dx = vec![T::ONE; inputs * lanes];
                    backward_input(isa, lanes, &w, &dy, &mut dx);
                    assert_close(&dx, &dx_expected, products);
                    let (mut dw, mut db) = (dw_before.clone(), b.clone());
                    backward_weight(isa, lanes, &x, &dy, &mut dw, &mut db);
                    assert_close(&dw, &dw_expected, products);
                    assert_close(&db, &db_expected, products);
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
}
