//! Two-dimensional convolution and its gradients, straight from the definition: no im2col, no scratch memory.
//!
//! Shapes: `x: [channels][height][width][L]`, `y: [outputs][out_height][out_width][L]`,
//! `W: [channels / groups][kernel_height][kernel_width][outputs]`, `b: [outputs]` or empty. `L` is 1 or [`LANES`].
//!
//! What falls into the padding is clipped per output position, by ranges of taps, so the inner loops have no branch
//! per element.

mod backward_input;
mod backward_weight;
mod forward;

pub(crate) use backward_input::{BackwardInput, backward_input};
pub(crate) use backward_weight::{BackwardWeight, backward_weight};
pub(crate) use forward::{Forward, forward};

use super::window::Axis;

/// The sizes of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub(crate) channels: usize,
    pub(crate) outputs: usize,
    pub(crate) groups: usize,
    pub(crate) rows: Axis,
    pub(crate) columns: Axis,
}

impl Geometry {
    /// Input channels of one group.
    #[inline(always)]
    fn group_channels(&self) -> usize {
        self.channels / self.groups.max(1)
    }

    /// Outputs of one group.
    #[inline(always)]
    fn group_outputs(&self) -> usize {
        self.outputs / self.groups.max(1)
    }

    /// The weights of the taps from `(channel, row, column)` on.
    #[inline(always)]
    fn weight_index(&self, channel: usize, row: usize, column: usize) -> usize {
        ((channel * self.rows.kernel + row) * self.columns.kernel + column) * self.outputs
    }

    #[inline(always)]
    fn input_index(&self, channel: usize, row: usize, column: usize) -> usize {
        (channel * self.rows.input + row) * self.columns.input + column
    }

    #[inline(always)]
    fn output_index(&self, output: usize, row: usize, column: usize) -> usize {
        (output * self.rows.output + row) * self.columns.output + column
    }
}
