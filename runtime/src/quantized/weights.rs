//! Weights as bytes: per output symmetric, with the proof that no sum overflows.

use super::affine::{Affine, signed, weight_scale};
use super::error::Overflow;
use crate::simd::LARGEST;

/// The weights of a layer as a network has them, outputs innermost, and what is folded into them.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    /// `[inputs of an output][outputs]`
    pub weight: &'a [f32],
    /// `[outputs]`, or nothing.
    pub bias: &'a [f32],
    /// How many.
    pub outputs: usize,
    /// Of an output, what it is multiplied by behind the layer, and what is then added.
    pub fold: &'a dyn Fn(usize) -> [f32; 2],
}

/// An output as whole numbers.
pub(crate) struct Channel {
    /// What a weight is divided by.
    divisor: f32,
    /// Of what is folded into it.
    sign: f32,
    /// What the sums are in units of.
    pub(crate) unit: f64,
    /// What is added to the sum of the products of weights and bytes.
    pub(crate) bias: i32,
}

impl Channel {
    pub(crate) fn weight(&self, weight: f32) -> i8 {
        signed(weight * self.sign / self.divisor)
    }
}

impl Weights<'_> {
    /// The weights of an output.
    pub(crate) fn of(&self, output: usize) -> impl Iterator<Item = f32> {
        let column = self.weight.iter().skip(output);
        column.step_by(self.outputs.max(1)).copied()
    }

    /// An output for bytes that stand for the numbers of `input`.
    ///
    /// A sum is `bias − zero·Σw + Σ w·q` with `q` from 0 to 127, in any order of its terms. That it fits 32 bits whatever
    /// the input follows from `|bias − zero·Σw| + 127·Σ|w|`.
    pub(crate) fn channel(&self, output: usize, input: Affine) -> Result<Channel, Overflow> {
        let [factor, offset] = (self.fold)(output).map(f64::from);
        let bias = f64::from(self.bias.get(output).copied().unwrap_or(0.0)) * factor + offset;
        let largest = self
            .of(output)
            .fold(0.0_f32, |largest, w| largest.max(w.abs()));
        // What is folded multiplies all weights of the output, so it divides them alike and changes the unit alone.
        let divisor = weight_scale(largest);
        let per_weight = factor.abs() * f64::from(input.scale);
        let unit = f64::from(divisor) * per_weight;
        // Where the bias is more than all that the weights can add, they have fewer steps, and it 2²⁹ units.
        let least = (bias.abs() / f64::from(1_u32 << 29)).max(f64::from(f32::MIN_POSITIVE));
        let finite = largest.is_finite() && unit.is_finite() && bias.is_finite();
        let mut channel = Channel {
            divisor: if unit < least {
                (least / per_weight) as f32
            } else {
                divisor
            },
            sign: if factor < 0.0 { -1.0 } else { 1.0 },
            unit: unit.max(least),
            bias: 0,
        };
        let (mut sum, mut total) = (0_i64, 0_i64);
        for weight in self.of(output) {
            let weight = i64::from(channel.weight(weight));
            sum += weight;
            total += weight.abs();
        }
        let bias = bias / channel.unit;
        let bias = (bias + 0.5f64.copysign(bias)) as i64 - i64::from(input.zero) * sum;
        let bound = bias.abs() + i64::from(LARGEST) * total;
        if !finite || bound > i64::from(i32::MAX) {
            return Err(Overflow { output, bound });
        }
        channel.bias = bias as i32;
        Ok(channel)
    }
}
