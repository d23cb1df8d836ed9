//! `Conv2d` and `Conv1d`: sums of products of bytes, sixteen positions in the lanes.
//!
//! The input is copied once, four bytes a position: four channels (or, where fewer taps are wasted so, four neighbouring
//! columns), with what stands for 0 around it, and for a stride in planes of the positions that a tap meets. Then a tap
//! of four weights is a distance in memory, the same for all positions, and each of its weights is broadcast. Positions
//! run on from row to row; those between the last window of a row and the first of the next are dropped at the end.

use super::affine::Affine;
use super::error::Overflow;
use super::line::{Line, Lines, LinesMut, lines};
use super::requantize::{Dequantize, Finish, Requantize};
use super::target::Target;
use super::weights::{Terms, Weights};
use crate::simd::{IntegerWork, Isa, Sums};
use bytemuck::Zeroable;

/// The sizes of a [`Conv2d`](crate::layers::Conv2d) or [`Conv1d`](crate::layers::Conv1d); rows, then columns.
#[derive(Clone, Copy, Debug)]
pub struct Convolution {
    pub(crate) channels: usize,
    pub(crate) input: [usize; 2],
    pub(crate) outputs: usize,
    pub(crate) output: [usize; 2],
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) padding: [usize; 2],
    pub(crate) dilation: [usize; 2],
    pub(crate) groups: usize,
}

impl Convolution {
    const fn group_channels(&self) -> usize {
        self.channels / divisor(self.groups)
    }

    const fn group_outputs(&self) -> usize {
        self.outputs / divisor(self.groups)
    }

    /// Whether four neighbouring columns lie together, and not four channels.
    const fn by_columns(&self) -> bool {
        let channels = self.group_channels();
        channels * self.kernel[1].div_ceil(4) < channels.div_ceil(4) * self.kernel[1]
    }

    /// What lies side by side in a plane's four bytes: so many sets of planes in a group.
    const fn sets(&self) -> usize {
        if self.by_columns() {
            self.group_channels()
        } else {
            self.group_channels().div_ceil(4)
        }
    }

    /// Columns of taps of four.
    const fn tap_columns(&self) -> usize {
        if self.by_columns() {
            self.kernel[1].div_ceil(4)
        } else {
            self.kernel[1]
        }
    }

    /// Taps of four weights of an output.
    const fn taps(&self) -> usize {
        self.sets() * self.kernel[0] * self.tap_columns()
    }

    /// Rows and columns of a plane.
    const fn plane(&self) -> [usize; 2] {
        let rows =
            (self.kernel[0] - 1) * self.dilation[0] / divisor(self.stride[0]) + self.output[0];
        let columns =
            (self.kernel[1] - 1) * self.dilation[1] / divisor(self.stride[1]) + self.output[1];
        [rows, columns]
    }

    /// Planes of all groups.
    const fn planes(&self) -> usize {
        self.groups * self.sets() * self.stride[0] * self.stride[1]
    }

    /// Positions from the first window to the last, in blocks of sixteen.
    const fn blocks(&self) -> usize {
        let [_, columns] = self.plane();
        ((self.output[0] - 1) * columns + self.output[1]).div_ceil(16)
    }

    /// Bytes of the planes, and so many behind them that a block may end there.
    const fn source(&self) -> usize {
        let [rows, columns] = self.plane();
        lines(4 * self.planes() * rows * columns + 64) * 64
    }

    /// Bytes of the distances of the taps.
    const fn distances(&self) -> usize {
        lines(4 * self.taps()) * 64
    }

    /// How many outputs have weights of their own.
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// How many lines it has.
    pub const fn lines(&self) -> usize {
        1 + 2 * self.outputs.div_ceil(16) + lines(4 * self.outputs * self.taps())
    }

    /// Lines of room that it works in.
    pub const fn room(&self) -> usize {
        // Four outputs at a time, as numbers where they are those of the network.
        (self.source() + self.distances()) / 64 + 4 * self.blocks()
    }

