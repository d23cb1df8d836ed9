//! Layers of a function of one number and one trained value, which is the same for a channel or for everything.

use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Work;
use crate::tensor::Tensor;
use crate::{Element, LANES, Lanes, Scalar};
use core::marker::PhantomData;
use core::slice;
use rand::Rng;

/// What [`Prelu`](super::Prelu), [`Scale`](super::Scale) and [`Snake`](super::Snake) have in common: a function `F` of one
/// number and one trained value.
///
/// Shapes: `x: S`, `y: S`; one value for everything (`N` = 1) or one for each channel (`N` is the first dimension of
/// `S`).
#[derive(Clone, Copy, Debug)]
pub struct PerChannel<F, S, const N: usize> {
    /// What every value starts as; each layer has a default of its own.
    pub init: f64,
    kind: PhantomData<fn() -> (F, S)>,
}

impl<F, S: Shape, const N: usize> PerChannel<F, S, N> {
    /// Values that start as `init`.
    pub const fn new(init: f64) -> Self {
        const { check_values::<S, N>() }
        Self {
            init,
            kind: PhantomData,
        }
    }
}

impl<F: Named, S: Shape, const N: usize> Default for PerChannel<F, S, N> {
    fn default() -> Self {
        Self::new(F::INIT)
    }
}

/// What the trained value of a function is called, and starts as.
pub trait Named: Copy + Send + Sync + 'static {
    const TENSOR: &'static str;
    const INIT: f64;
}

/// `f(x, a)` with a trained `a`.
pub trait Trained<T: Scalar>: Named {
    /// `f(x, a)`
    fn value(x: T, a: T) -> T;
    /// `∂f/∂x` and `∂f/∂a`
    fn derivatives(x: T, a: T) -> [T; 2];
}

impl<T, F, S, const N: usize> Layer<T> for PerChannel<F, S, N>
where
    T: Scalar,
    F: Trained<T>,
    S: Shape<Scalar = T>,
{
    type Input = S;
    type Output = S;
    type Parameters = [T; N];
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[Tensor::new(F::TENSOR, &[N])];

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
        cx.isa.run(Value {
            function: PhantomData::<F>,
            channel: channel::<S, N>() * E::LANES,
            trained: cx.parameters,
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
            function: PhantomData::<F>,
            channel: channel::<S, N>() * E::LANES,
            trained: cx.parameters,
            gradients: cx.gradients,
            x: E::scalars(S::flat(slice::from_ref(input))),
            dy: E::scalars(S::flat(slice::from_ref(d_output))),
            dx: E::scalars_mut(S::flat_mut(slice::from_mut(d_input))),
        });
    }
}

/// That there is one value, or one for each index of the first dimension.
const fn check_values<S: Shape, const N: usize>() {
    assert!(
        N == 1 || (!S::DIMS.is_empty() && N == S::DIMS[0]),
        "there is one trained value, or one for each index of the first dimension"
    );
}

/// The elements that share a value.
const fn channel<S: Shape, const N: usize>() -> usize {
    if S::LEN < N || N == 0 { 1 } else { S::LEN / N }
}

struct Value<'a, F, T> {
    function: PhantomData<F>,
    /// Scalars that share a value.
    channel: usize,
    trained: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar, F: Trained<T>> Work for Value<'_, F, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        // One sample, and a value for each element.
        if self.channel == 1 {
            for ((&x, y), &a) in self.x.iter().zip(self.y).zip(self.trained) {
                *y = F::value(x, a);
            }
            return;
        }
        let channel = self.channel.max(1);
        let channels = self
            .x
            .chunks_exact(channel)
            .zip(self.y.chunks_exact_mut(channel));
        for ((x, y), &a) in channels.zip(self.trained) {
            for (&x, y) in x.iter().zip(y) {
                *y = F::value(x, a);
            }
        }
    }
}

struct Derivative<'a, F, T> {
    function: PhantomData<F>,
    /// Scalars that share a value.
    channel: usize,
    trained: &'a [T],
    gradients: &'a mut [T],
    x: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar, F: Trained<T>> Work for Derivative<'_, F, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { x, dy, dx, .. } = self;
        let trained = self.trained.iter().zip(self.gradients);
        // One sample, and a value for each element.
        if self.channel == 1 {
            for (((&x, &dy), dx), (&a, gradient)) in x.iter().zip(dy).zip(dx).zip(trained) {
                let [by_x, by_a] = F::derivatives(x, a);
                *dx = by_x * dy;
                *gradient += by_a * dy;
            }
            return;
        }
        let channel = self.channel.max(1);
        let channels = x
            .chunks_exact(channel)
            .zip(dy.chunks_exact(channel))
            .zip(dx.chunks_exact_mut(channel));
        for (((x, dy), dx), (&a, gradient)) in channels.zip(trained) {
            let (xs, x_rest) = x.as_chunks::<LANES>();
            let (dys, dy_rest) = dy.as_chunks();
            let (dxs, dx_rest) = dx.as_chunks_mut();
            let mut sums = Lanes([T::ZERO; LANES]);
            for ((x, dy), dx) in xs.iter().zip(dys).zip(dxs) {
                // In arrays: the compiler does not know that the slices lie apart.
                let mut by = [Lanes([T::ZERO; LANES]); 2];
                for l in 0..LANES {
                    [by[0].0[l], by[1].0[l]] = F::derivatives(x[l], a);
                }
                *dx = (by[0] * Lanes(*dy)).0;
                sums += by[1] * Lanes(*dy);
            }
            let mut sum = sums.sum();
            for ((&x, &dy), dx) in x_rest.iter().zip(dy_rest).zip(dx_rest) {
                let [by_x, by_a] = F::derivatives(x, a);
                *dx = by_x * dy;
                sum += by_a * dy;
            }
            *gradient += sum;
        }
    }
}
