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

/// What the sums of a layer are made of.
#[derive(Clone, Copy)]
pub(crate) enum Terms {
    /// Products of weights and bytes.
    Products(Affine),
    /// The weights of up to so many rows.
    Rows(usize),
    /// Their mean, in units of 2⁻¹⁶ of a weight's.
    Mean(usize),
}

/// How many bits the mean of whole numbers has behind the point.
pub(crate) const FRACTION: u32 = 16;

impl Terms {
    /// What stands for 0 in what goes in.
    pub(crate) fn input(&self) -> &[Affine] {
        match self {
            Self::Products(input) => core::slice::from_ref(input),
            _ => &[],
        }
    }
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

    /// An output for sums of these terms.
    ///
    /// Of products a sum is `bias − zero·Σw + Σ w·q` with `q` from 0 to 127, in any order of its terms. That it fits 32
    /// bits whatever the input follows from `|bias − zero·Σw| + 127·Σ|w|`. Of `n` rows, of which one may come `n` times, it
    /// follows from `|bias| + n·max |w|`.
    pub(crate) fn channel(&self, output: usize, terms: Terms) -> Result<Channel, Overflow> {
        let [factor, offset] = (self.fold)(output).map(f64::from);
        let bias = f64::from(self.bias.get(output).copied().unwrap_or(0.0)) * factor + offset;
        let largest = self
            .of(output)
            .fold(0.0_f32, |largest, w| largest.max(w.abs()));
        // What is folded multiplies all weights of the output, so it divides them alike and changes the unit alone.
        let divisor = weight_scale(largest);
        let per_weight = factor.abs()
            * match terms {
                Terms::Products(input) => f64::from(input.scale),
                Terms::Rows(_) => 1.0,
                Terms::Mean(_) => 1.0 / f64::from(1_u32 << FRACTION),
            };
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
        let (mut sum, mut total, mut most) = (0_i64, 0_i64, 0_i64);
        for weight in self.of(output) {
            let weight = i64::from(channel.weight(weight));
            sum += weight;
            total += weight.abs();
            most = most.max(weight.abs());
        }
        let bias = bias / channel.unit;
        let bias = (bias + 0.5f64.copysign(bias)) as i64;
        let (bias, most) = match terms {
            Terms::Products(input) => (
                bias - i64::from(input.zero) * sum,
                i64::from(LARGEST) * total,
            ),
            Terms::Rows(rows) => (bias, rows as i64 * most),
            // A division rounds, by less than one for each row.
            Terms::Mean(rows) => (bias, (most << FRACTION) + rows as i64),
        };
        let bound = bias.abs() + most;
        if !finite || bound > i64::from(i32::MAX) {
            return Err(Overflow { output, bound });
        }
        channel.bias = bias as i32;
        Ok(channel)
    }
}
