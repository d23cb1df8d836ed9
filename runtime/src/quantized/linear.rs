//! `Linear`: sums of products of bytes, sixteen outputs in the lanes.
//!
//! Weights lie as the kernel reads them: outputs in blocks of sixteen, up to four blocks in a tile, and of a tile, four
//! inputs at a time, `[tile][four inputs][block][output][input]`. Each four inputs are broadcast to all outputs.

use super::Target;
use super::affine::Affine;
use super::error::Overflow;
use super::line::{Line, Lines, LinesMut};
use super::requantize::{Dequantize, Finish, Requantize};
use super::weights::{Terms, Weights};
use crate::simd::{IntegerWork, Isa, Sums};
use bytemuck::Zeroable;

/// The sizes of a [`Linear`](crate::layers::Linear) or [`LinearSequence`](crate::layers::LinearSequence).
#[derive(Clone, Copy, Debug)]
pub struct Dense {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl Dense {
    /// `inputs` to `outputs`.
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs }
    }

    const fn blocks(&self) -> usize {
        self.outputs.div_ceil(16)
    }

    const fn fours(&self) -> usize {
        self.inputs.div_ceil(4)
    }

    /// How many outputs have weights of their own.
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// How many lines it has.
    pub const fn lines(&self) -> usize {
        1 + self.blocks() * (2 + self.fours())
    }

    /// Writes the lines.
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
        target.write(lines, &weights, terms, self.blocks())?;
        let values: &mut [[[u8; 4]; 16]] = lines.values(self.blocks() * self.fours());
        for output in 0..self.outputs {
            let channel = weights.channel(output, terms)?;
            let (block, lane) = (output / 16, output % 16);
            let width = (self.blocks() - block / 4 * 4).min(4);
            let tile = values
                .iter_mut()
                .skip(block / 4 * 4 * self.fours() + block % 4);
            let bytes = tile.step_by(width).filter_map(|four| four.get_mut(lane));
            let weights = weights
                .of(output)
                .map(|weight| channel.weight(weight) as u8);
            let mut weights = weights.chain(core::iter::repeat(0));
            for four in bytes.take(self.fours()) {
                *four = core::array::from_fn(|_| weights.next().unwrap_or(0));
            }
        }
        Ok(())
    }

    /// Bytes for the bytes of every step of a sequence, or of a vector.
    #[inline(always)]
    pub fn forward(&self, isa: Isa, lines: &mut Lines<'_>, x: &[u8], y: &mut [u8]) {
        let finish = Requantize::read(lines);
        self.run(isa, lines, finish, x, y);
    }

    /// Numbers, where it ends the network.
    #[inline(always)]
    pub fn forward_last(&self, isa: Isa, lines: &mut Lines<'_>, x: &[u8], y: &mut [f32]) {
        let _ = lines.take(1);
        self.run(isa, lines, Dequantize, x, y);
    }

    #[inline(always)]
    fn run<F: Finish>(
        &self,
        isa: Isa,
        lines: &mut Lines<'_>,
        finish: F,
        x: &[u8],
        y: &mut [F::Output],
    ) {
        let blocks = self.blocks();
        let (bias, factors) = (lines.values(blocks), lines.values(blocks));
        isa.run_integers(Product {
            inputs: self.inputs,
            outputs: self.outputs,
            fours: self.fours(),
            bias,
            factors,
            weights: lines.take(blocks * self.fours()),
            finish,
            x,
            y,
        });
    }
}

struct Product<'a, F: Finish> {
    inputs: usize,
    outputs: usize,
    fours: usize,
    bias: &'a [[i32; 16]],
    factors: &'a [[i32; 16]],
    weights: &'a [Line],
    finish: F,
    x: &'a [u8],
    y: &'a mut [F::Output],
}

impl<F: Finish> IntegerWork for Product<'_, F> {
    #[inline(always)]
    fn run<S: Sums>(self) {
        let Self {
            inputs,
            outputs,
            fours,
            finish,
            ..
        } = self;
        let (inputs, outputs) = (inputs.max(1), outputs.max(1));
        let (mut xs, mut ys) = (self.x, self.y);
        while let (Some((x, behind_x)), Some((y, behind_y))) = (
            xs.split_at_checked(inputs),
            core::mem::take(&mut ys).split_at_mut_checked(outputs),
        ) {
            (xs, ys) = (behind_x, behind_y);
            let mut ends = Ends {
                finish,
                bias: self.bias.iter(),
                factors: self.factors.iter(),
                y: y.chunks_mut(16),
            };
            let mut weights = self.weights;
            while let Some((tile, behind)) = weights.split_at_checked(4 * fours) {
                weights = behind;
                if S::WIDE {
                    ends.write(tile_sums::<S, 4, 2>(x, tile));
                } else {
                    ends.write(tile_sums::<S, 4, 1>(x, tile));
                }
            }
            if weights.len() == fours {
                ends.write(tile_sums::<S, 1, 4>(x, weights));
            } else if weights.len() == 2 * fours {
                ends.write(tile_sums::<S, 2, 2>(x, weights));
            } else if !weights.is_empty() {
                ends.write(tile_sums::<S, 3, 1>(x, weights));
            }
        }
    }
}

/// The sums of `B` blocks of outputs; `U` sums of each, so that additions do not wait for each other.
#[inline(always)]
fn tile_sums<S: Sums, const B: usize, const U: usize>(
    x: &[u8],
    weights: &[Line],
) -> [[i32; 16]; B] {
    let mut sums = [[S::zero(); B]; U];
    let (fours, rest) = x.as_chunks::<4>();
    let (x, single) = fours.as_chunks::<U>();
    let (weights, _) = weights.as_chunks::<B>();
    let (w, behind) = weights.split_at_checked(U * x.len()).unwrap_or_default();
    for (x, w) in x.iter().zip(w.as_chunks::<U>().0) {
        for u in 0..U {
            let x = S::splat(x[u]);
            for b in 0..B {
                sums[u][b] = sums[u][b].add_products(x, S::load(&w[u][b].0));
            }
        }
    }
    let mut last = [0; 4];
    for (last, x) in last.iter_mut().zip(rest) {
        *last = *x;
    }
    for (x, w) in single.iter().chain([&last]).zip(behind) {
        let x = S::splat(*x);
        for b in 0..B {
            sums[0][b] = sums[0][b].add_products(x, S::load(&w[b].0));
        }
    }
    let mut total = sums[0];
    for sums in sums.iter().skip(1) {
        for b in 0..B {
            total[b] = total[b].add(sums[b]);
        }
    }
    total.map(S::store)
}

/// What becomes of sums, block by block.
struct Ends<'a, F: Finish> {
    finish: F,
    bias: core::slice::Iter<'a, [i32; 16]>,
    factors: core::slice::Iter<'a, [i32; 16]>,
    y: core::slice::ChunksMut<'a, F::Output>,
}

impl<F: Finish> Ends<'_, F> {
    #[inline(always)]
    fn write<const B: usize>(&mut self, blocks: [[i32; 16]; B]) {
        for sums in blocks {
            let ends = (self.bias.next(), self.factors.next(), self.y.next());
            let (Some(bias), Some(factors), Some(y)) = ends else {
                return;
            };
            let mut values = [<F::Output as Zeroable>::zeroed(); 16];
            for i in 0..16 {
                values[i] = self
                    .finish
                    .finish(sums[i].wrapping_add(bias[i]), factors[i]);
            }
            match y.first_chunk_mut() {
                Some(y) => *y = values,
                None => {
                    for (y, value) in y.iter_mut().zip(values) {
                        *y = value;
                    }
                }
            }
        }
    }
}
