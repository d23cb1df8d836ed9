use chainrule::layers::{Pointwise, activations::*};
use chainrule_tests::{Golden, check_apply, check_in_place};

/// A table of activations; each becomes the tests `<case>::f32` and `<case>::f64`.
macro_rules! activations {
    ($($check:ident { $($case:ident: $activation:expr;)* })*) => {$($(
        mod $case {
            use super::*;
            activations!(@scalar $case f32 $check $activation);
            activations!(@scalar $case f64 $check $activation);
        }
    )*)*};
    (@scalar $case:ident $scalar:ident $check:ident $activation:expr) => {
        #[test]
        fn $scalar() {
            type Grid = [core::primitive::$scalar; 72];
            let case = Golden::open("activations").case(stringify!($case));
            $check(Pointwise::<_, Grid>::new($activation), &case);
        }
    };
}

activations! {
    check_in_place {
        relu: Relu;
        relu6: Relu6;
        hardsigmoid: Hardsigmoid;
        sigmoid: Sigmoid;
        tanh: Tanh;
        clipped_relu: ClippedRelu::default();
        clipped_relu_max: ClippedRelu { max: 6.0 };
    }
    check_apply {
        leaky_relu: LeakyRelu::default();
        leaky_relu_slope: LeakyRelu { negative_slope: 0.25 };
        elu: Elu::default();
        elu_alpha: Elu { alpha: 0.75 };
        selu: Selu;
        celu: Celu::default();
        celu_alpha: Celu { alpha: 0.75 };
        gelu: Gelu;
        gelu_tanh: GeluTanh;
        silu: Silu;
        mish: Mish;
        hardswish: Hardswish;
        log_sigmoid: LogSigmoid;
        hardtanh: Hardtanh::default();
        hardtanh_bounds: Hardtanh { min_val: -0.5, max_val: 2.0 };
        threshold: Threshold { threshold: 0.5, value: -2.0 };
        clamp: Clamp { min: -0.5, max: 3.0 };
        clamp_min: Clamp { min: -1.0, ..Clamp::default() };
        clamp_max: Clamp { max: 9.0, ..Clamp::default() };
        squared_clipped_relu: SquaredClippedRelu::default();
        squared_clipped_relu_max: SquaredClippedRelu { max: 6.0 };
        square: Square;
        softplus: Softplus::default();
        softplus_beta: Softplus { beta: 2.0, threshold: 20.0 };
        softsign: Softsign;
        tanhshrink: Tanhshrink;
        softshrink: Softshrink::default();
        softshrink_lambda: Softshrink { lambda: 1.0 };
    }
}
