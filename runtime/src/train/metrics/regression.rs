use super::{Measure, Metric, ratio};
use crate::scalar::Scalar;
use crate::schedules::Mode;
use crate::shape::{Sample, Shape};
use core::slice;

/// The mean absolute error `Σ|y − t|/n`, scikit-learn's `mean_absolute_error`: of several outputs the mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mae {
    sum: f64,
    count: u64,
}

impl Mae {
    /// Of no outputs yet.
    pub const fn new() -> Self {
        Self { sum: 0.0, count: 0 }
    }
}

impl Metric for Mae {
    fn name(&self) -> String {
        "MAE".into()
    }
    fn mode(&self) -> Mode {
        Mode::Min
    }
    fn reset(&mut self) {
        *self = Self::new();
    }
    fn value(&self) -> f64 {
        ratio(self.sum, self.count)
    }
}

impl<S: Shape, Y: Sample<S>> Measure<S, Y> for Mae {
    fn add(&mut self, output: &S, target: &Y) {
        for (y, t) in pairs(output, target) {
            self.sum += (y - t).abs();
            self.count += 1;
        }
    }
}

/// The root of the mean squared error `√(Σ(y − t)²/n)`, scikit-learn's `root_mean_squared_error`: of several outputs the
/// mean of their roots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rmse {
    /// By output.
    sums: Vec<f64>,
    count: u64,
}

impl Rmse {
    /// Of no outputs yet.
    pub const fn new() -> Self {
        Self {
            sums: Vec::new(),
            count: 0,
        }
    }
}

impl Metric for Rmse {
    fn name(&self) -> String {
        "RMSE".into()
    }
    fn mode(&self) -> Mode {
        Mode::Min
    }
    fn reset(&mut self) {
        *self = Self::new();
    }
    fn value(&self) -> f64 {
        let roots = self.sums.iter().map(|&sum| ratio(sum, self.count).sqrt());
        ratio(roots.sum(), self.sums.len() as u64)
    }
}

impl<S: Shape, Y: Sample<S>> Measure<S, Y> for Rmse {
    fn add(&mut self, output: &S, target: &Y) {
        self.sums.resize(S::LEN, 0.0);
        for (sum, (y, t)) in self.sums.iter_mut().zip(pairs(output, target)) {
            *sum += (y - t) * (y - t);
        }
        self.count += 1;
    }
}

/// The coefficient of determination `1 − Σ(y − t)²/Σ(t − t̄)²`, scikit-learn's `r2_score`: of several outputs the mean.
///
/// Where all targets are the same it is 1 if every output is right, else 0. NaN for fewer than two samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct R2 {
    outputs: Vec<Deviations>,
    count: u64,
}

/// Of one output, by Welford's algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Deviations {
    residual: f64,
    mean: f64,
    total: f64,
}

impl R2 {
    /// Of no outputs yet.
    pub const fn new() -> Self {
        Self {
            outputs: Vec::new(),
            count: 0,
        }
    }
}

impl Metric for R2 {
    fn name(&self) -> String {
        "R²".into()
    }
    fn reset(&mut self) {
        *self = Self::new();
    }
    fn value(&self) -> f64 {
        if self.count < 2 {
            return f64::NAN;
        }
        let of_output = |of: &Deviations| match (of.residual, of.total) {
            (0.0, _) => 1.0,
            (_, 0.0) => 0.0,
            (residual, total) => 1.0 - residual / total,
        };
        let sum = self.outputs.iter().map(of_output).sum();
        ratio(sum, self.outputs.len() as u64)
    }
}

impl<S: Shape, Y: Sample<S>> Measure<S, Y> for R2 {
    fn add(&mut self, output: &S, target: &Y) {
        self.outputs.resize(S::LEN, Deviations::default());
        self.count += 1;
        for (of, (y, t)) in self.outputs.iter_mut().zip(pairs(output, target)) {
            let before = t - of.mean;
            of.mean += before / self.count as f64;
            of.total += before * (t - of.mean);
            of.residual += (y - t) * (y - t);
        }
    }
}

/// Every scalar of an output with that of the target.
fn pairs<'a, S: Shape>(
    output: &'a S,
    target: &'a impl Sample<S>,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    scalars(output).zip(scalars(target.array()))
}

fn scalars<S: Shape>(values: &S) -> impl Iterator<Item = f64> {
    let scalars: &[S::Scalar] = bytemuck::cast_slice(slice::from_ref(values));
    scalars.iter().map(|scalar| scalar.to_f64())
}
