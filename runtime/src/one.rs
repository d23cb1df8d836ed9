//! The scalar of a network that is compiled as one function.

use crate::element::Element;
use crate::scalar::Scalar;
use bytemuck::{Pod, Zeroable};
use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// A scalar by which a layer knows that it is compiled for the instruction set together with its network: its kernels are
/// then not called but inlined. A type and not a value tells it, so that other networks do not compile these kernels.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct One<T>(T);

#[allow(unsafe_code)] // layout
// SAFETY: a zeroable scalar.
unsafe impl<T: Scalar> Zeroable for One<T> {}
#[allow(unsafe_code)] // layout
// SAFETY: `repr(transparent)` over a scalar, which is `Pod`.
unsafe impl<T: Scalar> Pod for One<T> {}

impl<T: Scalar> Element<T> for One<T> {
    const LANES: usize = 1;
    const INLINED: bool = true;

    #[inline(always)]
    fn splat(value: T) -> Self {
        One(value)
    }
    #[inline(always)]
    fn sum(self) -> T {
        self.0
    }
    #[inline(always)]
    fn map(self, f: impl Fn(T) -> T) -> Self {
        One(f(self.0))
    }
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        One(f(self.0, other.0))
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

macro_rules! operators {
    ($($operator:ident $method:ident),*) => {$(
        impl<T: Scalar> $operator for One<T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                One(self.0.$method(other.0))
            }
        }
        impl<T: Scalar> $operator<T> for One<T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: T) -> Self {
                One(self.0.$method(other))
            }
        }
    )*};
}
operators!(Add add, Sub sub, Mul mul, Div div);

macro_rules! assignments {
    ($($operator:ident $method:ident),*) => {$(
        impl<T: Scalar> $operator for One<T> {
            #[inline(always)]
            fn $method(&mut self, other: Self) {
                self.0.$method(other.0);
            }
        }
    )*};
}
assignments!(AddAssign add_assign, SubAssign sub_assign, MulAssign mul_assign);

impl<T: Scalar> Neg for One<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        One(-self.0)
    }
}
