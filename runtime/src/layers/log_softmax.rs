use super::axis::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Work;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// Log-probabilities along a dimension: `y_i = x_i − ln Σ_j e^(x_j)`, PyTorch's `nn.LogSoftmax`.
///
/// Shapes: `x: S`, `y: S`. Backward: `dx = dy − eʸ·Σ dy`; keeps `y`.
/// The largest `x` is subtracted first, so nothing overflows and no logarithm is taken of 0.
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax<S> {
    axis: Axis,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape> LogSoftmax<S> {
    /// Along the dimension `dim` of a sample, counted from 0; PyTorch counts the batch as well, so its `dim` is one
    /// higher.
    ///
    /// # Panics
    /// When the shape has no such dimension.
    #[inline(always)]
    pub const fn new(dim: usize) -> Self {
        Self {
            axis: Axis::new(S::DIMS, dim),
            shape: PhantomData,
        }
    }
}

impl<T: Scalar, S: Shape<Scalar = T>> Layer<T> for LogSoftmax<S> {
    type Input = S;
    type Output = S;
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut S::Of<E>,
    ) {
        cx.isa.run(Value {
            axis: self.axis,
            x: S::flat::<E>(slice::from_ref(input)),
            y: S::flat_mut::<E>(slice::from_mut(output)),
            scalar: PhantomData,
        });
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &S::Of<E>,
        output: &S::Of<E>,
        d_output: &S::Of<E>,
        d_input: &mut S::Of<E>,
    ) {
        if cx.input_gradient {
            cx.isa.run(Derivative {
                axis: self.axis,
                y: S::flat::<E>(slice::from_ref(output)),
                dy: S::flat::<E>(slice::from_ref(d_output)),
                dx: S::flat_mut::<E>(slice::from_mut(d_input)),
                scalar: PhantomData,
            });
        }
    }
}

struct Value<'a, T, E> {
    axis: Axis,
    x: &'a [E],
    y: &'a mut [E],
    scalar: PhantomData<T>,
}

impl<T: Scalar, E: Element<T>> Work for Value<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { axis, x, y, .. } = self;
        for (x, y) in axis.blocks(x).zip(axis.blocks_mut(y)) {
            for i in 0..axis.inner() {
                let max = axis.max(x, i);
                let mut sum = E::splat(T::ZERO);
                for &x in axis.line(x, i) {
                    sum += (x - max).map(T::exp);
                }
                let ln_sum = sum.map(T::ln);
                for (&x, y) in axis.line(x, i).zip(axis.line_mut(y, i)) {
                    *y = x - max - ln_sum;
                }
            }
        }
    }
}

struct Derivative<'a, T, E> {
    axis: Axis,
    y: &'a [E],
    dy: &'a [E],
    dx: &'a mut [E],
    scalar: PhantomData<T>,
}

impl<T: Scalar, E: Element<T>> Work for Derivative<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self {
            axis, y, dy, dx, ..
        } = self;
        let blocks = axis.blocks(y).zip(axis.blocks(dy));
        for ((y, dy), dx) in blocks.zip(axis.blocks_mut(dx)) {
            for i in 0..axis.inner() {
                let mut sum = E::splat(T::ZERO);
                for &dy in axis.line(dy, i) {
                    sum += dy;
                }
                let pairs = axis.line(y, i).zip(axis.line(dy, i));
                for ((&y, &dy), dx) in pairs.zip(axis.line_mut(dx, i)) {
                    *dx = dy - y.map(T::exp) * sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{assert_close, check_lanes, check_layer, pass, uniform};
    use crate::layers::Softmax;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn gradients() {
        check_layer(LogSoftmax::<[f64; 7]>::new(0));
        check_layer(LogSoftmax::<[[f64; 3]; 4]>::new(0));
        check_layer(LogSoftmax::<[[f64; 3]; 4]>::new(1));
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(LogSoftmax::<[f32; 10]>::new(0), 0.0);
        check_lanes::<f32, _>(LogSoftmax::<[[f32; 3]; 4]>::new(0), 0.0);
    }

    #[test]
    fn is_the_logarithm_of_softmax() {
        let x = uniform::<f64>(&mut StdRng::seed_from_u64(1), 60, 8.0);
        let log = pass::<f64, _, f64>(&LogSoftmax::<[[f64; 5]; 4]>::new(0), &(), &x, &[0.0; 60]);
        let plain = pass::<f64, _, f64>(&Softmax::<[[f64; 5]; 4]>::new(0), &(), &x, &[0.0; 60]);
        let exp: std::vec::Vec<f64> = log.outputs.iter().map(|y| y.exp()).collect();
        assert_close("probabilities", &exp, &plain.outputs, 1e-14);
    }

    #[test]
    fn large_numbers_stay_finite() {
        let layer = LogSoftmax::<[f32; 3]>::new(0);
        let y = pass::<f32, _, f32>(&layer, &(), &[1e4, -1e4, 0.0, 60.0, -60.0, 0.0], &[1.0; 6]);
        assert_eq!(y.outputs, [0.0, -2e4, -1e4, 0.0, -120.0, -60.0]);
    }
}
