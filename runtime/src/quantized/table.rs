//! Functions of one number: of 128 bytes there are 128 values, computed when the network is quantised.

use super::affine::Affine;
use super::line::{Lines, LinesMut};
use crate::layers::{Activation, Pointwise};
use crate::shape::Shape;

/// One function for all elements, or one for each channel.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    channels: usize,
    positions: usize,
}

impl Table {
    /// `channels` functions of `positions` elements each.
    pub const fn new(channels: usize, positions: usize) -> Self {
        Self {
            channels,
            positions,
        }
    }

    /// How many lines it has.
    pub const fn lines(&self) -> usize {
        2 * self.channels
    }

    /// Writes the lines: `function` of each channel, of numbers.
    pub fn quantize(
        &self,
        lines: &mut LinesMut<'_>,
        input: Affine,
        output: Affine,
        function: impl Fn(usize, f32) -> f32,
    ) {
        let tables = lines.values::<[u8; 128]>(self.channels);
        for (channel, table) in tables.iter_mut().enumerate() {
            for (q, to) in (0..).zip(table) {
                *to = output.quantize(function(channel, input.dequantize(q)));
            }
        }
    }

    /// Writes the lines of an activation.
    pub fn quantize_activation<A: Activation<f32>, S: Shape<Scalar = f32>>(
        &self,
        lines: &mut LinesMut<'_>,
        input: Affine,
        output: Affine,
        layer: &Pointwise<A, S>,
    ) {
        self.quantize(lines, input, output, |_, x| layer.function.value(x));
    }

    /// Writes the lines of what changes units alone.
    pub fn quantize_units(&self, lines: &mut LinesMut<'_>, input: Affine, output: Affine) {
        self.quantize(lines, input, output, |_, x| x);
    }

    /// The values.
    #[inline(never)]
    pub fn forward(&self, lines: &mut Lines<'_>, x: &[u8], y: &mut [u8]) {
        let tables = lines.values::<[u8; 128]>(self.channels);
        let positions = self.positions.max(1);
        let channels = x.chunks_exact(positions).zip(y.chunks_exact_mut(positions));
        for ((x, y), table) in channels.zip(tables) {
            for (x, y) in x.iter().zip(y) {
                *y = table[usize::from(x & 127)];
            }
        }
    }
}

/// Where a function that is constant beyond two numbers, and the identity between them, is so.
#[doc(hidden)]
pub fn bounds<A: Activation<f32>, S: Shape<Scalar = f32>>(layer: &Pointwise<A, S>) -> [f32; 2] {
    [f32::MIN, f32::MAX].map(|x| layer.function.value(x))
}
