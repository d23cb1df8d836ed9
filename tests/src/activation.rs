//! The paths of generated code that only activations have: in place.

use crate::compare::{Tolerance, assert_close};
use crate::golden::Case;
use crate::layer::{Repeated, check_layer};
use crate::pass::{Tail, pack, unpack};
use chainrule::__private::Isa;
use chainrule::Lanes;
use chainrule::layers::{Activation, Pointwise};
use chainrule::prelude::*;

/// As [`check_layer`], and inference in place.
pub fn check_apply<T: Scalar, A: Activation<T>, S: Shape<Scalar = T>>(
    layer: Pointwise<A, S>,
    case: &Case,
) {
    check_layer::<T, _>(layer, case);
    apply::<T, A, S, T>(layer, case, |_, _, _, _| {});
    apply::<T, A, S, Lanes<T>>(layer, case, |_, _, _, _| {});
}

/// As [`check_layer`], and forward and backward in place, for an activation whose derivative needs only the output.
pub fn check_in_place<T: Scalar, A: Activation<T>, S: Shape<Scalar = T>>(
    layer: Pointwise<A, S>,
    case: &Case,
) {
    check_layer::<T, _>(layer, case);
    apply::<T, A, S, T>(layer, case, backward_in_place::<T, A, S, T>);
    apply::<T, A, S, Lanes<T>>(layer, case, backward_in_place::<T, A, S, Lanes<T>>);
}

fn apply<T: Scalar, A: Activation<T>, S: Shape<Scalar = T>, E: Element<T>>(
    layer: Pointwise<A, S>,
    case: &Case,
    backward: impl Fn(Pointwise<A, S>, Isa, &Case, &[E]),
) {
    let batch = Repeated::of(case, false);
    let want = batch.repeat(case.get("output"), |_| 1.0);
    for isa in Isa::for_tests() {
        let inputs = batch.repeat(case.get("input"), |_| 1.0);
        let mut x = pack::<T, E>(&inputs, batch.samples(), Tail::Repeats);
        layer.apply::<E>(isa, S::values_mut(&mut x));
        let what = format!(
            "{} output in place ({} samples an element)",
            case.name(),
            E::LANES
        );
        assert_close::<T>(
            &what,
            &unpack::<T, E>(&x, batch.samples()),
            &want,
            Tolerance::Forward,
        );
        backward(layer, isa, case, &x);
    }
}

fn backward_in_place<T: Scalar, A: Activation<T>, S: Shape<Scalar = T>, E: Element<T>>(
    layer: Pointwise<A, S>,
    isa: Isa,
    case: &Case,
    y: &[E],
) {
    let batch = Repeated::of(case, false);
    let d_outputs = batch.repeat(case.get("d_output"), Repeated::factor);
    let want = batch.repeat(case.get("d_input"), Repeated::factor);
    let mut dy = pack::<T, E>(&d_outputs, batch.samples(), Tail::Zero);
    layer.apply_backward::<E>(isa, S::values(y), S::values_mut(&mut dy));
    let what = format!(
        "{} input gradient in place ({} samples an element)",
        case.name(),
        E::LANES
    );
    assert_close::<T>(
        &what,
        &unpack::<T, E>(&dy, batch.samples()),
        &want,
        Tolerance::Gradient,
    );
}
