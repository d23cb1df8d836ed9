//! Against finite differences, in `f64`.

mod activations;
mod conv2d;
mod gated;
mod layers;
mod losses;
mod norms;
mod pools;
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
