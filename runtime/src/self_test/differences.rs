//! Derivatives from differences, with an estimate of their error.

/// How often the step is halved.
const HALVINGS: usize = 9;

/// The derivative at 0 by central differences that are extrapolated to a step of zero (Ridders 1982, Adv. Eng. Software 4(2)),
/// beginning with `step`; and how uncertain it is. It ends where that is less than `goal`.
///
/// Where the function is smooth, neighbours in the table of extrapolations are close, and the closest tell the error. With
/// kinks some are so by accident: therefore three rows in a row have to agree, and what they differ by is the uncertainty.
///
/// A kink much nearer than all steps looks like another slope: who calls this has to look elsewhere again.
///
/// `value` returns the function and how far rounding may put it off.
pub(super) fn derivative(
    step: f64,
    goal: f64,
    mut value: impl FnMut(f64) -> (f64, f64),
) -> (f64, f64) {
    let mut before: [f64; HALVINGS] = [0.0; HALVINGS];
    // The best of the last row, how uncertain it was, and how uncertain together with the row before.
    let mut last = (f64::NAN, f64::INFINITY, f64::INFINITY);
    let (mut best, mut uncertainty) = (f64::NAN, f64::INFINITY);
    let mut step = step;
    for row in 0..HALVINGS {
        let ((above, rounding), (below, _)) = (value(step), value(-step));
        let rounding = rounding / step;
        let mut now = [0.0; HALVINGS];
        now[0] = (above - below) / (2.0 * step);
        if !now[0].is_finite() && row == 0 {
            return (f64::NAN, f64::INFINITY);
        }
        let (mut found, mut differs) = (f64::NAN, f64::INFINITY);
        let mut factor = 4.0;
        for column in 1..=row {
            now[column] = (now[column - 1] * factor - before[column - 1]) / (factor - 1.0);
            factor *= 4.0;
            let here = (now[column] - now[column - 1])
                .abs()
                .max((now[column] - before[column - 1]).abs())
                .max(rounding);
            if here <= differs {
                (found, differs) = (now[column], here);
            }
        }
        let (before_found, before_differs, before_both) = last;
        let both = differs
            .max(before_differs)
            .max((found - before_found).abs());
        let three = both.max(before_both);
        if three <= uncertainty {
            (best, uncertainty) = (found, three);
        }
        if uncertainty <= goal {
            break;
        }
        last = (found, differs, both);
        before = now;
        step *= 0.5;
    }
    (best, uncertainty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_functions_to_many_digits() {
        let (slope, uncertainty) = derivative(0.1, 1e-12, |x| ((2.0 * x).exp() * (1.0 + x), 1e-16));
        assert!((slope - 3.0).abs() < 1e-11, "{slope}");
        assert!(uncertainty < 1e-11);
    }

    #[test]
    fn kinks_that_smaller_steps_leave_behind_do_not_matter() {
        for at in [0.02, 0.03, 0.05, 0.09] {
            let kinked = |x: f64| (x + 3.0 * (x - at).max(0.0), 1e-16);
            let (slope, uncertainty) = derivative(0.1, 1e-9, kinked);
            assert!(
                (slope - 1.0).abs() <= 4.0 * uncertainty + 1e-9,
                "{at}: {slope} ± {uncertainty}"
            );
        }
    }

    #[test]
    fn rounding_counts() {
        let noise = |x: f64| 1e-4 * (x * 1e7).sin();
        let (slope, uncertainty) = derivative(0.1, 0.0, |x| (x + noise(x), 1e-4));
        assert!(
            (slope - 1.0).abs() <= 4.0 * uncertainty,
            "{slope} ± {uncertainty}"
        );
    }
}
