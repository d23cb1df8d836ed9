use chainrule::losses::*;
use chainrule_tests::{Golden, check_loss};

/// A table of losses; each becomes the tests `<case>_mean::f32` and so on, in which `T` is the scalar and the
/// expression gives the loss with a reduction.
macro_rules! losses {
    ($($case:ident: |$reduction:ident| $loss:expr, $target:ident;)*) => {$(
        mod $case {
            use super::*;
            losses!(@scalar $case f32 $reduction $loss, $target);
            losses!(@scalar $case f64 $reduction $loss, $target);
        }
    )*};
    (@scalar $case:ident $scalar:ident $reduction:ident $loss:expr, $target:ident) => {
        #[test]
        fn $scalar() {
            type T = core::primitive::$scalar;
            let golden = Golden::open("losses");
            for ($reduction, suffix) in [(Reduction::Mean, "mean"), (Reduction::Sum, "sum")] {
                let case = golden.case(&format!("{}_{suffix}", stringify!($case)));
                losses!(@check case $loss, $target);
            }
        }
    };
    (@check $golden:ident $loss:expr, vector4) => {
        check_loss::<T, [T; 4], [T; 4], _>(&$loss, &$golden, &$golden.arrays("target"))
    };
}

losses! {
    mse: |reduction| MseLoss { reduction }, vector4;
}
