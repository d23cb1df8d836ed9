//! The bounds of the table in [`Scalar`](crate::Scalar)'s documentation, against the platform's functions in `f64` (`libm` for
//! the error function).
//!
//! The tests of every build look at each 8191st `f32`. All 2³² are looked at by
//! `cargo test --release -p chainrule --lib exhaustive_ -- --ignored --nocapture`, which prints the greatest error and
//! where it is; `exhaustive_tanh` for one function alone. Those of `f64` are also compared with mpmath, in `tests/`.

use super::{circular, double, single};
use std::vec::Vec;

/// The distance from `exact` to `x` in units of the last place of the `f32` nearest to `exact`.
fn ulps_f32(x: f32, exact: f64) -> f64 {
    let nearest = exact as f32;
    if exact.is_nan() || x.is_nan() {
        return if exact.is_nan() && x.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    if nearest.is_infinite() || x.is_infinite() {
        // Rounding the wrong way at the overflow threshold is one unit.
        let threshold = x.abs() == f32::MAX || nearest.abs() == f32::MAX;
        return if x == nearest {
            0.0
        } else if threshold {
            1.0
        } else {
            f64::INFINITY
        };
    }
    let exponent = u64::from(nearest.abs().max(f32::MIN_POSITIVE).to_bits() >> 23);
    let units_a_one = f64::from_bits((1023 + 127 + 23 - exponent) << 52);
    (f64::from(x) - exact).abs() * units_a_one
}

/// The greatest error over every `stride`th bit pattern, with the argument where it is.
fn greatest_error(
    stride: usize,
    function: impl Fn(f32) -> f32 + Sync,
    exact: impl Fn(f64) -> f64 + Sync,
) -> (f64, f32) {
    let halves: Vec<(f64, f32)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2_u32)
            .map(|sign| {
                let (function, exact) = (&function, &exact);
                scope.spawn(move || {
                    let mut greatest = (0.0, 0.0);
                    for magnitude in (0..=0x7fff_ffff_u32).step_by(stride) {
                        let x = f32::from_bits(sign << 31 | magnitude);
                        let error = ulps_f32(function(x), exact(f64::from(x)));
                        if error > greatest.0 {
                            greatest = (error, x);
                        }
                    }
                    greatest
                })
            })
            .collect();
        workers.into_iter().map(|w| w.join().unwrap()).collect()
    });
    if halves[0].0 > halves[1].0 {
        halves[0]
    } else {
        halves[1]
    }
}

fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x < 0.0 {
        e / (1.0 + e)
    } else {
        1.0 / (1.0 + e)
    }
}

/// The special values, which a stride could miss, and the limits.
const SPECIAL: [f32; 16] = [
    0.0,
    1.0,
    -1.0,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    f32::MIN_POSITIVE,
    1e-45,
    -1e-45,
    f32::MAX,
    f32::MIN,
    88.722_83,
    88.722_84,
    -87.336_55,
    -103.972_08,
    -103.972_09,
];

macro_rules! bounds {
    ($($function:ident $bound:literal $exact:path, $sampled:ident, $exhaustive:ident;)*) => {$(
        #[test]
        fn $sampled() {
            for x in SPECIAL {
                let error = ulps_f32(single::$function(x), $exact(f64::from(x)));
                assert!(error < $bound, "{} of {x:e}: {error} ulp", stringify!($function));
            }
            let (error, x) = greatest_error(8191, single::$function, $exact);
            assert!(error < $bound, "{} of {x:e}: {error} ulp", stringify!($function));
        }

        #[test]
        #[ignore = "minutes; for release builds"]
        fn $exhaustive() {
            let (error, x) = greatest_error(1, single::$function, $exact);
            std::println!("{}: {error:.3} ulp at {x:e}", stringify!($function));
            assert!(error < $bound, "{} of {x:e}: {error} ulp", stringify!($function));
        }
    )*};
}
bounds! {
    exp 1.04 f64::exp, exp_of_f32, exhaustive_exp;
    exp_m1 1.76 f64::exp_m1, exp_m1_of_f32, exhaustive_exp_m1;
    sigmoid 3.0 sigmoid, sigmoid_of_f32, exhaustive_sigmoid;
    tanh 2.5 f64::tanh, tanh_of_f32, exhaustive_tanh;
    ln 0.88 f64::ln, ln_of_f32, exhaustive_ln;
    ln_1p 0.88 f64::ln_1p, ln_1p_of_f32, exhaustive_ln_1p;
    erf 1.43 libm::erf, erf_of_f32, exhaustive_erf;
}

