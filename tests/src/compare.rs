//! When two runs of numbers count as equal.

use chainrule::Scalar;

/// How far a number may be from the golden one.
#[derive(Clone, Copy, Debug)]
pub enum Tolerance {
    /// Relative to the number, or to the largest of the tensor up to 1: outputs and losses.
    Forward,
    /// Relative to the largest number of the tensor: gradients, which are sums in which terms cancel.
    Gradient,
}

impl Tolerance {
    fn relative<T: Scalar>(self) -> f64 {
        match (T::NAME, self) {
            ("f64", _) => 1e-10,
            (_, Tolerance::Forward) => 1e-5,
            (_, Tolerance::Gradient) => 1e-4,
        }
    }
}

/// Compares what the layers made in the scalar `T` with the golden values.
///
/// # Panics
/// When a number is off, with the worst ones.
#[track_caller]
pub fn assert_close<T: Scalar>(what: &str, got: &[f64], want: &[f64], tolerance: Tolerance) {
    let largest = want
        .iter()
        .fold(0.0, |largest: f64, want| largest.max(want.abs()));
    let scale = |want: f64| match tolerance {
        Tolerance::Forward => want.abs().max(largest.min(1.0)),
        Tolerance::Gradient => largest,
    };
    assert_within(what, got, want, |want| {
        tolerance.relative::<T>() * scale(want)
    });
}

/// Compares two runs of numbers, each within `allowed(want)`.
#[track_caller]
pub(crate) fn assert_within(what: &str, got: &[f64], want: &[f64], allowed: impl Fn(f64) -> f64) {
    assert_eq!(got.len(), want.len(), "{what}: the number of elements");
    let mut wrong: Vec<_> = (got.iter().zip(want).enumerate())
        .map(|(index, (&got, &want))| (index, got, want, (got - want).abs()))
        .filter(|&(_, _, want, difference)| difference.is_nan() || difference > allowed(want))
        .collect();
    if wrong.is_empty() {
        return;
    }
    wrong.sort_by(|a, b| b.3.total_cmp(&a.3));
    let mut message = format!("{what}: {} of {} elements are off", wrong.len(), got.len());
    for (index, got, want, difference) in wrong.iter().take(8) {
        message += &format!(
            "\n  element {index}: got {got:e}, want {want:e} (differs by {difference:.1e}, may by {:.1e})",
            allowed(*want)
        );
    }
    panic!("{message}");
}
