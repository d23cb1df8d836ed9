//! Where sums go: to bytes with a range, or out of the network as numbers.

use super::affine::Affine;
use super::error::Overflow;
use super::line::LinesMut;
use super::requantize::Requantize;
use super::weights::{Terms, Weights};

/// What becomes of the sums of a layer.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// Bytes for numbers from `low` to `high`, as far as `output` covers them.
    Bytes {
        /// What the bytes stand for.
        output: Affine,
        /// The activation behind the layer is the identity from here …
        low: f32,
        /// … to here, and constant beyond.
        high: f32,
    },
    /// The output of the network.
    Numbers,
}

impl Target {
    /// Writes what becomes of the sums of all outputs, and what they begin with.
    pub(crate) fn write(
        self,
        lines: &mut LinesMut<'_>,
        weights: &Weights<'_>,
        terms: Terms,
        blocks: usize,
    ) -> Result<(), Overflow> {
        let mut largest = 0.0_f64;
        for output in 0..weights.outputs {
            largest = largest.max(weights.channel(output, terms)?.unit);
        }
        let (requantize, output) = self.requantize(terms.input(), largest);
        requantize.write(lines);
        let (bias, factors) = (lines.values(16 * blocks), lines.values(16 * blocks));
        let to = bias.iter_mut().zip(factors);
        for (index, (bias, factor)) in (0..weights.outputs).zip(to) {
            let channel = weights.channel(index, terms)?;
            *bias = channel.bias;
            *factor = match self {
                Self::Bytes { .. } => requantize.factor(channel.unit, output),
                Self::Numbers => (channel.unit as f32).to_bits() as i32,
            };
        }
        Ok(())
    }

    /// What becomes of sums in units of at most `largest`, and what the bytes stand for.
    pub(crate) fn requantize(self, inputs: &[Affine], largest: f64) -> (Requantize, Affine) {
        let input = inputs
            .first()
            .copied()
            .unwrap_or(Affine::covering(0.0, 0.0));
        let (output, low, high) = match self {
            Self::Bytes { output, low, high } => (output, low, high),
            // Numbers need no more of it than what the bytes that go in have for 0.
            Self::Numbers => (input, 0.0, 0.0),
        };
        let range = [output.quantize(low), output.quantize(high)];
        (Requantize::new(input, output, range, largest), output)
    }
}
