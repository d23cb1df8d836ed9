//! A loss against its golden case.

use crate::compare::{Tolerance, assert_close};
use crate::golden::Case;
use crate::pass::loss_of;
use chainrule::__private::Isa;
use chainrule::Lanes;
use chainrule::losses::Loss;
use chainrule::prelude::*;

/// Loss and gradient against a case, sample by sample and in lanes. A case without `d_output` has a gradient that is
/// a matter of taste.
pub fn check_loss<T, S, Y, L>(loss: &L, case: &Case, targets: &[Y])
where
    T: Scalar,
    S: Shape<Scalar = T>,
    L: Loss<T, S, Y>,
{
    check_loss_as::<T, S, Y, L, T>(loss, case, targets);
    check_loss_as::<T, S, Y, L, Lanes<T>>(loss, case, targets);
}

fn check_loss_as<T, S, Y, L, E>(loss: &L, case: &Case, targets: &[Y])
where
    T: Scalar,
    S: Shape<Scalar = T>,
    L: Loss<T, S, Y>,
    E: Element<T>,
{
    let outputs = case.get("output");
    assert_eq!(
        outputs.len(),
        targets.len() * S::LEN,
        "{}: outputs",
        case.name()
    );
    let what = |part: &str| format!("{} {part} ({} samples an element)", case.name(), E::LANES);
    for isa in Isa::for_tests() {
        let (value, d_output) = loss_of::<T, S, Y, L, E>(loss, isa, outputs, targets);
        assert_close::<T>(
            &what("loss"),
            &[value],
            case.get("loss"),
            Tolerance::Forward,
        );
        if case.has("d_output") {
            let want = case.get("d_output");
            assert_close::<T>(
                &what("output gradient"),
                &d_output,
                want,
                Tolerance::Gradient,
            );
        }
    }
}
