use super::per_channel::{self, Trained, check_values};
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use rand::Rng;

/// `a·x` with a trained factor `a`, for one thing or each channel: what weighs a branch of a block.
///
/// Shapes: `x: S`, `y: S`, `a: [N]`: one factor for everything (`N` = 1) or one for each channel (`N` is the first
/// dimension of `S`).
/// Backward: `da += Σ x·dy` over everything that `a` scales, `dx = a·dy`; keeps `x`. Init: 1 unless the layer says
/// otherwise.
///
/// PyTorch has no such layer; with a small `init` it is the LayerScale of Touvron et al. 2021 (arXiv:2103.17239).
#[derive(Clone, Copy, Debug)]
pub struct Scale<S, const N: usize> {
    /// What every factor starts as; 1 by default.
    pub init: f64,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape, const N: usize> Scale<S, N> {
    /// Factors that start as `init`.
    pub const fn new(init: f64) -> Self {
        const { check_values::<S, N>() }
        Self {
            init,
            shape: PhantomData,
        }
    }
}

impl<S: Shape, const N: usize> Default for Scale<S, N> {
    fn default() -> Self {
        Self::new(1.0)
    }
}

/// `a·x`
#[derive(Clone, Copy)]
struct Function;

impl<T: Scalar> Trained<T> for Function {
    #[inline(always)]
    fn value(self, x: T, a: T) -> T {
        a * x
    }
    #[inline(always)]
    fn derivatives(self, x: T, a: T) -> [T; 2] {
        [a, x]
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const N: usize> Layer<T> for Scale<S, N> {
    type Input = S;
    type Output = S;
    type Parameters = [T; N];
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[Tensor::new("weight", &[N])];

    fn init<R: Rng + ?Sized>(&self, trained: &mut [T; N], _: &mut (), _: &mut R) {
        trained.fill(T::from_f64(self.init));
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut S::Of<E>,
    ) {
        per_channel::forward::<S, E, N>(cx.isa, Function, cx.parameters, input, output);
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &S::Of<E>,
        _output: &S::Of<E>,
        d_output: &S::Of<E>,
        d_input: &mut S::Of<E>,
    ) {
        let (trained, gradients) = (cx.parameters, cx.gradients);
        per_channel::backward::<S, E, N>(
            cx.isa, Function, trained, gradients, input, d_output, d_input,
        );
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
