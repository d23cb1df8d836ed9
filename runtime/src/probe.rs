//! One error for a type that is no layer, instead of one for each use of it.
//!
//! The generated code names a user's layer through [`layer!`](crate::__layer): the type itself when it is a layer,
//! and `NoLayer` when it is not. What is missing is then said once, by [`assert_layer`].

use crate::layer::{Backward, Forward, Layer};
use crate::nested::AsLayer;
use crate::shape::Shape;
use crate::{Element, Scalar};
use core::marker::PhantomData;

/// Tells whether `L` is a layer: its inherent constant exists only then, and hides the one of [`NotLayer`].
pub struct Probe<T, L>(PhantomData<fn() -> (T, L)>);

impl<T: Scalar, L: AsLayer<T>> Probe<T, L> {
    /// It is.
    pub const IS_LAYER: bool = true;
}

/// What [`Probe`] falls back to.
pub trait NotLayer {
    /// It is not.
    const IS_LAYER: bool = false;
}

impl<T, L> NotLayer for Probe<T, L> {}

/// Chooses between a type and `NoLayer`.
pub struct Pick<const IS_LAYER: bool>;

/// The choice.
pub trait Picked<T: Scalar, L> {
    /// A layer in any case.
    type Layer: Layer<T>;
}

impl<T: Scalar, L: AsLayer<T>> Picked<T, L> for Pick<true> {
    type Layer = L::Layer;
}

impl<T: Scalar, L: 'static> Picked<T, L> for Pick<false> {
    type Layer = NoLayer<L>;
}

/// Stands for a type that is no layer. The checks know it by its shapes without dimensions.
pub struct NoLayer<L>(PhantomData<fn() -> L>);

impl<L> Clone for NoLayer<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for NoLayer<L> {}

impl<L> Default for NoLayer<L> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: Scalar, L: 'static> Layer<T> for NoLayer<L> {
    type Input = T;
    type Output = T;
    type Parameters = ();
    type Buffers = ();

    fn forward<E: Element<T>>(
        &self,
        _: Forward<'_, T, Self, E>,
        _: &<T as Shape>::Of<E>,
        _: &mut <T as Shape>::Of<E>,
    ) {
    }

    fn backward<E: Element<T>>(
        &self,
        _: Backward<'_, T, Self, E>,
        _: &<T as Shape>::Of<E>,
        _: &<T as Shape>::Of<E>,
        _: &<T as Shape>::Of<E>,
        _: &mut <T as Shape>::Of<E>,
    ) {
    }
}

/// Says what is missing when `L` is no layer.
pub const fn assert_layer<T: Scalar, L: AsLayer<T>>() {}

/// The type of a user's layer, see the module.
#[doc(hidden)]
#[macro_export]
macro_rules! __layer {
    ($scalar:ty, $layer:ty) => {
        <$crate::__private::Pick<
            {
                use $crate::__private::NotLayer as _;
                $crate::__private::Probe::<$scalar, $layer>::IS_LAYER
            },
        > as $crate::__private::Picked<$scalar, $layer>>::Layer
    };
}
