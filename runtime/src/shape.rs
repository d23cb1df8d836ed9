//! Shapes as types: plain arrays at the border, lanes inside.

use crate::element::Element;
use crate::scalar::Scalar;
use bytemuck::Pod;

/// The shape of one sample: a plain array of scalars, row-major as in PyTorch.
///
/// `[f32; N]` is a vector, `[[f32; L]; C]` a sequence with `C` channels, `[[[f32; W]; H]; C]` an image.
/// The same shape filled with another element is [`Of`](Shape::Of): `<[f32; 3] as Shape>::Of<Lanes<f32>>` is
/// `[Lanes<f32>; 3]`, three features of a whole lane group. A layer written for `Of<E>` therefore serves one sample
/// and a batch with the same lines.
///
/// ```
/// use chainrule::Shape;
/// assert_eq!(<[[[f32; 5]; 4]; 3] as Shape>::LEN, 60);
/// assert_eq!(<[[[f32; 5]; 4]; 3] as Shape>::DIMS, &[3, 4, 5]);
/// ```
pub trait Shape: Pod + Send + Sync {
    /// The scalar at the bottom, `f32` or `f64`.
    type Scalar: Scalar;
    /// This shape with `E` in the place of the scalar.
    type Of<E: Element<Self::Scalar>>: Pod + Send + Sync;

    /// How many scalars.
    const LEN: usize;
    /// The sizes, outermost first.
    const DIMS: &'static [usize] = Self::DIMENSIONS.as_slice();
    #[doc(hidden)]
    const DIMENSIONS: Dimensions;

    /// All elements of several values as one slice.
    fn flat<E: Element<Self::Scalar>>(values: &[Self::Of<E>]) -> &[E];
    /// All elements of several values as one mutable slice.
    fn flat_mut<E: Element<Self::Scalar>>(values: &mut [Self::Of<E>]) -> &mut [E];
    /// As many values as `flat` has room for.
    fn values<E: Element<Self::Scalar>>(flat: &[E]) -> &[Self::Of<E>];
    /// As many mutable values as `flat` has room for.
    fn values_mut<E: Element<Self::Scalar>>(flat: &mut [E]) -> &mut [Self::Of<E>];
}

/// Up to eight sizes, in a form that `const` code can extend.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Dimensions {
    sizes: [usize; 8],
    rank: usize,
}

impl Dimensions {
    const SCALAR: Self = Self {
        sizes: [0; 8],
        rank: 0,
    };

    const fn prepend(self, size: usize) -> Self {
        assert!(self.rank < 8, "shapes have at most eight dimensions");
        let mut sizes = [0; 8];
        sizes[0] = size;
        let mut i = 0;
        while i < self.rank {
            sizes[i + 1] = self.sizes[i];
            i += 1;
        }
        Self {
            sizes,
            rank: self.rank + 1,
        }
    }

    /// One dimension.
    pub const fn flat(size: usize) -> Self {
        Self::SCALAR.prepend(size)
    }

    /// The sizes that are in use.
    pub const fn as_slice(&self) -> &[usize] {
        self.sizes.split_at(self.rank).0
    }
}

impl<T: Scalar> Shape for T {
    type Scalar = T;
    type Of<E: Element<T>> = E;
    const LEN: usize = 1;
    const DIMENSIONS: Dimensions = Dimensions::SCALAR;

    #[inline(always)]
    fn flat<E: Element<T>>(values: &[E]) -> &[E] {
        values
    }
    #[inline(always)]
    fn flat_mut<E: Element<T>>(values: &mut [E]) -> &mut [E] {
        values
    }
    #[inline(always)]
    fn values<E: Element<T>>(flat: &[E]) -> &[E] {
        flat
    }
    #[inline(always)]
    fn values_mut<E: Element<T>>(flat: &mut [E]) -> &mut [E] {
        flat
    }
}

impl<S: Shape, const N: usize> Shape for [S; N] {
    type Scalar = S::Scalar;
    type Of<E: Element<S::Scalar>> = [S::Of<E>; N];
    const LEN: usize = N * S::LEN;
    const DIMENSIONS: Dimensions = S::DIMENSIONS.prepend(N);

    #[inline(always)]
    fn flat<E: Element<S::Scalar>>(values: &[Self::Of<E>]) -> &[E] {
        S::flat(values.as_flattened())
    }
    #[inline(always)]
    fn flat_mut<E: Element<S::Scalar>>(values: &mut [Self::Of<E>]) -> &mut [E] {
        S::flat_mut(values.as_flattened_mut())
    }
    #[inline(always)]
    fn values<E: Element<S::Scalar>>(flat: &[E]) -> &[Self::Of<E>] {
        S::values(flat).as_chunks::<N>().0
    }
    #[inline(always)]
    fn values_mut<E: Element<S::Scalar>>(flat: &mut [E]) -> &mut [Self::Of<E>] {
        S::values_mut(flat).as_chunks_mut::<N>().0
    }
}

/// A sample of shape `S` in one of the forms users hold it: the array itself, a reference to it, or, for vectors,
/// nalgebra's `SVector`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sample of shape `{S}`",
    label = "expected `{S}`, a reference to it, or for a vector nalgebra's `SVector`"
)]
pub trait Sample<S: Shape>: Sync {
    /// The sample as a plain array.
    fn array(&self) -> &S;
}

impl<S: Shape, const N: usize> Sample<[S; N]> for [S; N] {
    #[inline(always)]
    fn array(&self) -> &[S; N] {
        self
    }
}

impl<S: Shape, X: Sample<S>> Sample<S> for &X {
    #[inline(always)]
    fn array(&self) -> &S {
        (*self).array()
    }
}

impl<T: Scalar, const N: usize> Sample<[T; N]> for nalgebra::SVector<T, N> {
    #[inline(always)]
    fn array(&self) -> &[T; N] {
        &self.data.0[0]
    }
}
