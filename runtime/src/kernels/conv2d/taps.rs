use super::Geometry;
use super::blocks::Block;
use super::extent::TAPS;

/// Some taps of some channels.
pub(super) struct Taps {
    /// Where each meets the first position in the window.
    offsets: [usize; TAPS],
    /// Where the weights of all outputs begin.
    weights: [usize; TAPS],
    count: usize,
}

impl Taps {
    /// No taps.
    pub(super) const NONE: Self = Self {
        offsets: [0; TAPS],
        weights: [0; TAPS],
        count: 0,
    };

    /// Those of a block; of every `together` columns the first.
    #[inline(never)]
    pub(super) fn write(&mut self, geometry: Geometry, block: &Block, together: usize) {
        let [rows, columns] = block.taps;
        let mut places = self.offsets.iter_mut().zip(&mut self.weights);
        self.count = 0;
        for channel in 0..block.channels[1] {
            for row in 0..rows[1] {
                for column in (0..columns[1]).step_by(together.max(1)) {
                    if let Some((offset, weights)) = places.next() {
                        let (row_tap, column_tap) = (rows[0] + row, columns[0] + column);
                        let channel_tap = block.channels[0] + channel;
                        *offset = block.window.offset([channel, row, column]);
                        *weights = geometry.weight_index(channel_tap, row_tap, column_tap);
                        self.count += 1;
                    }
                }
            }
        }
    }

    /// Where each meets the first position in the window.
    #[inline(always)]
    pub(super) fn offsets(&self) -> &[usize] {
        self.offsets.get(..self.count).unwrap_or_default()
    }

    /// Where the weights of all outputs begin.
    #[inline(always)]
    pub(super) fn weights(&self) -> &[usize] {
        self.weights.get(..self.count).unwrap_or_default()
    }

    /// The same, mutable.
    #[inline(always)]
    pub(super) fn weights_mut(&mut self) -> &mut [usize] {
        self.weights.get_mut(..self.count).unwrap_or_default()
    }
}
