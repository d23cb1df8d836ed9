//! Sizes of networks as types.

use typenum::{B0, B1, Bit, UInt, UTerm, Unsigned};

/// The sizes of a network as [typenum] numbers, so that generic code can state and compute relations between them on
/// stable Rust. `network!` implements it for every network without generic parameters.
///
/// A function that only takes small networks:
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::StaticSizes;
/// use typenum::{IsLessOrEqual, True, U65536};
///
/// network! { struct Small: [4] -> [2] { Linear(8), Tanh, Linear(2) } }
///
/// fn flash<N: StaticSizes>(_: &N)
/// where
///     N::ParameterCount: IsLessOrEqual<U65536, Output = True>,
/// {
/// }
/// flash(&*Small::boxed());
/// ```
///
/// An ensemble whose output is as long as those of its two members together:
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::StaticSizes;
/// use core::ops::Add;
/// use typenum::{Sum, U5, Unsigned};
///
/// struct Ensemble<A, B>(A, B);
///
/// impl<A: StaticSizes, B: StaticSizes> StaticSizes for Ensemble<A, B>
/// where
///     A: StaticSizes<InputLen = B::InputLen>,
///     A::OutputLen: Add<B::OutputLen, Output: Unsigned>,
///     A::ParameterCount: Add<B::ParameterCount, Output: Unsigned>,
/// {
///     type InputLen = A::InputLen;
///     type OutputLen = Sum<A::OutputLen, B::OutputLen>;
///     type ParameterCount = Sum<A::ParameterCount, B::ParameterCount>;
/// }
///
/// const CLASSES: usize = 3;
/// network! { struct Value: [4] -> [2] { Linear(2) } }
/// network! { struct Policy: [4] -> [CLASSES] { Linear(CLASSES) } }
///
/// fn output_is<N: StaticSizes<OutputLen = Len>, Len: Unsigned>() -> usize {
///     Len::USIZE
/// }
/// assert_eq!(output_is::<Ensemble<Value, Policy>, U5>(), 5);
/// assert_eq!(<Policy as StaticSizes>::ParameterCount::USIZE, Policy::PARAMETERS);
/// ```
///
/// A size that does not agree does not compile:
///
/// ```compile_fail,E0271
/// use chainrule::prelude::*;
/// use chainrule::StaticSizes;
/// use typenum::{IsLessOrEqual, True, U16};
///
/// network! { struct Large: [4] -> [2] { Linear(8), Tanh, Linear(2) } }
///
/// fn flash<N: StaticSizes>(_: &N)
/// where
///     N::ParameterCount: IsLessOrEqual<U16, Output = True>,
/// {
/// }
/// flash(&*Large::boxed());
/// ```
pub trait StaticSizes {
    /// How many scalars one input sample has.
    type InputLen: Unsigned;
    /// How many scalars one output sample has.
    type OutputLen: Unsigned;
    /// How many trained scalars there are.
    type ParameterCount: Unsigned;
}

/// A binary number with one more digit at its end. Leading zeros vanish, so equal numbers are equal types.
#[doc(hidden)]
pub trait Push<const DIGIT: bool> {
    type Output;
}

impl Push<false> for UTerm {
    type Output = UTerm;
}
impl Push<true> for UTerm {
    type Output = UInt<UTerm, B1>;
}
impl<U: Unsigned, B: Bit> Push<false> for UInt<U, B> {
    type Output = UInt<Self, B0>;
}
impl<U: Unsigned, B: Bit> Push<true> for UInt<U, B> {
    type Output = UInt<Self, B1>;
}

/// The typenum number of a `const` expression, digit by digit.
#[doc(hidden)]
#[macro_export]
macro_rules! __unsigned {
    ($n:expr) => {
        $crate::__unsigned!(@ $n;
            39 38 37 36 35 34 33 32 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0;
            $crate::__private::typenum::UTerm)
    };
    (@ $n:expr; $digit:literal $($rest:literal)*; $number:ty) => {
        $crate::__unsigned!(@ $n; $($rest)*;
            <$number as $crate::__private::Push<{ ($n) as u64 >> $digit & 1 == 1 }>>::Output)
    };
    (@ $n:expr;; $number:ty) => { $number };
}

#[cfg(test)]
mod tests {
    use typenum::{U0, U1, U10, U1000, U65536};

    #[test]
    fn constants_become_the_same_types_as_literals() {
        trait Same<T> {}
        impl<T> Same<T> for T {}
        fn check<A: Same<B>, B>() {}
        const TEN: usize = 10;
        check::<crate::__unsigned!(0), U0>();
        check::<crate::__unsigned!(1), U1>();
        check::<crate::__unsigned!(TEN), U10>();
        check::<crate::__unsigned!(TEN * 100), U1000>();
        check::<crate::__unsigned!(1 << 16), U65536>();
    }
}
