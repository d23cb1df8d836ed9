//! Functions of one number and one trained value, which is the same for a channel or for everything.

use crate::shape::Shape;
use crate::simd::{Isa, Work};
use crate::{Element, LANES, Lanes, Scalar};
use core::slice;

/// `f(x, a)` with a trained `a`.
pub(super) trait Trained<T: Scalar>: Copy {
    /// `f(x, a)`
    fn value(self, x: T, a: T) -> T;
    /// `∂f/∂x` and `∂f/∂a`
    fn derivatives(self, x: T, a: T) -> [T; 2];
}

/// That there is one value, or one for each index of the first dimension.
pub(super) const fn check_values<S: Shape, const N: usize>() {
    assert!(
        N == 1 || (!S::DIMS.is_empty() && N == S::DIMS[0]),
        "there is one trained value, or one for each index of the first dimension"
    );
}

/// The elements that share a value.
const fn channel<S: Shape, const N: usize>() -> usize {
    if S::LEN < N || N == 0 { 1 } else { S::LEN / N }
}

#[inline(always)]
pub(super) fn forward<S: Shape, E: Element<S::Scalar>, const N: usize>(
    isa: Isa,
    function: impl Trained<S::Scalar>,
    trained: &[S::Scalar; N],
    input: &S::Of<E>,
    output: &mut S::Of<E>,
) {
    isa.run(Value {
        function,
        channel: channel::<S, N>() * E::LANES,
        trained,
        x: E::scalars(S::flat(slice::from_ref(input))),
        y: E::scalars_mut(S::flat_mut(slice::from_mut(output))),
    });
}

#[inline(always)]
pub(super) fn backward<S: Shape, E: Element<S::Scalar>, const N: usize>(
    isa: Isa,
    function: impl Trained<S::Scalar>,
    trained: &[S::Scalar; N],
    gradients: &mut [S::Scalar; N],
    input: &S::Of<E>,
    d_output: &S::Of<E>,
    d_input: &mut S::Of<E>,
) {
    isa.run(Derivative {
        function,
        channel: channel::<S, N>() * E::LANES,
        trained,
        gradients,
        x: E::scalars(S::flat(slice::from_ref(input))),
        dy: E::scalars(S::flat(slice::from_ref(d_output))),
        dx: E::scalars_mut(S::flat_mut(slice::from_mut(d_input))),
    });
}

struct Value<'a, F, T> {
    function: F,
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
                *y = self.function.value(x, a);
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
                *y = self.function.value(x, a);
            }
        }
    }
}

struct Derivative<'a, F, T> {
    function: F,
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
        let Self {
            function,
            x,
            dy,
            dx,
            ..
        } = self;
        let trained = self.trained.iter().zip(self.gradients);
        // One sample, and a value for each element.
        if self.channel == 1 {
            for (((&x, &dy), dx), (&a, gradient)) in x.iter().zip(dy).zip(dx).zip(trained) {
                let [by_x, by_a] = function.derivatives(x, a);
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
                    [by[0].0[l], by[1].0[l]] = function.derivatives(x[l], a);
                }
                *dx = (by[0] * Lanes(*dy)).0;
                sums += by[1] * Lanes(*dy);
            }
            let mut sum = sums.sum();
            for ((&x, &dy), dx) in x_rest.iter().zip(dy_rest).zip(dx_rest) {
                let [by_x, by_a] = function.derivatives(x, a);
                *dx = by_x * dy;
                sum += by_a * dy;
            }
            *gradient += sum;
        }
    }
}
