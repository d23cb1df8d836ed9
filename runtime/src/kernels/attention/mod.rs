//! What queries take from values, `o_i = Σ_j p_ij·v_j` with `p_ij = softmax_j(q_i·k_j/√d)`, and its gradient, head by head.
//!
//! Shapes: `q, k, v: [length][3][heads][d][L]`, `o: [length][heads][d][L]`, with `L` 1 or [`LANES`](crate::LANES). For one sample
//! the features lie in the registers, for lanes the samples do; a sum over `d` is the same loop over memory, and differs
//! only in its end.

mod backward;
mod forward;
mod geometry;
mod mask;
mod rows;

pub(crate) use backward::{Backward, backward};
pub(crate) use forward::{Forward, forward};
pub(crate) use geometry::Geometry;
pub(crate) use mask::Mask;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scalar;
    use crate::element::LANES;
    use crate::kernels::test_values::{assert_close, random};
    use crate::simd::Isa;

    /// Every sum by the definition, in `f64`; and some positions by themselves, which have the same bits.
    fn agrees_with_the_definition<T: Scalar>() {
        let sizes = [(1, 1, 1), (2, 8, 2), (5, 19, 1), (6, 34, 2), (9, 6, 3)];
        let spans = [1, 3, 9];
        let cases = sizes.into_iter().flat_map(|size| {
            let windows = spans.into_iter().map(move |span| (size, span, true));
            windows.chain([(size, size.0, false)])
        });
        for (seed, ((length, features, heads), span, causal)) in cases.enumerate() {
            for lanes in [1, LANES] {
                let geometry = Geometry {
                    causal,
                    ..Geometry::new(length, features, heads, span)
                };
                let [qkv] = random::<T, 1>(seed as u64, [3 * length * features * lanes]);
                let width = features / heads;
                let at = |i: usize, block: usize, feature: usize, lane: usize| {
                    qkv[((3 * i + block) * features + feature) * lanes + lane].to_f64()
                };
                let mut expected = vec![0.0; length * features * lanes];
                for (head, i, lane) in (0..heads * length * lanes)
                    .map(|n| (n / length / lanes, n / lanes % length, n % lanes))
                {
                    let of_head = head * width..(head + 1) * width;
                    let weights = geometry.seen(i).map(|j| {
                        let products = of_head
                            .clone()
                            .map(|f| at(i, 0, f, lane) * at(j, 1, f, lane));
                        (products.sum::<f64>() / (width as f64).sqrt()).exp()
                    });
                    let weights: Vec<f64> = weights.collect();
                    for f in of_head {
                        let values = geometry.seen(i).map(|j| at(j, 2, f, lane));
                        let sum: f64 = values.zip(&weights).map(|(v, w)| v * w).sum();
                        expected[(i * features + f) * lanes + lane] =
                            sum / weights.iter().sum::<f64>();
                    }
                }
                for isa in Isa::for_tests() {
                    let unit = features * lanes;
                    let run = |from: usize| {
                        let mut mixed = vec![T::ZERO; (length - from) * unit];
                        let mut kept = vec![T::ZERO; 2 * (length - from) * heads * lanes];
                        let mut row = vec![T::ZERO; geometry.span * lanes];
                        forward(
                            isa,
                            lanes,
                            geometry,
                            None,
                            from..length,
                            &qkv[3 * from * unit..],
                            &qkv,
                            &mut mixed,
                            &mut kept,
                            &mut row,
                        );
                        mixed
                    };
                    let all = run(0);
                    // An error of a score is one of its exponential, which is in both sums.
                    assert_close(&all, &expected, 8 * (length + width));
                    assert_eq!(run(length / 2), all[length / 2 * unit..]);
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
