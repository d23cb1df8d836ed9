use super::per_channel::{Named, PerChannel, Trained};
use crate::Scalar;

/// `x` for `x > 0`, else `a·x` with a trained slope `a`; PyTorch's `nn.PReLU` (He et al. 2015, arXiv:1502.01852).
///
/// Shapes: `x: S`, `y: S`, `a: [N]`: one slope for everything (`N` = 1) or one for each channel (`N` is the first
/// dimension of `S`).
/// Backward, where `x ≤ 0`: `da += Σ x·dy` over everything that `a` scales, `dx = a·dy`; elsewhere `dx = dy`; keeps
/// `x`. Init: 0.25 unless the layer says otherwise.
pub type Prelu<S, const N: usize> = PerChannel<Function, S, N>;

/// `x` for `x > 0`, else `a·x`
#[derive(Clone, Copy, Debug)]
pub struct Function;

impl Named for Function {
    const TENSOR: &'static str = "weight";
    const INIT: f64 = 0.25;
}

impl<T: Scalar> Trained<T> for Function {
    #[inline(always)]
    fn value(x: T, a: T) -> T {
        if x > T::ZERO { x } else { a * x }
    }
    #[inline(always)]
    fn derivatives(x: T, a: T) -> [T; 2] {
        // Two conditions by one comparison would become branches.
        [if x > T::ZERO { T::ONE } else { a }, x.min(T::ZERO)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass};

    #[test]
    fn gradients_with_one_slope_and_with_one_a_channel() {
        check_layer(Prelu::<[f64; 6], 1>::default());
        check_layer(Prelu::<[f64; 6], 6>::default());
        check_layer(Prelu::<[[[f64; 2]; 3]; 4], 1>::default());
        check_layer(Prelu::<[[[f64; 2]; 3]; 4], 4>::new(-0.5));
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(Prelu::<[[f32; 3]; 4], 4>::default(), 0.0);
    }

    #[test]
    fn the_gradient_of_a_slope_is_summed_over_everything_it_scales() {
        let layer = Prelu::<[[f32; 2]; 2], 2>::default();
        let x = [-1.0, 2.0, 0.0, -3.0, 4.0, -5.0, -6.0, -7.0];
        let run = pass::<f32, _, f32>(&layer, &[0.25, 0.5], &x, &[1.0; 8]);
        assert_eq!(run.outputs, [-0.25, 2.0, 0.0, -1.5, 4.0, -1.25, -3.0, -3.5]);
        assert_eq!(run.d_inputs, [0.25, 1.0, 0.5, 0.5, 1.0, 0.25, 0.5, 0.5]);
        assert_eq!(run.gradients, [-6.0, -16.0]);
    }
}
