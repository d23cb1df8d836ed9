//! A loss against its golden case.

use crate::compare::{Tolerance, assert_close};
use crate::golden::Case;
use crate::pass::loss_of;
use chainrule::Lanes;
use chainrule::losses::Loss;
use chainrule::prelude::*;

/// Loss and gradient against a case, sample by sample and in lanes.
pub fn check_loss<T, S, Y, L>(loss: &L, case: &Case, targets: &[Y])
where
    T: Scalar,
    S: Shape<Scalar = T>,
    L: Loss<T, S, Y>,
{
    assert_eq!(
        case.get("output").len(),
        targets.len() * S::LEN,
        "{}: outputs",
        case.name()
    );
    let runs = [
        (
            "one sample",
            loss_of::<T, S, Y, L, T>(loss, case.get("output"), targets),
        ),
        (
            "lanes",
            loss_of::<T, S, Y, L, Lanes<T>>(loss, case.get("output"), targets),
        ),
    ];
    for (element, (value, d_output)) in runs {
        let what = |part: &str| format!("{} {part} ({element} an element)", case.name());
        assert_close::<T>(
            &what("loss"),
            &[value],
            case.get("loss"),
            Tolerance::Forward,
        );
        assert_close::<T>(
            &what("output gradient"),
            &d_output,
            case.get("d_output"),
            Tolerance::Gradient,
        );
    }
}
