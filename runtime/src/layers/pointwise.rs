use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::{Isa, Work};
use crate::{Element, Scalar};
use core::marker::PhantomData;

/// A function of one number with its derivative: what [`Pointwise`] makes a layer of.
///
/// The built-in ones are in [`activations`](super::activations); your own is one more implementation.
///
/// ```
/// use chainrule::Scalar;
/// use chainrule::layers::{Activation, Pointwise};
///
/// /// `x²`
/// #[derive(Clone, Copy)]
/// struct Square;
///
/// impl<T: Scalar> Activation<T> for Square {
///     fn value(&self, x: T) -> T {
///         x * x
///     }
///     fn derivative(&self, x: T, _y: T) -> T {
///         x + x
///     }
/// }
///
/// let layer: Pointwise<Square, [f32; 8]> = Pointwise::new(Square);
/// # let _ = layer;
/// ```
pub trait Activation<T: Scalar>: Copy + Send + Sync + 'static {
    /// Whether [`derivative`](Activation::derivative) needs only `y`. Then the layer works in place: its input need
    /// not be kept.
    const FROM_OUTPUT: bool = false;

    /// `f(x)`
    fn value(&self, x: T) -> T;
    /// `f′(x)`, given `x` and `y = f(x)`. With [`FROM_OUTPUT`](Activation::FROM_OUTPUT) `x` must not be used; it is
    /// then `y` as well.
    fn derivative(&self, x: T, y: T) -> T;
}

/// An activation applied to every element of a sample of shape `S`: `y = f(x)`, `dx = f′(x)·dy`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pointwise<A, S> {
    pub(crate) function: A,
    shape: PhantomData<fn() -> S>,
}

impl<A, S: Shape> Pointwise<A, S> {
    /// The layer of `function`.
    pub const fn new(function: A) -> Self {
        Self {
            function,
            shape: PhantomData,
        }
    }

    /// `x ← f(x)` in place, for inference and for activations whose derivative needs only the output.
    #[doc(hidden)]
    #[inline(always)]
    pub fn apply<E: Element<S::Scalar>>(&self, isa: Isa, x: &mut [S::Of<E>])
    where
        A: Activation<S::Scalar>,
    {
        isa.run_for::<S::Scalar, E, _>(Apply {
            function: self.function,
            x: E::scalars_mut(S::flat_mut(x)),
        });
    }

    /// `dy ← f′·dy` in place, from the output alone.
    #[doc(hidden)]
    #[inline(always)]
    pub fn apply_backward<E: Element<S::Scalar>>(
        &self,
        isa: Isa,
        y: &[S::Of<E>],
        dy: &mut [S::Of<E>],
    ) where
        A: Activation<S::Scalar>,
    {
        const {
            assert!(
                A::FROM_OUTPUT,
                "the derivative of this activation needs its input, so it does not work in place"
            )
        }
        let (y, dy) = (E::scalars(S::flat(y)), E::scalars_mut(S::flat_mut(dy)));
        isa.run_for::<S::Scalar, E, _>(ApplyDerivative {
            function: self.function,
            y,
            dy,
        });
    }
}

impl<T: Scalar, A: Activation<T>, S: Shape<Scalar = T>> Layer<T> for Pointwise<A, S> {
    type Input = S;
    type Output = S;
    type Parameters = ();
    type Buffers = ();

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut S::Of<E>,
    ) {
        let x = E::scalars(S::flat(core::slice::from_ref(input)));
        let y = E::scalars_mut(S::flat_mut(core::slice::from_mut(output)));
        cx.isa.run_for::<T, E, _>(Value {
            function: self.function,
            x,
            y,
        });
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &S::Of<E>,
        output: &S::Of<E>,
        d_output: &S::Of<E>,
        d_input: &mut S::Of<E>,
    ) {
        cx.isa.run_for::<T, E, _>(Derivative {
            function: self.function,
            x: E::scalars(S::flat(core::slice::from_ref(input))),
            y: E::scalars(S::flat(core::slice::from_ref(output))),
            dy: E::scalars(S::flat(core::slice::from_ref(d_output))),
            dx: E::scalars_mut(S::flat_mut(core::slice::from_mut(d_input))),
        });
    }
}

struct Apply<'a, A, T> {
    function: A,
    x: &'a mut [T],
}

impl<T: Scalar, A: Activation<T>> Work for Apply<'_, A, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for x in self.x {
            *x = self.function.value(*x);
        }
    }
}

struct ApplyDerivative<'a, A, T> {
    function: A,
    y: &'a [T],
    dy: &'a mut [T],
}

impl<T: Scalar, A: Activation<T>> Work for ApplyDerivative<'_, A, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (&y, dy) in self.y.iter().zip(self.dy) {
            *dy *= self.function.derivative(y, y);
        }
    }
}

struct Value<'a, A, T> {
    function: A,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar, A: Activation<T>> Work for Value<'_, A, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (&x, y) in self.x.iter().zip(self.y) {
            *y = self.function.value(x);
        }
    }
}

struct Derivative<'a, A, T> {
    function: A,
    x: &'a [T],
    y: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar, A: Activation<T>> Work for Derivative<'_, A, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (((&x, &y), &dy), dx) in self.x.iter().zip(self.y).zip(self.dy).zip(self.dx) {
            *dx = self.function.derivative(x, y) * dy;
        }
    }
}
