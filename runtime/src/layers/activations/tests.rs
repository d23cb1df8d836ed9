use super::*;
use crate::gradient_check::{check_lanes, check_layer};
use crate::layers::{Activation, Pointwise};

/// Finite and right at the ends of the range, in both scalars; NaN in, NaN out; a derivative that claims to need only
/// the output gets along with it.
fn check_extremes<A: Activation<f32> + Activation<f64>>(function: A) {
    fn check<T: Scalar, A: Activation<T>>(function: A, extremes: &[f64]) {
        for &magnitude in extremes {
            for x in [T::from_f64(magnitude), T::from_f64(-magnitude)] {
                let y = function.value(x);
                let slope = function.derivative(x, y);
                assert!(y.is_finite(), "f({x:e}) = {y}");
                assert!(slope.is_finite(), "f′({x:e}) = {slope}");
                if A::FROM_OUTPUT {
                    assert_eq!(
                        function.derivative(y, y),
                        slope,
                        "f′({x:e}) from the output"
                    );
                }
            }
        }
        let nan = function.value(T::from_f64(f64::NAN));
        assert!(nan.to_f64().is_nan(), "f(NaN) = {nan}");
    }
    let common = [
        0.0, 1e-40, 1e-20, 0.1, 3.0, 20.0, 60.0, 88.0, 104.0, 1e4, 1e10, 1e30,
    ];
    check::<f32, A>(function, &common);
    check::<f32, A>(
        function,
        &[f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX / 2.0)],
    );
    check::<f64, A>(function, &common);
    check::<f64, A>(
        function,
        &[710.0, 745.0, 1e200, f64::MIN_POSITIVE, f64::MAX / 2.0],
    );
}

macro_rules! activations {
    ($($test:ident: $function:expr;)*) => {$(
        #[test]
        fn $test() {
            let function = $function;
            check_layer(Pointwise::<_, [f64; 24]>::new(function));
            check_lanes::<f32, _>(Pointwise::<_, [[f32; 3]; 5]>::new(function), 0.0);
            check_extremes(function);
        }
    )*};
}
activations! {
    relu: Relu;
    relu6: Relu6;
    leaky_relu: LeakyRelu::default();
    leaky_relu_with_negative_slope: LeakyRelu { negative_slope: -0.3 };
    hardtanh: Hardtanh::default();
    hardtanh_with_bounds: Hardtanh { min_val: -0.2, max_val: 2.0 };
    hardsigmoid: Hardsigmoid;
    hardswish: Hardswish;
    threshold: Threshold { threshold: 0.3, value: -1.5 };
    clamp_between: Clamp { min: -0.2, max: 2.0 };
    clamp_above: Clamp { max: 1.5, ..Clamp::default() };
    clipped_relu: ClippedRelu::default();
    clipped_relu_with_max: ClippedRelu { max: 2.5 };
    squared_clipped_relu: SquaredClippedRelu::default();
    squared_clipped_relu_with_max: SquaredClippedRelu { max: 2.5 };
    softshrink: Softshrink::default();
    softshrink_with_lambda: Softshrink { lambda: 1.5 };
    elu: Elu::default();
    elu_with_alpha: Elu { alpha: 0.3 };
    selu: Selu;
    celu: Celu::default();
    celu_with_alpha: Celu { alpha: 2.5 };
    softplus: Softplus::default();
    softplus_with_beta_and_threshold: Softplus { beta: 3.0, threshold: 30.0 };
    log_sigmoid: LogSigmoid;
    sigmoid: Sigmoid;
    tanh: Tanh;
    softsign: Softsign;
    tanhshrink: Tanhshrink;
    gelu: Gelu;
    gelu_tanh: GeluTanh;
    silu: Silu;
    mish: Mish;
}

/// Its squares leave the range, so [`check_extremes`] does not apply.
#[test]
fn square() {
    check_layer(Pointwise::<_, [f64; 24]>::new(Square));
    check_lanes::<f32, _>(Pointwise::<_, [[f32; 3]; 5]>::new(Square), 0.0);
    assert_eq!(Square.value(-1e30_f32), f32::INFINITY);
    assert!(Square.value(f32::NAN).is_nan());
}

/// `(x, y, f′)` at the kinks, as PyTorch 1.13 computes them.
#[test]
fn kinks_are_pytorchs() {
    fn check(function: impl Activation<f32>, table: &[(f32, f32, f32)]) {
        for &(x, y, slope) in table {
            assert_eq!(function.value(x), y, "at {x}");
            assert_eq!(function.derivative(x, y), slope, "at {x}");
        }
    }
    check(Relu, &[(0.0, 0.0, 0.0)]);
    check(Relu6, &[(0.0, 0.0, 0.0), (6.0, 6.0, 0.0)]);
    check(LeakyRelu::default(), &[(0.0, 0.0, 0.01)]);
    check(Elu { alpha: 2.0 }, &[(0.0, 0.0, 2.0)]);
    check(Selu, &[(0.0, 0.0, 1.758_099_3)]);
    check(Celu { alpha: 2.0 }, &[(0.0, 0.0, 1.0)]);
    check(Hardswish, &[(-3.0, 0.0, -0.5), (3.0, 3.0, 1.0)]);
    check(Hardsigmoid, &[(-3.0, 0.0, 0.0), (3.0, 1.0, 0.0)]);
    check(Hardtanh::default(), &[(-1.0, -1.0, 0.0), (1.0, 1.0, 0.0)]);
    let threshold = Threshold {
        threshold: 0.5,
        value: 2.0,
    };
    check(threshold, &[(0.5, 2.0, 0.0), (0.75, 0.75, 1.0)]);
    let limits = Clamp {
        min: -1.0,
        max: 0.5,
    };
    check(limits, &[(-1.0, -1.0, 1.0), (0.5, 0.5, 1.0)]);
    check(ClippedRelu::default(), &[(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)]);
    let squared = SquaredClippedRelu::default();
    check(squared, &[(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)]);
    check(Softshrink::default(), &[(-0.5, 0.0, 0.0), (0.5, 0.0, 0.0)]);
    check(Softplus::default(), &[(20.1, 20.1, 1.0)]);
}