    /// Writes the lines: the weights of up to four outputs together, `[outputs][tap][output][four]`.
    ///
    /// # Errors
    /// When the sum of an output might not fit 32 bits.
    pub fn quantize(
        &self,
        lines: &mut LinesMut<'_>,
        weights: Weights<'_>,
        input: Affine,
        target: Target,
    ) -> Result<(), Overflow> {
        let terms = Terms::Products(input);
        target.write(lines, &weights, terms, self.outputs.div_ceil(16))?;
        let taps = self.taps();
        let values: &mut [[u8; 4]] = lines.values(self.outputs * taps);
        let per_group = self.group_outputs();
        let [_, columns] = self.kernel;
        for output in 0..self.outputs {
            let channel = weights.channel(output, terms)?;
            let (group, of_group) = (output / per_group, output % per_group);
            let first = group * per_group + of_group / 4 * 4;
            let width = (per_group - of_group / 4 * 4).min(4);
            let tile = values.iter_mut().skip(first * taps + of_group % 4);
            let mut tile = tile.step_by(width);
            let weight = |c: usize, row: usize, column: usize| {
                let inside = c < self.group_channels() && column < columns;
                let index = (c * self.kernel[0] + row) * columns + column;
                let weight = weights.weight.get(index * self.outputs + output);
                weight
                    .filter(|_| inside)
                    .map_or(0, |weight| channel.weight(*weight) as u8)
            };
            for set in 0..self.sets() {
                for row in 0..self.kernel[0] {
                    for column in 0..self.tap_columns() {
                        let four = core::array::from_fn(|i| match self.by_columns() {
                            true => weight(set, row, 4 * column + i),
                            false => weight(4 * set + i, row, column),
                        });
                        if let Some(to) = tile.next() {
                            *to = four;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Bytes for bytes, in [`room`](Self::room).
    #[inline(always)]
    pub fn forward(
        &self,
        isa: Isa,
        lines: &mut Lines<'_>,
        x: &[u8],
        y: &mut [u8],
        room: &mut [Line],
    ) {
        let finish = Requantize::read(lines);
        self.run(isa, lines, finish, finish.zero, x, y, room);
    }

    /// Numbers, where it ends the network.
    #[inline(always)]
    pub fn forward_last(
        &self,
        isa: Isa,
        lines: &mut Lines<'_>,
        x: &[u8],
        y: &mut [f32],
        room: &mut [Line],
    ) {
        let zero = Requantize::read(lines).zero;
        self.run(isa, lines, Dequantize, zero, x, y, room);
    }

    #[inline(always)]
    fn run<F: Finish>(
        &self,
        isa: Isa,
        lines: &mut Lines<'_>,
        finish: F,
        zero: u32,
        x: &[u8],
        y: &mut [F::Output],
        room: &mut [Line],
    ) {
        let mut room = LinesMut::new(room);
        isa.run_integers(Correlation {
            layer: *self,
            bias: lines.values(16 * self.outputs.div_ceil(16)),
            factors: lines.values(16 * self.outputs.div_ceil(16)),
            weights: lines.values(self.outputs * self.taps()),
            finish,
            zero: zero as u8,
            x,
            y,
            source: room.values(self.source() / 4),
            distances: room.values(self.distances() / 4),
            wide: room.values(4 * self.blocks()),
        });
    }
}

/// What is divided by: never 0, which the compiler cannot see everywhere.
const fn divisor(n: usize) -> usize {
    if n == 0 { 1 } else { n }
}

struct Correlation<'a, F: Finish> {
    layer: Convolution,
    bias: &'a [i32],
    factors: &'a [i32],
    weights: &'a [[u8; 4]],
    finish: F,
    zero: u8,
    x: &'a [u8],
    y: &'a mut [F::Output],
    source: &'a mut [[u8; 4]],
    distances: &'a mut [u32],
    /// Four outputs at all positions, between rows, too.
    wide: &'a mut [[F::Output; 16]],
}

impl<F: Finish> IntegerWork for Correlation<'_, F> {
    #[inline(always)]
    fn run<S: Sums>(self) {
        let Self {
            layer,
            finish,
            zero,
            x,
            source,
            distances,
            wide,
            ..
        } = self;
        copy_planes(&layer, zero, x, source);
        write_distances(&layer, distances);
        let (taps, blocks) = (layer.taps(), layer.blocks());
        let distances = distances.get(..taps).unwrap_or_default();
        let source = source.as_flattened();
        let [rows, columns] = layer.plane();
        let group_bytes = 4 * layer.planes() / divisor(layer.groups) * rows * columns;
        let len = layer.output[0] * layer.output[1];
        let mut ends = self
            .bias
            .iter()
            .zip(self.factors)
            .zip(self.y.chunks_exact_mut(len.max(1)));
        let mut weights = self.weights;
        for group in 0..layer.groups {
            let source = source.get(group * group_bytes..).unwrap_or_default();
            let mut left = layer.group_outputs();
            while left > 0 {
                let width = left.min(4);
                left -= width;
                let Some((tile, behind)) = weights.split_at_checked(width * taps) else {
                    return;
                };
                weights = behind;
                // The sums begin with the bias.
                let mut outputs = [(0, 0); 4];
                let mut planes: [&mut [F::Output]; 4] = Default::default();
                for ((output, plane), end) in outputs
                    .iter_mut()
                    .zip(&mut planes)
                    .zip(ends.by_ref().take(width))
                {
                    let ((bias, factor), y) = end;
                    *output = (*bias, *factor);
                    *plane = y;
                }
                let wide = wide.get_mut(..width * blocks).unwrap_or_default();
                match width {
                    4 => positions::<S, F, 4>(
                        source, distances, tile, finish, &outputs, blocks, wide,
                    ),
                    3 => positions::<S, F, 3>(
                        source, distances, tile, finish, &outputs, blocks, wide,
                    ),
                    2 => positions::<S, F, 2>(
                        source, distances, tile, finish, &outputs, blocks, wide,
                    ),
                    _ => positions::<S, F, 1>(
                        source, distances, tile, finish, &outputs, blocks, wide,
                    ),
                }
                for (plane, wide) in planes.into_iter().zip(wide.chunks_exact(blocks.max(1))) {
                    copy_rows(plane, layer.output[1], wide.as_flattened(), columns);
                }
            }
        }
    }
}

/// The sums of `O` outputs at all positions.
#[inline(always)]
fn positions<S: Sums, F: Finish, const O: usize>(
    source: &[u8],
    distances: &[u32],
    weights: &[[u8; 4]],
    finish: F,
    outputs: &[(i32, i32); 4],
    blocks: usize,
    wide: &mut [[F::Output; 16]],
) {
    let weights = weights.as_chunks::<O>().0;
    let mut block = 0;
    if S::WIDE {
        while block + 4 <= blocks {
            let sums = tile::<S, O, 4>(source, 64 * block, distances, weights);
            for (i, sums) in sums.into_iter().enumerate() {
                write_block(block + i, sums, finish, outputs, blocks, wide);
            }
            block += 4;
        }
    }
    while block < blocks {
        let [sums] = tile::<S, O, 1>(source, 64 * block, distances, weights);
        write_block(block, sums, finish, outputs, blocks, wide);
        block += 1;
    }
}

/// What becomes of the sums of a block. A function and no closure, which would not be compiled for the instruction set.
#[inline(always)]
fn write_block<S: Sums, F: Finish, const O: usize>(
    block: usize,
    sums: [S; O],
    finish: F,
    outputs: &[(i32, i32); 4],
    blocks: usize,
    wide: &mut [[F::Output; 16]],
) {
    let planes = wide.chunks_exact_mut(blocks.max(1));
    for ((sums, (bias, factor)), plane) in sums.into_iter().zip(outputs).zip(planes) {
        if let Some(to) = plane.get_mut(block) {
            let mut values = [<F::Output as Zeroable>::zeroed(); 16];
            for (value, sum) in values.iter_mut().zip(sums.store()) {
                *value = finish.finish(sum.wrapping_add(*bias), *factor);
            }
            *to = values;
        }
    }
}

/// The sums of `O` outputs in `N` blocks of positions.
#[inline(always)]
fn tile<S: Sums, const O: usize, const N: usize>(
    source: &[u8],
    from: usize,
    distances: &[u32],
    weights: &[[[u8; 4]; O]],
) -> [[S; O]; N] {
    let mut sums = [[S::zero(); O]; N];
    let source = source.get(from..).unwrap_or_default();
    for (distance, weights) in distances.iter().zip(weights) {
        let x = source.get(*distance as usize..).unwrap_or_default();
        let Some(x) = x.as_chunks::<64>().0.first_chunk::<N>() else {
            continue;
        };
        for (sums, x) in sums.iter_mut().zip(x) {
            let x = S::load(x);
            for (sum, w) in sums.iter_mut().zip(weights) {
                *sum = sum.add_products(x, S::splat(*w));
            }
        }
    }
    sums
}

/// Bytes from the start of a group's planes to the first position of each tap.
#[inline(always)]
fn write_distances(layer: &Convolution, distances: &mut [u32]) {
    let [rows, columns] = layer.plane();
    let [stride_rows, stride_columns] = layer.stride.map(divisor);
    let step = if layer.by_columns() { 4 } else { 1 };
    let mut distances = distances.iter_mut();
    for set in 0..layer.sets() {
        for row in 0..layer.kernel[0] {
            for column in 0..layer.tap_columns() {
                let row = row * layer.dilation[0];
                let column = step * column * layer.dilation[1];
                let plane = (set * stride_rows + row % stride_rows) * stride_columns
                    + column % stride_columns;
                let position =
                    (plane * rows + row / stride_rows) * columns + column / stride_columns;
                if let Some(distance) = distances.next() {
                    *distance = 4 * position as u32;
                }
            }
        }
    }
}

/// The input, four bytes a position, in planes.
#[inline(always)]
fn copy_planes(layer: &Convolution, zero: u8, x: &[u8], source: &mut [[u8; 4]]) {
    let [rows, columns] = layer.plane();
    let [height, width] = layer.input;
    source.fill([zero; 4]);
    let planes = layer.stride[0] * layer.stride[1];
    let stride_columns = divisor(layer.stride[1]);
    let sets = source.chunks_exact_mut((planes * rows * columns).max(1));
    let per_group = layer.group_channels();
    let sets_of_group = divisor(layer.sets());
    for (index, set) in sets.take(layer.groups * layer.sets()).enumerate() {
        let (group, set_of_group) = (index / sets_of_group, index % sets_of_group);
        for (phase, plane) in set.chunks_exact_mut((rows * columns).max(1)).enumerate() {
            let (row_phase, column_phase) = (phase / stride_columns, phase % stride_columns);
            for (row, to) in plane.chunks_exact_mut(columns.max(1)).enumerate() {
                let y = row * layer.stride[0] + row_phase;
                let Some(y) = y.checked_sub(layer.padding[0]).filter(|y| *y < height) else {
                    continue;
                };
                for part in 0..4 {
                    let (channel, shift) = if layer.by_columns() {
                        (set_of_group, part * layer.dilation[1])
                    } else {
                        (4 * set_of_group + part, 0)
                    };
                    if channel >= per_group {
                        continue;
                    }
                    let first = ((group * per_group + channel) * height + y) * width;
                    let from = x.get(first..first + width).unwrap_or_default();
                    copy_row(
                        to,
                        part,
                        from,
                        layer.stride[1],
                        column_phase + shift,
                        layer.padding[1],
                    );
                }
            }
        }
    }
}

/// `to[i][part] = from[i·stride + shift − padding]`, where there is such an element.
#[inline(always)]
fn copy_row(
    to: &mut [[u8; 4]],
    part: usize,
    from: &[u8],
    stride: usize,
    shift: usize,
    padding: usize,
) {
    let stride = stride.max(1);
    // The first position whose column is not before the input, and that column.
    let first = padding.saturating_sub(shift).div_ceil(stride);
    let column = (first * stride + shift).saturating_sub(padding);
    let to = to.get_mut(first..).unwrap_or_default().iter_mut();
    let from = from.get(column..).unwrap_or_default();
    if stride == 1 {
        for (to, from) in to.zip(from) {
            to[part & 3] = *from;
        }
    } else {
        for (to, from) in to.zip(from.iter().step_by(stride)) {
            to[part & 3] = *from;
        }
    }
}

/// Rows of `width` from rows of `pitch`.
#[inline(always)]
fn copy_rows<T: Copy>(to: &mut [T], width: usize, from: &[T], pitch: usize) {
    let (mut to, mut from) = (to, from);
    while let Some((row, behind)) = core::mem::take(&mut to).split_at_mut_checked(width.max(1)) {
        copy_short(row, from);
        to = behind;
        from = from.get(pitch..).unwrap_or_default();
    }
}

/// `to = from`, in pieces of constant length of which the last one overlaps.
#[inline(always)]
fn copy_short<T: Copy>(to: &mut [T], from: &[T]) {
    let Some(from) = from.get(..to.len()) else {
        return;
    };
    if let (Some(last), Some(end)) = (from.last_chunk::<16>(), to.len().checked_sub(16)) {
        for (to, from) in to.chunks_exact_mut(16).zip(from.as_chunks::<16>().0) {
            to.copy_from_slice(from);
        }
        if let Some(to) = to.get_mut(end..) {
            to.copy_from_slice(last);
        }
    } else {
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
}
