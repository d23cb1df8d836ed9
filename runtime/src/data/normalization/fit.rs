//! Offsets and scales from training data.

use super::{Normalization, Per};
use crate::data::{DataError, Dataset, flat, read_sample, scratch};
use crate::scalar::Scalar;
use crate::shape::Shape;
use std::marker::PhantomData;
use std::slice;

/// What is known of the numbers of a group.
#[derive(Clone, Copy)]
struct Moments {
    count: f64,
    mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
    least: f64,
    greatest: f64,
}

impl Moments {
    const NONE: Self = Self {
        count: 0.0,
        mean: 0.0,
        squares: 0.0,
        least: f64::INFINITY,
        greatest: f64::NEG_INFINITY,
    };

    /// Takes a number in (Welford 1962): stable also where the mean is large beside the deviation.
    fn add(&mut self, x: f64) {
        self.count += 1.0;
        let distance = x - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (x - self.mean);
        self.least = self.least.min(x);
        self.greatest = self.greatest.max(x);
    }
}

impl<S: Shape> Normalization<S> {
    /// To mean 0 and standard deviation 1 over the samples of `training`: scikit-learn's `StandardScaler`. The deviation is
    /// that of the samples themselves, √(Σ(x − mean)² / n). What is constant becomes 0.
    ///
    /// # Errors
    /// [`NoSamples`](DataError::NoSamples), [`NotFinite`](DataError::NotFinite).
    pub fn standardize(
        training: &(impl Dataset<Input = S> + ?Sized),
        per: Per,
    ) -> Result<Self, DataError> {
        let offset_and_scale =
            |moments: &Moments| (moments.mean, (moments.squares / moments.count).sqrt());
        fit(training, per, offset_and_scale)
    }

    /// To the range 0 to 1 over the samples of `training`: scikit-learn's `MinMaxScaler`. What is constant becomes 0; other
    /// samples may lie outside of the range.
    ///
    /// # Errors
    /// As [`standardize`](Normalization::standardize).
    pub fn min_max(
        training: &(impl Dataset<Input = S> + ?Sized),
        per: Per,
    ) -> Result<Self, DataError> {
        let offset_and_scale =
            |moments: &Moments| (moments.least, moments.greatest - moments.least);
        fit(training, per, offset_and_scale)
    }
}

fn fit<S: Shape>(
    training: &(impl Dataset<Input = S> + ?Sized),
    per: Per,
    offset_and_scale: impl Fn(&Moments) -> (f64, f64),
) -> Result<Normalization<S>, DataError> {
    if training.is_empty() {
        return Err(DataError::NoSamples);
    }
    let mut groups = vec![Moments::NONE; per.groups(S::DIMS)];
    let count = groups.len();
    scratch(|input: &mut S| {
        for sample in 0..training.len() {
            read_sample(training, 0, 0, sample, input);
            for (element, scalar) in flat(slice::from_ref(input)).iter().enumerate() {
                let value = scalar.to_f64();
                if !value.is_finite() {
                    return Err(DataError::NotFinite {
                        sample,
                        element,
                        value,
                    });
                }
                if let Some(group) = groups.get_mut(per.group(element, count, S::LEN)) {
                    group.add(value);
                }
            }
        }
        Ok(())
    })?;
    let (offset, scale) = groups
        .iter()
        .map(|moments| {
            let (offset, scale) = offset_and_scale(moments);
            // Rounding may leave a trace of a deviation where all numbers are the same.
            let constant = moments.least == moments.greatest || scale == 0.0;
            (offset, if constant { 1.0 } else { scale })
        })
        .unzip();
    Ok(Normalization {
        per,
        offset,
        scale,
        input: PhantomData,
    })
}
