//! Against PyTorch, in both scalars: `goldens/make_*.py` made the values.

mod activations;
mod attention;
mod batch_norm;
mod bilinear;
mod conv1d;
mod conv2d;
mod conv_transpose;
mod embedding;
mod gated;
mod layers;
mod losses;
mod norms;
mod pools;
mod pools1d;
mod recurrent;
mod shapes;
mod trained;

/// A table of layers; each becomes the tests `<case>::f32` and `<case>::f64`, in which `T` is the scalar.
macro_rules! golden {
    ($topic:literal, $($(#[$check:ident])? $case:ident: $layer:ty = $value:expr;)*) => {$(
        mod $case {
            #[allow(unused_imports)] // unit structs need none of them
            use super::*;
            golden!(@scalar $topic $case f32 [$($check)?] $layer = $value);
            golden!(@scalar $topic $case f64 [$($check)?] $layer = $value);
        }
    )*};
    (@scalar $topic:literal $case:ident $scalar:ident [] $layer:ty = $value:expr) => {
        golden!(@scalar $topic $case $scalar [check_layer] $layer = $value);
    };
    (@scalar $topic:literal $case:ident $scalar:ident [$check:ident] $layer:ty = $value:expr) => {
        #[test]
        fn $scalar() {
            #[allow(dead_code)] // layers whose type does not name the scalar
            type T = core::primitive::$scalar;
            let layer: $layer = $value;
            let case = chainrule_tests::Golden::open($topic).case(stringify!($case));
            chainrule_tests::$check::<T, $layer>(layer, &case);
        }
    };
}
use golden;
