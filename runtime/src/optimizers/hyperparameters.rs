//! What the hyperparameters of all optimizers must satisfy.

/// A finite number that is not negative: a learning rate, a weight decay, an `eps`.
#[track_caller]
pub(super) fn not_negative(name: &str, value: f64) -> f64 {
    assert!(
        (0.0..f64::INFINITY).contains(&value),
        "the {name} is {value}, but must be finite and not negative"
    );
    value
}

/// The factor of an exponential moving average: in [0, 1).
#[track_caller]
pub(super) fn decay_rate(name: &str, value: f64) -> f64 {
    assert!(
        (0.0..1.0).contains(&value),
        "{name} is {value}, but must be at least 0 and less than 1"
    );
    value
}

/// `1 − βⁿ`, by which the moving average of `n` values that started at zero is too small.
///
/// By squaring, so the bits do not depend on a C library.
pub(super) fn bias_correction(beta: f64, mut n: u64) -> f64 {
    let (mut base, mut power) = (beta, 1.0);
    while n > 0 {
        if n & 1 == 1 {
            power *= base;
        }
        base *= base;
        n >>= 1;
    }
    1.0 - power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bias_correction_matches_the_power() {
        for n in [1, 2, 3, 7, 10, 1000, 4321] {
            for beta in [0.0, 0.5, 0.9, 0.999] {
                let expected = 1.0 - (0..n).fold(1.0, |power, _| power * beta);
                assert!((bias_correction(beta, n) - expected).abs() < 1e-13);
            }
        }
        assert_eq!(bias_correction(0.999, u64::MAX), 1.0);
    }
}
