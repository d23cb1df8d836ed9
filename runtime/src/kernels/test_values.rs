//! Numbers for the tests of the kernels, and the tolerance they share.

use crate::Scalar;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Slices of these lengths with values in −1…1.
pub(super) fn random<T: Scalar, const N: usize>(seed: u64, lengths: [usize; N]) -> [Vec<T>; N] {
    let mut rng = StdRng::seed_from_u64(seed);
    lengths.map(|length| {
        (0..length)
            .map(|_| T::from_f64(rng.random_range(-1.0..1.0)))
            .collect()
    })
}

/// Compares sums of at most `products` products of such values, whose additions were done in another order: each
/// rounds by half an ε of a partial sum.
pub(super) fn assert_close<T: Scalar>(values: &[T], expected: &[f64], products: usize) {
    assert_eq!(values.len(), expected.len());
    let epsilon = if size_of::<T>() == 4 {
        f32::EPSILON.into()
    } else {
        f64::EPSILON
    };
    let tolerance = epsilon * (4.0 + products as f64 / 8.0);
    for (index, (value, expected)) in values.iter().zip(expected).enumerate() {
        let error = (value.to_f64() - expected).abs() / (1.0 + expected.abs());
        assert!(
            error < tolerance,
            "at {index}: {value} instead of {expected}"
        );
    }
}
