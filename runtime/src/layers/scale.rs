use super::per_channel::{Named, PerChannel, Trained};
use crate::Scalar;

/// `a·x` with a trained factor `a`, for one thing or each channel: what weighs a branch of a block.
///
/// Shapes: `x: S`, `y: S`, `a: [N]`: one factor for everything (`N` = 1) or one for each channel (`N` is the first
/// dimension of `S`).
/// Backward: `da += Σ x·dy` over everything that `a` scales, `dx = a·dy`; keeps `x`. Init: 1 unless the layer says
/// otherwise.
///
/// PyTorch has no such layer; with a small `init` it is the LayerScale of Touvron et al. 2021 (arXiv:2103.17239).
pub type Scale<S, const N: usize> = PerChannel<Function, S, N>;

/// `a·x`
#[derive(Clone, Copy, Debug)]
pub struct Function;

impl Named for Function {
    const TENSOR: &'static str = "weight";
    const INIT: f64 = 1.0;
}

impl<T: Scalar> Trained<T> for Function {
    #[inline(always)]
    fn value(x: T, a: T) -> T {
        a * x
    }
    #[inline(always)]
    fn derivatives(x: T, a: T) -> [T; 2] {
        [a, x]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass};

    #[test]
    fn gradients_with_one_factor_and_with_one_a_channel() {
        check_layer(Scale::<[f64; 6], 1>::default());
        check_layer(Scale::<[f64; 21], 21>::default());
        check_layer(Scale::<[[[f64; 3]; 3]; 4], 1>::default());
        check_layer(Scale::<[[[f64; 5]; 4]; 3], 3>::new(-0.5));
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(Scale::<[[f32; 3]; 4], 4>::default(), 0.0);
    }

    #[test]
    fn the_gradient_of_a_factor_is_summed_over_everything_it_scales() {
        let layer = Scale::<[[f32; 2]; 2], 2>::default();
        let x = [-1.0, 2.0, 0.0, -3.0];
        let run = pass::<f32, _, f32>(&layer, &[0.25, 0.5], &x, &[1.0, 1.0, 2.0, 4.0]);
        assert_eq!(run.outputs, [-0.25, 0.5, 0.0, -1.5]);
        assert_eq!(run.d_inputs, [0.25, 0.25, 1.0, 2.0]);
        assert_eq!(run.gradients, [1.0, -12.0]);
    }
}
