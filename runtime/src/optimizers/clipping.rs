//! Gradients made smaller before a step.

use crate::network::Parameters;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

/// Scales gradients so that their norm over all parameters is at most `max_norm`, PyTorch's `clip_grad_norm_`; returns the
/// norm before: `g ← g·min(1, max_norm/(‖g‖ + 10⁻⁶))`.
///
/// The norm is added up in `f64`, in an order that does not depend on the instruction set. Where it is infinite or NaN,
/// the gradients become NaN or zero and NaN, as in PyTorch: look at what is returned before the step.
///
/// ```
/// use chainrule::{optimizers::clip_grad_norm, prelude::*};
///
/// network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
///
/// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
/// let (mut workspace, mut adam) = (Net::workspace(), Adam::new(&net));
/// net.backpropagate(&[[0.0, 1.0]], &[[100.0]], &MseLoss::default(), &mut workspace)?;
/// let norm = clip_grad_norm(workspace.gradients_mut(), 1.0);
/// assert!(norm > 1.0);
/// adam.step(&mut net, workspace.gradients());
/// # Ok::<(), BackpropagateError>(())
/// ```
///
/// # Panics
/// If `max_norm` is negative or NaN.
#[track_caller]
pub fn clip_grad_norm<P: Parameters>(gradients: &mut P, max_norm: f64) -> f64 {
    assert!(
        max_norm >= 0.0,
        "the max_norm is {max_norm}, but must not be negative"
    );
    let norm = grad_norm(gradients);
    let factor = max_norm / (norm + 1e-6);
    // So written, a norm of NaN shows.
    let factor = if factor >= 1.0 { 1.0 } else { factor };
    if factor != 1.0 {
        scale(
            Isa::detect(),
            gradients.parameters_mut(),
            P::Scalar::from_f64(factor),
        );
    }
    norm
}

/// Limits every gradient to ±`max`, PyTorch's `clip_grad_value_`. NaN stays.
///
/// # Panics
/// If `max` is negative or NaN.
#[track_caller]
pub fn clip_grad_value<P: Parameters>(gradients: &mut P, max: f64) {
    assert!(max >= 0.0, "the max is {max}, but must not be negative");
    limit(
        Isa::detect(),
        gradients.parameters_mut(),
        P::Scalar::from_f64(max),
    );
}

/// The Euclidean norm of gradients (or weights) over all parameters, `√Σg²`, added up in `f64`.
pub fn grad_norm<P: Parameters>(gradients: &P) -> f64 {
    let mut sum = 0.0;
    squares(Isa::detect(), gradients.parameters(), &mut sum);
    Scalar::sqrt(sum)
}

/// Sums beside each other, in whose order vectors and single scalars add the same.
const SUMS: usize = 16;

kernel! {
    Squares: pub(crate) fn squares<T, FMA, TILE>(g: &[T], sum: &mut f64) {
        let mut sums = [0.0; SUMS];
        let (chunks, rest) = g.as_chunks::<SUMS>();
        for chunk in chunks {
            for (sum, g) in sums.iter_mut().zip(chunk) {
                *sum += g.to_f64() * g.to_f64();
            }
        }
        for (sum, g) in sums.iter_mut().zip(rest) {
            *sum += g.to_f64() * g.to_f64();
        }
        *sum = sums.iter().sum();
    }
}

kernel! {
    Scale: pub(crate) fn scale<T, FMA, TILE>(g: &mut [T], factor: T) {
        for g in g {
            *g *= factor;
        }
    }
}

kernel! {
    Limit: pub(crate) fn limit<T, FMA, TILE>(g: &mut [T], max: T) {
        for g in g {
            // So written, NaN stays NaN.
            let below = if *g > max { max } else { *g };
            *g = if below < T::ZERO - max { T::ZERO - max } else { below };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruction_sets_give_the_same_bits() {
        for len in [0, 1, 13, 16, 100] {
            let g: [f32; 100] = core::array::from_fn(|i| 1.0 / (i as f32 - 7.3));
            let run = |isa| {
                let (mut sum, mut scaled, mut limited) = (0.0, g, g);
                squares(isa, &g[..len], &mut sum);
                scale(isa, &mut scaled[..len], 0.3);
                limit(isa, &mut limited[..len], 0.2);
                (sum, scaled, limited)
            };
            assert_eq!(run(Isa::BASELINE), run(Isa::detect()));
        }
    }
}
