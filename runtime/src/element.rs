//! What an activation is made of: one scalar, or the same feature of a whole lane group.

use crate::scalar::Scalar;
use bytemuck::{Pod, Zeroable};
use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};
use core::slice;

/// Samples in one lane group: the batch lies in the SIMD lanes, sixteen samples at a time.
///
/// Sixteen `f32` are one AVX-512 register, two of AVX2, four of SSE2 and NEON; a batch of 32 still leaves two groups
/// for two threads.
pub const LANES: usize = 16;

/// One feature of the sixteen samples of a lane group.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes<T>(pub [T; LANES]);

/// What a layer computes with: a scalar (one sample) or [`Lanes`] (a lane group).
///
/// Layers written for any `E: Element<T>` run one sample and a batch with the same lines. Arithmetic is element-wise;
/// a scalar on the right is taken for every lane.
///
/// ```
/// use chainrule::{Element, Lanes};
/// fn swish<E: Element<f32>>(x: E) -> E {
///     x * x.map(|x| 1.0 / (1.0 + (-x).exp()))
/// }
/// assert_eq!(swish(0.0), 0.0);
/// assert_eq!(swish(Lanes::splat(0.0)), Lanes::splat(0.0));
/// ```
pub trait Element<T: Scalar>:
    Pod
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<T, Output = Self>
    + Sub<T, Output = Self>
    + Mul<T, Output = Self>
    + Div<T, Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
{
    /// How many samples one element holds: 1 or [`LANES`].
    const LANES: usize;
    /// Whether the code is compiled for the instruction set already, together with its network.
    #[doc(hidden)]
    const INLINED: bool = false;

    /// The same value in every lane.
    fn splat(value: T) -> Self;
    /// The sum over the lanes: what a layer adds to the gradient of a parameter.
    fn sum(self) -> T;
    /// `f` of every lane.
    fn map(self, f: impl Fn(T) -> T) -> Self;
    /// `f` of the lanes of two elements, pair by pair.
    fn zip(self, other: Self, f: impl Fn(T, T) -> T) -> Self;
    /// The scalars of several elements, lane after lane.
    fn scalars(elements: &[Self]) -> &[T];
    /// The scalars of several elements, mutable.
    fn scalars_mut(elements: &mut [Self]) -> &mut [T];
    /// Its scalars, one for each of [`LANES`](Element::LANES) samples.
    #[inline(always)]
    fn lanes(&self) -> &[T] {
        Self::scalars(slice::from_ref(self))
    }
    /// Its scalars, mutable: for a loss that computes sample by sample.
    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [T] {
        Self::scalars_mut(slice::from_mut(self))
    }
}

impl<T: Scalar> Element<T> for T {
    const LANES: usize = 1;

    #[inline(always)]
    fn splat(value: T) -> T {
        value
    }
    #[inline(always)]
    fn sum(self) -> T {
        self
    }
    #[inline(always)]
    fn map(self, f: impl Fn(T) -> T) -> T {
        f(self)
    }
    #[inline(always)]
    fn zip(self, other: T, f: impl Fn(T, T) -> T) -> T {
        f(self, other)
    }
    #[inline(always)]
    fn scalars(elements: &[T]) -> &[T] {
        elements
    }
    #[inline(always)]
    fn scalars_mut(elements: &mut [T]) -> &mut [T] {
        elements
    }
}

impl<T: Scalar> Element<T> for Lanes<T> {
    const LANES: usize = LANES;

    #[inline(always)]
    fn splat(value: T) -> Self {
        Lanes([value; LANES])
    }
    /// Adds in a fixed tree (8 + 8, 4 + 4, …), so the bits depend on no instruction set.
    #[inline(always)]
    fn sum(self) -> T {
        let mut sums = self.0;
        let mut width = LANES / 2;
        while width > 0 {
            for lane in 0..width {
                sums[lane] += sums[lane + width];
            }
            width /= 2;
        }
        sums[0]
    }
    #[inline(always)]
    fn map(mut self, f: impl Fn(T) -> T) -> Self {
        for lane in &mut self.0 {
            *lane = f(*lane);
        }
        self
    }
    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        for (lane, other) in self.0.iter_mut().zip(other.0) {
            *lane = f(*lane, other);
        }
        self
    }
    #[inline(always)]
    fn scalars(elements: &[Self]) -> &[T] {
        bytemuck::cast_slice(elements)
    }
    #[inline(always)]
    fn scalars_mut(elements: &mut [Self]) -> &mut [T] {
        bytemuck::cast_slice_mut(elements)
    }
}

#[allow(unsafe_code)] // layout
// SAFETY: an array of zeroable scalars.
unsafe impl<T: Scalar> Zeroable for Lanes<T> {}
#[allow(unsafe_code)] // layout
// SAFETY: `repr(C)` with one field `[T; 16]`; 16·4 and 16·8 bytes are multiples of the alignment 64, so there is no
// padding, and `Scalar` is sealed to `f32` and `f64`, for which every bit pattern is valid.
unsafe impl<T: Scalar> Pod for Lanes<T> {}

macro_rules! lane_operators {
    ($($operator:ident $method:ident),*) => {$(
        impl<T: Scalar> $operator for Lanes<T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a.$method(b))
            }
        }
        impl<T: Scalar> $operator<T> for Lanes<T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: T) -> Self {
                self.map(|a| a.$method(other))
            }
        }
    )*};
}
lane_operators!(Add add, Sub sub, Mul mul, Div div);

macro_rules! lane_assignments {
    ($($operator:ident $method:ident $plain:ident),*) => {$(
        impl<T: Scalar> $operator for Lanes<T> {
            #[inline(always)]
            fn $method(&mut self, other: Self) {
                *self = self.zip(other, |a, b| a.$plain(b));
            }
        }
    )*};
}
lane_assignments!(AddAssign add_assign add, SubAssign sub_assign sub, MulAssign mul_assign mul);

impl<T: Scalar> Neg for Lanes<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|a| -a)
    }
}
