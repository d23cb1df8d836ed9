//! Initial values.

use crate::scalar::Scalar;
use rand::{Rng, RngExt};

/// How a tensor starts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// The layer's own rule, PyTorch's.
    #[default]
    Default,
    /// Zeros.
    Zeros,
}

impl Init {
    /// Fills a weight (outputs × everything else, outputs innermost) or a bias of a layer with these fans.
    pub fn fill<T: Scalar, R: Rng + ?Sized>(
        self,
        values: &mut [T],
        fan_in: usize,
        fan_out: usize,
        rng: &mut R,
    ) {
        let _ = fan_out;
        match self {
            Init::Zeros => values.fill(T::ZERO),
            Init::Default => {
                let bound = 1.0 / (fan_in as f64).sqrt();
                for value in values {
                    *value = T::from_f64((rng.random::<f64>() * 2.0 - 1.0) * bound);
                }
            }
        }
    }
}
