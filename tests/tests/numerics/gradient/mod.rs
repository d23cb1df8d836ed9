//! Against finite differences, in `f64`.

mod activations;
mod attention;
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

/// A table of layers; each becomes a test of its own.
macro_rules! gradients {
    ($($name:ident: $layer:ty = $value:expr;)*) => {$(
        #[test]
        fn $name() {
            let layer: $layer = $value;
            chainrule_tests::check_gradients(layer);
        }
    )*};
}
use gradients;
