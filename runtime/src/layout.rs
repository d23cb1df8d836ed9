//! `#[repr(C)]` runs of scalars.

/// Declares a struct that is a run of scalars: the parameters or buffers of a layer.
///
/// The first generic parameter is the scalar. Every field must itself be a run of that scalar (`T`, `[T; N]`, nalgebra's
/// `SVector` and `SMatrix`); the struct is `#[repr(C)]`, `Copy` and `Pod`.
///
/// ```
/// chainrule::parameters! {
///     /// Gain and offset of each feature.
///     pub struct AffineParameters<T, const N: usize> {
///         /// Factors.
///         pub gain: [T; N],
///         /// Summands.
///         pub offset: [T; N],
///     }
/// }
/// assert_eq!(size_of::<AffineParameters<f32, 3>>(), 24);
/// ```
#[macro_export]
macro_rules! parameters {
    (
        $(@$allow:tt)?
        $(#[$meta:meta])*
        $vis:vis struct $name:ident<$T:ident $(, const $size:ident: usize)* $(,)?> {
            $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq)]
        $vis struct $name<$T $(, const $size: usize)*> {
            $($(#[$field_meta])* $field_vis $field: $type),*
        }

        $(#$allow)? // layout
        // SAFETY: every field is zeroable, as the bounds say.
        unsafe impl<$T: $crate::Scalar $(, const $size: usize)*> $crate::__private::bytemuck::Zeroable
            for $name<$T $(, $size)*>
        where
            $($type: $crate::__private::bytemuck::Zeroable,)*
        {
        }

        $(#$allow)? // layout
        // SAFETY: `repr(C)`, and every field is `Pod` by the bounds. That every field consists of `T` alone, so that
        // there is no padding, is checked where a layer uses the struct: `LayerInfo::of` compares its size with the
        // sum of the layer's tensors.
        unsafe impl<$T: $crate::Scalar $(, const $size: usize)*> $crate::__private::bytemuck::Pod
            for $name<$T $(, $size)*>
        where
            $($type: $crate::__private::bytemuck::Pod,)*
        {
        }
    };
}

/// The output of a network with several heads: [`__fields`], for which a tuple of losses is a loss.
#[doc(hidden)]
#[macro_export]
macro_rules! __heads {
    (
        [$($sizes:tt)*] [$($arguments:tt)*] [$($generic:tt)*] $scalar:ty, $name:ident { $($field:ident: $shape:ty = $len:expr),* }
    ) => {
        $crate::__fields!([$($sizes)*] [$($arguments)*] [$($generic)*] $scalar, $name { $($field: $shape = $len),* });

        impl<$($sizes)* $($generic)*> $crate::losses::Heads for $name<$($arguments)* $scalar> {
            type Shapes = ($($shape,)*);
        }
    };
}

/// A `#[repr(C)]` struct of arrays of one element, as what a network with several inputs takes, and the shape of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __fields {
    (
        [$($sizes:tt)*] [$($arguments:tt)*] [$($generic:tt)*] $scalar:ty, $name:ident { $($field:ident: $shape:ty = $len:expr),* }
    ) => {
        // SAFETY: every field is an array of the one element, which is zeroable, or another such struct.
        unsafe impl<$($sizes)* E: $crate::__private::bytemuck::Pod> $crate::__private::bytemuck::Zeroable
            for $name<$($arguments)* E>
        {
        }
        // SAFETY: `repr(C)`, and every field is an array of the one element, which is `Pod`, or another such struct: so
        // there is no padding, and every bit pattern is valid.
        unsafe impl<$($sizes)* E: $crate::__private::bytemuck::Pod> $crate::__private::bytemuck::Pod
            for $name<$($arguments)* E>
        {
        }

        impl<$($sizes)* $($generic)*> $crate::Shape for $name<$($arguments)* $scalar> {
            type Scalar = $scalar;
            type Of<E: $crate::Element<$scalar>> = $name<$($arguments)* E>;
            const LEN: usize = 0 $(+ $len)*;
            const DIMENSIONS: $crate::__private::Dimensions = $crate::__private::Dimensions::flat(<Self as $crate::Shape>::LEN);

            #[inline(always)]
            fn flat<E: $crate::Element<$scalar>>(values: &[Self::Of<E>]) -> &[E] {
                $crate::__private::bytemuck::try_cast_slice(values).unwrap_or_default()
            }
            #[inline(always)]
            fn flat_mut<E: $crate::Element<$scalar>>(values: &mut [Self::Of<E>]) -> &mut [E] {
                $crate::__private::bytemuck::try_cast_slice_mut(values).unwrap_or_default()
            }
            #[inline(always)]
            fn values<E: $crate::Element<$scalar>>(flat: &[E]) -> &[Self::Of<E>] {
                let len = flat.len() / <Self as $crate::Shape>::LEN * <Self as $crate::Shape>::LEN;
                let flat = flat.get(..len).unwrap_or_default();
                $crate::__private::bytemuck::try_cast_slice(flat).unwrap_or_default()
            }
            #[inline(always)]
            fn values_mut<E: $crate::Element<$scalar>>(flat: &mut [E]) -> &mut [Self::Of<E>] {
                let len = flat.len() / <Self as $crate::Shape>::LEN * <Self as $crate::Shape>::LEN;
                let flat = flat.get_mut(..len).unwrap_or_default();
                $crate::__private::bytemuck::try_cast_slice_mut(flat).unwrap_or_default()
            }
        }

        impl<$($sizes)* $($generic)*> $crate::Sample<Self> for $name<$($arguments)* $scalar> {
            #[inline(always)]
            fn array(&self) -> &Self {
                self
            }
        }
    };
}

/// The layout of a generated struct: a `#[repr(C)]` run of scalars.
#[doc(hidden)]
#[macro_export]
macro_rules! __run {
    // A network: two runs, which begin and end at a cache line, so that vectors of weights seldom lie across two.
    (@aligned [$($generics:tt)*] $scalar:ty, $name:ty { $($field:ident: $type:ty),* $(,)? }) => {
        // SAFETY: both fields are `Pod`.
        unsafe impl<$($generics)*> $crate::__private::bytemuck::Zeroable for $name {}
        // SAFETY: both fields are `Pod`, and padding may hold anything.
        unsafe impl<$($generics)*> $crate::__private::bytemuck::AnyBitPattern for $name {}
    };
    ([$($generics:tt)*] $scalar:ty, $name:ty { $($field:ident: $type:ty),* $(,)? }) => {
        // SAFETY: every field is `Pod`, as the bounds of `Layer::Parameters` and `Layer::Buffers` say.
        unsafe impl<$($generics)*> $crate::__private::bytemuck::Zeroable for $name {}
        // SAFETY: `repr(C)`, and every field is a run of the one scalar, as the assertions in `LayerInfo::of` say for
        // each layer: so there is no padding, and every bit pattern is valid.
        unsafe impl<$($generics)*> $crate::__private::bytemuck::Pod for $name {}
    };
}