/// Sine and cosine, with the argument that is taken for 0 beyond the limit.
fn limited(x: f64, limit: f64, function: fn(f64) -> f64) -> f64 {
    function(if x.abs() > limit { 0.0 } else { x })
}

macro_rules! circular_bounds {
    ($($part:tt $bound:literal $exact:ident, $sampled:ident, $exhaustive:ident;)*) => {$(
        fn $exact(stride: usize) -> (f64, f32) {
            let limit = circular::single::LIMIT.into();
            greatest_error(stride, |x| single::sin_cos(x).$part, |x| limited(x, limit, f64::$exact))
        }

        #[test]
        fn $sampled() {
            let (error, x) = $exact(8191);
            assert!(error < $bound, "{} of {x:e}: {error} ulp", stringify!($exact));
            for x in SPECIAL {
                let y = single::sin_cos(x).$part;
                let limit = circular::single::LIMIT.into();
                // Of infinity our choice, of NaN everybody's.
                let error = ulps_f32(y, limited(x.into(), limit, f64::$exact));
                assert!(error < $bound, "{} of {x:e}: {error} ulp", stringify!($exact));
            }
        }

        #[test]
        #[ignore = "minutes; for release builds"]
        fn $exhaustive() {
            let (error, x) = $exact(1);
            std::println!("{}: {error:.3} ulp at {x:e}", stringify!($exact));
            assert!(error < $bound, "{} of {x:e}: {error} ulp", stringify!($exact));
        }
    )*};
}
circular_bounds! {
    0 1.6 sin, sin_of_f32, exhaustive_sin;
    1 1.6 cos, cos_of_f32, exhaustive_cos;
}

/// `f64` against `libm`, which itself is within one unit: over a dense grid and at the limits.
fn check_f64(name: &str, bound: f64, function: fn(f64) -> f64, exact: fn(f64) -> f64) {
    let grid = (-800_000..800_000).map(|i| f64::from(i) * 1.000_07e-3);
    let small = (0..2_000).map(|i| 10_f64.powf(f64::from(i) / -100.0));
    let limits = SPECIAL.iter().map(|&x| f64::from(x));
    for x in grid
        .chain(small.clone())
        .chain(small.map(|x| -x))
        .chain(limits)
    {
        let (y, exact) = (function(x), exact(x));
        if exact.is_nan() || exact.is_infinite() {
            assert!(
                y == exact || (y.is_nan() && exact.is_nan()),
                "{name} of {x:e}"
            );
            continue;
        }
        let exponent = (exact.abs().max(f64::MIN_POSITIVE).to_bits() >> 52) as i32 - 1023;
        let error = (y - exact).abs() / 2_f64.powi(exponent.max(-1022)) * 2_f64.powi(52);
        assert!(
            error <= bound,
            "{name} of {x:e}: {y:e} instead of {exact:e}, {error} ulp"
        );
    }
}

#[test]
fn exponentials_of_f64() {
    check_f64("exp", 2.0, double::exp, libm::exp);
    check_f64("exp_m1", 2.0, double::exp_m1, libm::expm1);
    check_f64("sigmoid", 3.0, double::sigmoid, sigmoid);
    check_f64("tanh", 3.0, double::tanh, libm::tanh);
}

#[test]
fn sines_of_f64() {
    const LIMIT: f64 = circular::double::LIMIT;
    let sin = |x| limited(x, LIMIT, libm::sin);
    let cos = |x| limited(x, LIMIT, libm::cos);
    check_f64("sin", 2.0, |x| double::sin_cos(x).0, sin);
    check_f64("cos", 2.0, |x| double::sin_cos(x).1, cos);
}
