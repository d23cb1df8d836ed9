//! In what forms users hold the class of a sample.

use crate::scalar::Scalar;
use nalgebra::SVector;

/// The number of a class, counted from 0: any integer type, or your own.
///
/// ```
/// use chainrule::losses::ClassIndex;
/// #[derive(Clone, Copy)]
/// enum Fruit { Apple, Pear }
/// impl ClassIndex for Fruit {
///     fn class(&self) -> i64 {
///         *self as i64
///     }
/// }
/// assert_eq!(Fruit::Pear.class(), 1);
/// ```
pub trait ClassIndex {
    /// The number; `i64::MAX` for what is greater.
    fn class(&self) -> i64;
}

/// What a sample should have been classified as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TargetClass<'a, T, const C: usize> {
    /// This class, counted from 0.
    Index(i64),
    /// Every class with its probability.
    Probabilities(&'a [T; C]),
}

/// A target among `C` classes for [`CrossEntropyLoss`](super::CrossEntropyLoss): a class index of any integer type,
/// or the probabilities of all classes as `[T; C]` or nalgebra's `SVector`; also a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a target among {C} classes",
    label = "expected a class index (any integer) or the probabilities of all classes, `[{T}; {C}]`"
)]
pub trait ClassTarget<T: Scalar, const C: usize> {
    /// The class or the probabilities.
    fn target(&self) -> TargetClass<'_, T, C>;
}

macro_rules! class_indices {
    ($($integer:ident),*) => {$(
        impl ClassIndex for $integer {
            #[inline(always)]
            fn class(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
        impl<T: Scalar, const C: usize> ClassTarget<T, C> for $integer {
            #[inline(always)]
            fn target(&self) -> TargetClass<'_, T, C> {
                TargetClass::Index(self.class())
            }
        }
    )*};
}
class_indices!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl<Y: ClassIndex> ClassIndex for &Y {
    #[inline(always)]
    fn class(&self) -> i64 {
        (*self).class()
    }
}

impl<T: Scalar, const C: usize, Y: ClassTarget<T, C>> ClassTarget<T, C> for &Y {
    #[inline(always)]
    fn target(&self) -> TargetClass<'_, T, C> {
        (*self).target()
    }
}

impl<T: Scalar, const C: usize> ClassTarget<T, C> for [T; C] {
    #[inline(always)]
    fn target(&self) -> TargetClass<'_, T, C> {
        TargetClass::Probabilities(self)
    }
}

impl<T: Scalar, const C: usize> ClassTarget<T, C> for SVector<T, C> {
    #[inline(always)]
    fn target(&self) -> TargetClass<'_, T, C> {
        TargetClass::Probabilities(&self.data.0[0])
    }
}
