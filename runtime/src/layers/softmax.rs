use super::axis::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Work;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// Probabilities along a dimension: `y_i = e^(x_i) / Σ_j e^(x_j)`, PyTorch's `nn.Softmax`.
///
/// Shapes: `x: S`, `y: S`. Backward: `dx = y ⊙ (dy − Σ y·dy)`; keeps `y`.
/// The largest `x` is subtracted first, so nothing overflows.
///
/// For training as a classifier leave it out and use [`CrossEntropyLoss`](crate::losses::CrossEntropyLoss), which
/// contains it.
#[derive(Clone, Copy, Debug)]
pub struct Softmax<S> {
    axis: Axis,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape> Softmax<S> {
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

impl<T: Scalar, S: Shape<Scalar = T>> Layer<T> for Softmax<S> {
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
                for (&x, y) in axis.line(x, i).zip(axis.line_mut(y, i)) {
                    *y = (x - max).map(T::exp);
                    sum += *y;
                }
                for y in axis.line_mut(y, i) {
                    *y = *y / sum;
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
                let mut mean = E::splat(T::ZERO);
                for (&y, &dy) in axis.line(y, i).zip(axis.line(dy, i)) {
                    mean += y * dy;
                }
                let pairs = axis.line(y, i).zip(axis.line(dy, i));
                for ((&y, &dy), dx) in pairs.zip(axis.line_mut(dx, i)) {
                    *dx = y * (dy - mean);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass, uniform};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn gradients() {
        check_layer(Softmax::<[f64; 7]>::new(0));
        check_layer(Softmax::<[[[f64; 2]; 3]; 4]>::new(0));
        check_layer(Softmax::<[[[f64; 2]; 3]; 4]>::new(1));
        check_layer(Softmax::<[[[f64; 2]; 3]; 4]>::new(2));
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(Softmax::<[f32; 10]>::new(0), 0.0);
        check_lanes::<f32, _>(Softmax::<[[f32; 3]; 4]>::new(0), 0.0);
    }

    #[test]
    fn adds_up_to_one_and_ignores_a_shift() {
        let layer = Softmax::<[[f32; 4]; 6]>::new(1);
        let x = uniform::<f32>(&mut StdRng::seed_from_u64(1), 24, 8.0);
        // Multiples of 1/8: the shift is exact.
        let x: std::vec::Vec<f32> = x.iter().map(|x| (x * 8.0).round() / 8.0).collect();
        let shifted: std::vec::Vec<f32> = x.iter().map(|x| x + 1024.0).collect();
        let y = pass::<f32, _, f32>(&layer, &(), &x, &[0.0; 24]).outputs;
        for line in y.chunks(4) {
            assert!((line.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{line:?}");
        }
        assert_eq!(
            pass::<f32, _, f32>(&layer, &(), &shifted, &[0.0; 24]).outputs,
            y
        );
    }

    #[test]
    fn large_numbers_neither_overflow_nor_divide_by_zero() {
        let layer = Softmax::<[f32; 3]>::new(0);
        let y = pass::<f32, _, f32>(&layer, &(), &[1e4, -1e4, 1e4, 60.0, -60.0, 3e38], &[1.0; 6]);
        assert_eq!(y.outputs, [0.5, 0.0, 0.5, 0.0, 0.0, 1.0]);
        assert_eq!(y.d_inputs, [0.0; 6]);
    }
}
