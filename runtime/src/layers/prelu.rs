use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Work;
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;
use rand::Rng;

/// `x` for `x > 0`, else `a·x` with a trained slope `a`; PyTorch's `nn.PReLU` (He et al. 2015, arXiv:1502.01852).
///
/// Shapes: `x: S`, `y: S`, `a: [N]`: one slope for everything (`N` = 1) or one for each channel (`N` is the first
/// dimension of `S`).
/// Backward, where `x ≤ 0`: `da += Σ x·dy` over everything that `a` scales, `dx = a·dy`; elsewhere `dx = dy`; keeps
/// `x`. Init: 0.25 unless the layer says otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Prelu<S, const N: usize> {
    /// What every slope starts as; PyTorch's default is 0.25.
    pub init: f64,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape, const N: usize> Prelu<S, N> {
    /// Slopes that start as `init`.
    pub const fn new(init: f64) -> Self {
        const {
            assert!(
                N == 1 || (!S::DIMS.is_empty() && N == S::DIMS[0]),
                "Prelu has one slope, or one for each index of the first dimension"
            )
        }
        Self {
            init,
            shape: PhantomData,
        }
    }
}

impl<S: Shape, const N: usize> Default for Prelu<S, N> {
    fn default() -> Self {
        Self::new(0.25)
    }
}

/// The elements that share a slope.
const fn per_slope<S: Shape, const N: usize>() -> usize {
    if S::LEN < N || N == 0 { 1 } else { S::LEN / N }
}

impl<T: Scalar, S: Shape<Scalar = T>, const N: usize> Layer<T> for Prelu<S, N> {
    type Input = S;
    type Output = S;
    type Parameters = [T; N];
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[Tensor::new("weight", &[N])];

    fn init<R: Rng + ?Sized>(&self, slopes: &mut [T; N], _: &mut (), _: &mut R) {
        slopes.fill(T::from_f64(self.init));
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut S::Of<E>,
    ) {
        cx.isa.run(Value {
            channel: per_slope::<S, N>() * E::LANES,
            slopes: cx.parameters,
            x: E::scalars(S::flat(slice::from_ref(input))),
            y: E::scalars_mut(S::flat_mut(slice::from_mut(output))),
        });
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
        cx.isa.run(Derivative {
            channel: per_slope::<S, N>(),
            slopes: cx.parameters,
            d_slopes: cx.gradients,
            x: S::flat::<E>(slice::from_ref(input)),
            dy: S::flat::<E>(slice::from_ref(d_output)),
            dx: S::flat_mut::<E>(slice::from_mut(d_input)),
        });
    }
}

struct Value<'a, T> {
    /// Scalars that share a slope.
    channel: usize,
    slopes: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Work for Value<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let channel = self.channel.max(1);
        let channels = self
            .x
            .chunks_exact(channel)
            .zip(self.y.chunks_exact_mut(channel));
        for ((x, y), &slope) in channels.zip(self.slopes) {
            for (&x, y) in x.iter().zip(y) {
                *y = if x > T::ZERO { x } else { slope * x };
            }
        }
    }
}

struct Derivative<'a, T, E> {
    /// Elements that share a slope.
    channel: usize,
    slopes: &'a [T],
    d_slopes: &'a mut [T],
    x: &'a [E],
    dy: &'a [E],
    dx: &'a mut [E],
}

impl<T: Scalar, E: Element<T>> Work for Derivative<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let channel = self.channel.max(1);
        let channels = self
            .x
            .chunks_exact(channel)
            .zip(self.dy.chunks_exact(channel))
            .zip(self.dx.chunks_exact_mut(channel));
        let slopes = self.slopes.iter().zip(self.d_slopes);
        for (((x, dy), dx), (&slope, d_slope)) in channels.zip(slopes) {
            let mut sum = E::splat(T::ZERO);
            for ((&x, &dy), dx) in x.iter().zip(dy).zip(dx) {
                sum += x.zip(dy, |x, dy| if x > T::ZERO { T::ZERO } else { x * dy });
                *dx = x.zip(dy, |x, dy| if x > T::ZERO { dy } else { slope * dy });
            }
            *d_slope += sum.sum();
        }
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
