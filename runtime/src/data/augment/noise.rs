use super::Augment;
use crate::data::flat_mut;
use crate::scalar::Scalar;
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::StdRng;
use rand_distr::StandardNormal;
use std::slice;

/// Adds normally distributed numbers with mean 0 to every element, for images and series.
///
/// ```
/// use chainrule::data::augment::{Augment, Noise};
/// use chainrule::prelude::*;
/// let mut series = [[0.0_f32; 100]; 2];
/// Noise { std: 0.1 }.augment(&mut series, &mut StdRng::seed_from_u64(1));
/// let squares: f32 = series.as_flattened().iter().map(|x| x * x).sum();
/// assert!((squares / 200.0).sqrt() < 0.12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// The standard deviation.
    pub std: f64,
}

impl<S: Shape> Augment<S> for Noise {
    fn augment(&self, input: &mut S, rng: &mut StdRng) {
        for scalar in flat_mut(slice::from_mut(input)) {
            let noise: f64 = rng.sample(StandardNormal);
            *scalar += S::Scalar::from_f64(self.std * noise);
        }
    }
}
