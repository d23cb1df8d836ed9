//! `SparseLinear`, `EmbeddingBag` and `Embedding`: sums of the rows of a table of bytes, chosen by indices.
//!
//! Sums have 16 bits as long as that is exact, which it is for 255 rows, whatever their bytes; then they are added to
//! sums of 32 bits. So a bag of up to 255 indices is summed in 16 bits alone, a register of AVX2 for sixteen outputs.

use super::error::Overflow;
use super::line::{Lines, LinesMut, lines};
use super::requantize::{Dequantize, Finish, Requantize};
use super::target::Target;
use super::weights::{FRACTION, Terms, Weights};
use crate::layers::rows::row;
use crate::simd::{IntegerWork, Isa, Sums};

/// How many rows are summed in 16 bits.
const NARROW: usize = 255;
// The proof: no sum of so many bytes leaves 16 bits, not even between two rows.
const _: () = assert!(NARROW as i64 * (i8::MIN as i64) >= i16::MIN as i64);
const _: () = assert!(NARROW as i64 * (i8::MAX as i64) <= i16::MAX as i64);

/// The sizes of a [`SparseLinear`](crate::layers::SparseLinear), [`EmbeddingBag`](crate::layers::EmbeddingBag) or
/// [`Embedding`](crate::layers::Embedding).
#[derive(Clone, Copy, Debug)]
pub struct RowSum {
    /// How many rows there are.
    pub(crate) rows: usize,
    pub(crate) outputs: usize,
    /// How many indices make a sum.
    pub(crate) bag: usize,
    /// How many sums there are.
    pub(crate) bags: usize,
    /// A row that does not count.
    pub(crate) skipped: Option<usize>,
    /// Whether sums are divided by the number of rows that count.
    pub(crate) mean: bool,
}

impl RowSum {
    const fn blocks(&self) -> usize {
        self.outputs.div_ceil(16)
    }

    /// How many outputs have weights of their own.
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// How many indices it reads.
    pub const fn indices(&self) -> usize {
        self.bag * self.bags
    }

    /// How many lines it has.
    pub const fn lines(&self) -> usize {
        1 + 2 * self.blocks() + lines(16 * self.blocks() * self.rows)
    }

    /// Writes the lines: rows of bytes, as many as fill blocks of sixteen outputs.
    ///
    /// # Errors
    /// When the sum of an output might not fit 32 bits.
    pub fn quantize(
        &self,
        lines: &mut LinesMut<'_>,
        weights: Weights<'_>,
        target: Target,
    ) -> Result<(), Overflow> {
        let terms = match self.mean {
            true => Terms::Mean(self.bag),
            false => Terms::Rows(self.bag),
        };
        target.write(lines, &weights, terms, self.blocks())?;
        let width = 16 * self.blocks();
        let bytes: &mut [i8] = lines.values(width * self.rows);
        for output in 0..self.outputs {
            let channel = weights.channel(output, terms)?;
            let column = bytes.iter_mut().skip(output).step_by(width.max(1));
            for (to, weight) in column.zip(weights.of(output)) {
                *to = channel.weight(weight);
            }
        }
        Ok(())
    }

    /// Bytes for indices. What is no index of a row adds nothing.
    #[inline(always)]
    pub fn forward(&self, isa: Isa, lines: &mut Lines<'_>, x: &[f32], y: &mut [u8]) {
        let finish = Requantize::read(lines);
        self.run(isa, lines, finish, x, y);
    }

    /// Numbers, where it ends the network.
    #[inline(always)]
    pub fn forward_last(&self, isa: Isa, lines: &mut Lines<'_>, x: &[f32], y: &mut [f32]) {
        let _ = lines.take(1);
        self.run(isa, lines, Dequantize, x, y);
    }

