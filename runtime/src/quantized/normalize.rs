//! Batch norm in inference: a factor and a summand for each channel.

use super::affine::Affine;
use super::line::LinesMut;
use super::table::Table;
use crate::layers::{BatchNorm, BatchNormBuffers, BatchNormParameters};
use crate::scalar::Scalar;

impl<S, const C: usize, const AFFINE: usize> BatchNorm<S, C, AFFINE> {
    /// `[a, b]` with which the channel becomes `a·x + b`.
    #[doc(hidden)]
    pub fn factor_and_summand(
        &self,
        parameters: &BatchNormParameters<f32, AFFINE>,
        buffers: &BatchNormBuffers<f32, C>,
        channel: usize,
    ) -> [f32; 2] {
        let at = |values: &[f32], otherwise| values.get(channel).copied().unwrap_or(otherwise);
        let weight = f64::from(at(parameters.weight.as_slice(), 1.0));
        let bias = f64::from(at(parameters.bias.as_slice(), 0.0));
        let mean = f64::from(at(buffers.running_mean.as_slice(), 0.0));
        let variance = f64::from(at(buffers.running_var.as_slice(), 1.0));
        let factor = weight / Scalar::sqrt(variance + self.eps);
        [factor as f32, (bias - factor * mean) as f32]
    }
}

impl Table {
    /// Writes the lines of a batch norm that follows no weights; `low` and `high` as for [`Target`](super::Target).
    #[doc(hidden)]
    pub fn quantize_norm(
        &self,
        lines: &mut LinesMut<'_>,
        input: Affine,
        output: Affine,
        [low, high]: [f32; 2],
        norm: impl Fn(usize) -> [f32; 2],
    ) {
        self.quantize(lines, input, output, |channel, x| {
            let [factor, summand] = norm(channel);
            (factor * x + summand).max(low).min(high)
        });
    }
}
