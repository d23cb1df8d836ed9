use super::axis::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Work;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// A function of two numbers with its derivatives: what [`Gated`] makes a layer of.
pub trait Gate<T: Scalar>: Copy + Send + Sync + 'static {
    /// `f(a, b)`
    fn value(&self, a: T, b: T) -> T;
    /// `∂f/∂a` and `∂f/∂b`
    fn derivatives(&self, a: T, b: T) -> [T; 2];
}

/// `a·σ(b)`, PyTorch's `nn.GLU` (Dauphin et al. 2017, arXiv:1612.08083).
///
/// Derivatives: `σ(b)` and `a·σ(b)·(1 − σ(b))`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Glu;

impl<T: Scalar> Gate<T> for Glu {
    #[inline(always)]
    fn value(&self, a: T, b: T) -> T {
        a * b.sigmoid()
    }
    #[inline(always)]
    fn derivatives(&self, a: T, b: T) -> [T; 2] {
        let gate = b.sigmoid();
        [gate, a * (gate * (T::ONE - gate))]
    }
}

/// `silu(a)·b = a·σ(a)·b`, what stands between the two matrices of a SwiGLU (Shazeer 2020, arXiv:2002.05202).
///
/// Derivatives: `b·σ(a)·(1 + a·(1 − σ(a)))` and `a·σ(a)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SwiGlu;

impl<T: Scalar> Gate<T> for SwiGlu {
    #[inline(always)]
    fn value(&self, a: T, b: T) -> T {
        a * a.sigmoid() * b
    }
    #[inline(always)]
    fn derivatives(&self, a: T, b: T) -> [T; 2] {
        let gate = a.sigmoid();
        let slope = gate * (T::ONE + a * (T::ONE - gate));
        [b * slope, a * gate]
    }
}

/// A [`Gate`] between the two halves of a dimension: [`Glu`] or [`SwiGlu`].
///
/// Shapes: `x: FROM`, `y: TO`, which is half as long in that dimension; `a` is the first half, `b` the second.
/// Backward: `da = ∂f/∂a·dy`, `db = ∂f/∂b·dy`; keeps `x`.
#[derive(Clone, Copy, Debug)]
pub struct Gated<F, FROM, TO> {
    function: F,
    axis: Axis,
    shape: PhantomData<fn() -> (FROM, TO)>,
}

impl<F, FROM: Shape, TO: Shape<Scalar = FROM::Scalar>> Gated<F, FROM, TO> {
    /// Halves the dimension `dim` of a sample, counted from 0; PyTorch counts the batch as well, so its `dim` is one
    /// higher.
    ///
    /// # Panics
    /// When the shape has no such dimension. While compiling, where `TO` is not half as long as `FROM`.
    #[inline(always)]
    pub const fn new(function: F, dim: usize) -> Self {
        const {
            assert!(
                2 * TO::LEN == FROM::LEN,
                "a gate between two halves puts out one half"
            )
        }
        Self {
            function,
            axis: Axis::new(FROM::DIMS, dim),
            shape: PhantomData,
        }
    }
}

impl<T, F, FROM, TO> Layer<T> for Gated<F, FROM, TO>
where
    T: Scalar,
    F: Gate<T>,
    FROM: Shape<Scalar = T>,
    TO: Shape<Scalar = T>,
{
    type Input = FROM;
    type Output = TO;
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &FROM::Of<E>,
        output: &mut TO::Of<E>,
    ) {
        cx.isa.run(Value {
            function: self.function,
            half: self.axis.block() / 2 * E::LANES,
            x: E::scalars(FROM::flat(slice::from_ref(input))),
            y: E::scalars_mut(TO::flat_mut(slice::from_mut(output))),
        });
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &FROM::Of<E>,
        _output: &TO::Of<E>,
        d_output: &TO::Of<E>,
        d_input: &mut FROM::Of<E>,
    ) {
        if cx.input_gradient {
            cx.isa.run(Derivative {
                function: self.function,
                half: self.axis.block() / 2 * E::LANES,
                x: E::scalars(FROM::flat(slice::from_ref(input))),
                dy: E::scalars(TO::flat(slice::from_ref(d_output))),
                dx: E::scalars_mut(FROM::flat_mut(slice::from_mut(d_input))),
            });
        }
    }
}

struct Value<'a, F, T> {
    function: F,
    /// Scalars of a half.
    half: usize,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar, F: Gate<T>> Work for Value<'_, F, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let half = self.half.max(1);
        let blocks = self.x.chunks_exact((2 * half).max(1));
        for (x, y) in blocks.zip(self.y.chunks_exact_mut(half)) {
            let (a, b) = x.split_at_checked(half).unwrap_or_default();
            for ((&a, &b), y) in a.iter().zip(b).zip(y) {
                *y = self.function.value(a, b);
            }
        }
    }
}

struct Derivative<'a, F, T> {
    function: F,
    /// Scalars of a half.
    half: usize,
    x: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar, F: Gate<T>> Work for Derivative<'_, F, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let half = self.half.max(1);
        let blocks = self
            .x
            .chunks_exact((2 * half).max(1))
            .zip(self.dx.chunks_exact_mut((2 * half).max(1)));
        for ((x, dx), dy) in blocks.zip(self.dy.chunks_exact(half)) {
            let ((a, b), (da, db)) = (
                x.split_at_checked(half).unwrap_or_default(),
                dx.split_at_mut_checked(half).unwrap_or_default(),
            );
            let derivatives = da.iter_mut().zip(db);
            for (((&a, &b), &dy), (da, db)) in a.iter().zip(b).zip(dy).zip(derivatives) {
                let [by_a, by_b] = self.function.derivatives(a, b);
                *da = by_a * dy;
                *db = by_b * dy;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass};

    #[test]
    fn gradients() {
        check_layer(Gated::<Glu, [f64; 8], [f64; 4]>::new(Glu, 0));
        check_layer(Gated::<SwiGlu, [f64; 38], [f64; 19]>::new(SwiGlu, 0));
        check_layer(Gated::<Glu, [[[f64; 2]; 3]; 4], [[[f64; 2]; 3]; 2]>::new(
            Glu, 0,
        ));
        check_layer(Gated::<SwiGlu, [[[f64; 3]; 2]; 3], [[[f64; 3]; 1]; 3]>::new(SwiGlu, 1));
        check_layer(Gated::<Glu, [[f64; 6]; 3], [[f64; 3]; 3]>::new(Glu, 1));
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(Gated::<Glu, [f32; 34], [f32; 17]>::new(Glu, 0), 0.0);
        let layer = Gated::<SwiGlu, [[f32; 6]; 3], [[f32; 3]; 3]>::new(SwiGlu, 1);
        check_lanes::<f32, _>(layer, 0.0);
    }

    #[test]
    fn the_first_half_is_the_value_of_one_and_the_gate_of_the_other() {
        let x = [5.0, -3.0, 0.0, 200.0];
        let glu = Gated::<_, [f32; 4], [f32; 2]>::new(Glu, 0);
        let run = pass::<f32, _, f32>(&glu, &(), &x, &[1.0; 2]);
        assert_eq!(run.outputs, [2.5, -3.0]);
        let swi_glu = Gated::<_, [f32; 4], [f32; 2]>::new(SwiGlu, 0);
        let x = [200.0, 0.0, -3.0, 7.0];
        let run = pass::<f32, _, f32>(&swi_glu, &(), &x, &[1.0; 2]);
        assert_eq!(run.outputs, [-600.0, 0.0]);
    }
}