    #[inline(always)]
    fn run<F: Finish>(
        &self,
        isa: Isa,
        lines: &mut Lines<'_>,
        finish: F,
        x: &[f32],
        y: &mut [F::Output],
    ) {
        let blocks = self.blocks();
        isa.run_integers(Gather {
            layer: *self,
            bias: lines.values(16 * blocks),
            factors: lines.values(16 * blocks),
            table: lines.values(16 * blocks * self.rows),
            finish,
            x: x.get(..self.indices()).unwrap_or_default(),
            y,
        });
    }
}

struct Gather<'a, F: Finish> {
    layer: RowSum,
    bias: &'a [i32],
    factors: &'a [i32],
    table: &'a [i8],
    finish: F,
    x: &'a [f32],
    y: &'a mut [F::Output],
}

impl<F: Finish> IntegerWork for Gather<'_, F> {
    #[inline(always)]
    fn run<S: Sums>(mut self) {
        let RowSum { outputs, bag, .. } = self.layer;
        let width = 16 * self.layer.blocks();
        let y = core::mem::take(&mut self.y);
        let bags = self.x.chunks_exact(bag.max(1));
        for (indices, y) in bags.zip(y.chunks_exact_mut(outputs.max(1))) {
            let reciprocal = match self.layer.mean {
                true => reciprocal(self.chosen(indices).count()),
                false => 0,
            };
            let mut first = 0;
            while first + 64 <= width {
                self.block::<64>(first, indices, reciprocal, y);
                first += 64;
            }
            while first + 16 <= width {
                self.block::<16>(first, indices, reciprocal, y);
                first += 16;
            }
        }
    }
}

impl<F: Finish> Gather<'_, F> {
    /// The rows that count.
    #[inline(always)]
    fn chosen(&self, indices: &[f32]) -> impl Iterator<Item = usize> {
        let RowSum { rows, skipped, .. } = self.layer;
        let indices = indices.iter();
        indices
            .filter_map(move |&index| row(index, rows))
            .filter(move |row| Some(*row) != skipped)
    }

    /// `N` outputs of a bag.
    #[inline(always)]
    fn block<const N: usize>(
        &self,
        first: usize,
        indices: &[f32],
        reciprocal: i64,
        y: &mut [F::Output],
    ) {
        let width = 16 * self.layer.blocks();
        let mut sums = [0_i32; N];
        for indices in indices.chunks(NARROW) {
            let mut narrow = [0_i16; N];
            for row in self.chosen(indices) {
                let row = self.table.get(row * width + first..);
                let Some(row) = row.and_then(<[i8]>::first_chunk::<N>) else {
                    continue;
                };
                for (sum, &weight) in narrow.iter_mut().zip(row) {
                    *sum = sum.wrapping_add(i16::from(weight));
                }
            }
            for (sum, narrow) in sums.iter_mut().zip(narrow) {
                *sum = sum.wrapping_add(i32::from(narrow));
            }
        }
        if self.layer.mean {
            for sum in &mut sums {
                *sum = divided(*sum, reciprocal);
            }
        }
        let bias = self.bias.get(first..).unwrap_or_default();
        let factors = self.factors.get(first..).unwrap_or_default();
        let y = y.get_mut(first..).unwrap_or_default();
        for (((y, sum), bias), factor) in y.iter_mut().zip(sums).zip(bias).zip(factors) {
            *y = self.finish.finish(sum.wrapping_add(*bias), *factor);
        }
    }
}

/// `round(2³¹/count)`; of nothing, 0.
#[inline(always)]
fn reciprocal(count: usize) -> i64 {
    let count = count as i64;
    ((1 << 31) + count / 2).checked_div(count).unwrap_or(0)
}

/// A sum over a count, in units of 2⁻¹⁶, ties upwards.
#[inline(always)]
fn divided(sum: i32, reciprocal: i64) -> i32 {
    const SHIFT: u32 = 31 - FRACTION;
    let product = i64::from(sum).wrapping_mul(reciprocal);
    (product.wrapping_add(1 << (SHIFT - 1)) >> SHIFT) as i32
}
