//! The elementary functions of `f64` against mpmath: the bounds of the table in `Scalar`'s documentation. Those of
//! `f32` are held where they are written, over all bit patterns.

use chainrule::Scalar;
use chainrule_tests::Golden;

/// The distance from `y` to the exact result, which is `rest` units of the last place away from `exact`.
fn ulps(y: f64, exact: f64, rest: f64) -> f64 {
    let unit = exact.abs().next_up() - exact.abs();
    ((y - exact) / unit - rest).abs()
}

#[track_caller]
fn check(name: &str, bound: f64, function: fn(f64) -> f64) {
    let golden = Golden::open("elementary").case(name);
    let [xs, exact, rest] = ["x", "exact", "rest"].map(|tensor| golden.get(tensor));
    let mut worst = (0.0, 0.0);
    for ((&x, &exact), &rest) in xs.iter().zip(exact).zip(rest) {
        let error = ulps(function(x), exact, rest);
        assert!(error < bound, "{name} of {x:e}: {error} ulp");
        if error > worst.0 {
            worst = (error, x);
        }
    }
    println!("{name}: {:.3} ulp at {:e}", worst.0, worst.1);
}

#[test]
fn functions_of_f64() {
    check("exp", 1.0, Scalar::exp);
    check("exp_m1", 2.0, Scalar::exp_m1);
    check("sigmoid", 3.0, Scalar::sigmoid);
    check("tanh", 3.0, Scalar::tanh);
    check("erf", 1.0, Scalar::erf);
    check("ln", 1.0, Scalar::ln);
    check("ln_1p", 1.0, Scalar::ln_1p);
    check("sin", 2.0, |x| x.sin_cos().0);
    check("cos", 2.0, |x| x.sin_cos().1);
}
