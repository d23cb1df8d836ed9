use super::per_channel::{Named, PerChannel, Trained};
use crate::Scalar;

/// `x + sin²(α·x)/α` with a trained frequency `α`, an activation for periodic functions (Ziyin, Hartwig & Ueda 2020,
/// arXiv:2006.08195).
///
/// Shapes: `x: S`, `y: S`, `α: [N]`: one frequency for each channel (`N` is the first dimension of `S`) or one for
/// everything (`N` = 1).
/// Backward, with `s = sin(α·x)` and `c = cos(α·x)`: `dx = (1 + 2·s·c)·dy`, `dα += Σ s/α·(2·x·c − s/α)·dy` over
/// everything that has this `α`; keeps `x`. Init: 1 unless the layer says otherwise.
/// For `α = 0` it is `x`, the limit, and `α` stays 0. Errors of sine and cosine: see [`Scalar`].
///
/// PyTorch has no such layer; the tensor is called `alpha`, as in the programs that came with papers.
pub type Snake<S, const N: usize> = PerChannel<Function, S, N>;

/// `x + sin²(a·x)/a`
#[derive(Clone, Copy, Debug)]
pub struct Function;

impl Named for Function {
    const TENSOR: &'static str = "alpha";
    const INIT: f64 = 1.0;
}

impl<T: Scalar> Trained<T> for Function {
    #[inline(always)]
    fn value(x: T, a: T) -> T {
        let (sine, _) = (a * x).sin_cos();
        x + sine * (sine * inverse(a))
    }
    #[inline(always)]
    fn derivatives(x: T, a: T) -> [T; 2] {
        let (sine, cosine) = (a * x).sin_cos();
        let quotient = sine * inverse(a);
        let two = T::ONE + T::ONE;
        [
            T::ONE + two * sine * cosine,
            quotient * (two * x * cosine - quotient),
        ]
    }
}

/// `1/a`, and 0 for 0, where the sine is 0 as well.
#[inline(always)]
fn inverse<T: Scalar>(a: T) -> T {
    if a == T::ZERO { T::ZERO } else { T::ONE / a }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass};

    #[test]
    fn gradients_with_one_frequency_and_with_one_a_channel() {
        check_layer(Snake::<[f64; 6], 1>::default());
        check_layer(Snake::<[f64; 21], 21>::default());
        check_layer(Snake::<[[[f64; 3]; 3]; 4], 1>::new(2.5));
        check_layer(Snake::<[[[f64; 5]; 4]; 3], 3>::new(-0.7));
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(Snake::<[[f32; 3]; 4], 4>::default(), 0.0);
        check_lanes::<f32, _>(Snake::<[f32; 19], 19>::default(), 0.0);
    }

    #[test]
    fn no_frequency_is_the_identity() {
        let layer = Snake::<[f32; 3], 1>::default();
        let run = pass::<f32, _, f32>(&layer, &[0.0], &[-2.0, 0.0, 3.0], &[1.0, 2.0, 4.0]);
        assert_eq!(run.outputs, [-2.0, 0.0, 3.0]);
        assert_eq!(run.d_inputs, [1.0, 2.0, 4.0]);
        assert_eq!(run.gradients, [0.0]);
    }

    #[test]
    fn large_numbers_stay_finite() {
        let layer = Snake::<[f32; 4], 4>::default();
        let x = [1e9, -1e20, 1e-30, f32::MAX / 4.0];
        let run = pass::<f32, _, f32>(&layer, &[1.0, 30.0, 1e-20, 8.0], &x, &[1.0; 4]);
        assert_eq!(run.outputs, x);
        assert!(run.d_inputs.iter().all(|dx| dx.is_finite()));
        assert!(run.gradients.iter().all(|da| da.is_finite()));
    }
}
