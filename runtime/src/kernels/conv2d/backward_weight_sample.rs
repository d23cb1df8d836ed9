//! One sample: the outputs of a tap lie in the SIMD lanes.

use super::Geometry;
use super::backward_weight::bias_gradient;
use super::blocks::{Block, Blocks};
use super::extent::{Extent, WINDOW, divide};
use super::line::Line;
use super::taps::Taps;
use super::turn::{Planes, turn};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Offsets, Vector, apart, kernel};

/// Scalars of the window, and as many of `dy`.
const ROOM: usize = WINDOW / 2;

/// Positions, the most of a block.
const POSITIONS: usize = ROOM / LANES;

kernel! {
    /// `dW += dy ∗ x`, `db += Σ dy` for one sample. `overwrite` sets the sums instead of adding them.
    ///
    /// `dy` is transposed, `[position][output]`, so that an input is multiplied with whole vectors of outputs and no sum
    /// goes over lanes.
    BackwardWeightSample: pub(super) fn backward_weight_sample<T, FMA, TILE>(
        geometry: Geometry,
        overwrite: bool,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        bias_gradient::<T, V>(geometry.positions(), overwrite, dy, d_bias);
        let (channels, outputs) = (geometry.group_channels(), geometry.group_outputs());
        let lines = geometry.forward_lines();
        let direct = geometry.columns.stride == 1 && lines.into_iter().all(Line::inside);
        let mut memory = [Lanes([T::ZERO; LANES]); 2 * ROOM / LANES];
        let (memory, turned) = memory.split_at_mut_checked(ROOM / LANES).unwrap_or_default();
        let memory = Lanes::scalars_mut(memory);
        let mut extent = Extent::of(lines, channels, if direct { usize::MAX / 2 } else { ROOM });
        // Vectors of outputs side by side: with AVX-512 there are registers for more.
        let most = if const { TILE == 12 } { outputs.div_ceil(LANES).clamp(1, 4) } else { 1 };
        let [high, wide] = &mut extent.positions;
        *wide = (*wide).min(POSITIONS / most);
        *high = (*high).min(divide(POSITIONS / most, *wide)).max(1);
        let mut taps = Taps::NONE;
        let mut positions = [0; POSITIONS];
        let mut blocks = Blocks::new(1, geometry.groups, channels, lines, extent, direct);
        while let Some(block) = blocks.advance() {
            let x = block.source::<T, V>(x, memory);
            taps.write(geometry, block, 1);
            let count = write_positions(block, &mut positions);
            let reads = Offsets::new(positions.get(..count).unwrap_or_default());
            let tiles = Tiles {
                geometry: &geometry,
                block,
                overwrite: overwrite && block.first_positions(),
            };
            let mut start = 0;
            while start < outputs {
                let rest = outputs - start;
                start += if const { TILE == 12 } && rest > 3 * LANES {
                    tiles.write::<T, V, 4, 6>(start, &taps, reads, x, dy, turned, d_weight)
                } else if const { TILE == 12 } && rest > LANES {
                    tiles.write::<T, V, 2, 8>(start, &taps, reads, x, dy, turned, d_weight)
                } else if const { TILE == 12 } {
                    tiles.write::<T, V, 1, 8>(start, &taps, reads, x, dy, turned, d_weight)
                } else if const { TILE == 6 } {
                    tiles.write::<T, V, 1, 6>(start, &taps, reads, x, dy, turned, d_weight)
                } else {
                    tiles.write::<T, V, 1, 3>(start, &taps, reads, x, dy, turned, d_weight)
                };
            }
        }
    }
}

/// Where each position of a block lies in its window. Returns how many there are.
#[inline(never)]
fn write_positions(block: &Block, positions: &mut [usize; POSITIONS]) -> usize {
    let [[_, high], [_, wide]] = block.positions;
    let [down, right] = block.window.steps;
    let places = (0..high).flat_map(|row| (0..wide).map(move |column| row * down + column * right));
    for (to, place) in positions.iter_mut().zip(places) {
        *to = place;
    }
    high * wide
}

/// The weights of a block.
struct Tiles<'a> {
    geometry: &'a Geometry,
    block: &'a Block,
    overwrite: bool,
}

impl Tiles<'_> {
    /// The weights of the taps and of `M` vectors of outputs from `start` on, `N` taps at a time. Returns how many outputs.
    #[inline(always)]
    fn write<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
        &self,
        start: usize,
        taps: &Taps,
        positions: Offsets,
        x: &[T],
        dy: &[T],
        turned: &mut [Lanes<T>],
        d_weight: &mut [T],
    ) -> usize {
        let dy = self.turn::<T, V>(M, start, dy, turned).as_chunks::<M>().0;
        let (offsets, weights) = (taps.offsets(), taps.weights());
        for tap in (0..offsets.len()).step_by(N) {
            // The last tile may overlap the one before it; what that has summed up is left out.
            let begin = tap.min(offsets.len().saturating_sub(N));
            let weights = weights.get(begin..).unwrap_or_default();
            if let Some(tile) = offsets.get(begin..).and_then(<[usize]>::first_chunk) {
                let sums = sums::<T, V, M, N>(tile, positions, x, dy);
                self.add::<T, V, M, _>(start, weights, &sums, tap - begin, d_weight);
            } else {
                // There are fewer taps at all.
                for (&tap, weights) in offsets.iter().zip(weights.chunks(1)) {
                    let sums = sums::<T, V, M, 1>(&[tap], positions, x, dy);
                    self.add::<T, V, M, _>(start, weights, &sums, 0, d_weight);
                }
            }
        }
        M * LANES
    }

    /// The gradients of `vectors` vectors of outputs from `start` on at each position, with zeros behind the last output.
    #[inline(never)]
    fn turn<'a, T: Scalar, V: Vector<T>>(
        &self,
        vectors: usize,
        start: usize,
        dy: &[T],
        turned: &'a mut [Lanes<T>],
    ) -> &'a [Lanes<T>] {
        let &Geometry { columns, .. } = self.geometry;
        let [[i, high], [j, wide]] = self.block.positions;
        // Whole rows follow one another.
        let (high, wide) = if wide == columns.output {
            (1, high * wide)
        } else {
            (high, wide)
        };
        let outputs = self.geometry.group_outputs();
        let plane = self.geometry.positions();
        let first = (self.block.group * outputs + start) * plane + i * columns.output + j;
        let mut values = [Lanes([T::ZERO; LANES]); LANES];
        for vector in 0..vectors {
            for row in 0..high {
                for column in (0..wide).step_by(LANES) {
                    let at = first + vector * LANES * plane + row * columns.output + column;
                    let planes = Planes {
                        values: dy.get(at..).unwrap_or_default(),
                        plane,
                        planes: outputs.saturating_sub(start + vector * LANES),
                        positions: LANES.min(wide - column),
                    };
                    turn::<T, V>(planes, &mut values);
                    let to = ((row * wide + column) * vectors + vector)..;
                    let to = turned.get_mut(to).unwrap_or_default();
                    // What is written behind a row is written over by the next one.
                    for (to, values) in to.iter_mut().step_by(vectors.max(1)).zip(&values) {
                        *to = *values;
                    }
                }
            }
        }
        turned.get(..high * wide * vectors).unwrap_or_default()
    }

    /// Adds the sums, without those of the first `done` taps.
    #[inline(always)]
    fn add<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
        &self,
        start: usize,
        weights: &[usize],
        sums: &[[Lanes<T>; M]; N],
        done: usize,
        d_weight: &mut [T],
    ) {
        let outputs = self.geometry.group_outputs();
        let here = (outputs - start).min(M * LANES);
        for n in 0..N {
            if n < done {
                continue;
            }
            let Some(weights) = weights.get(n) else {
                return;
            };
            let at = weights + self.block.group * outputs + start;
            let to = d_weight.get_mut(at..at + here).unwrap_or_default();
            for m in 0..M {
                let to = to.get_mut(m * LANES..).unwrap_or_default();
                let mut sum = V::load(&sums[n][m].0);
                if !self.overwrite {
                    sum = sum.add(V::load_partial(to));
                }
                sum.store_partial(to);
            }
        }
    }
}

apart! {
    /// `Σ x[offset + position]·dy[position]` for each of `N` taps and `M` vectors of outputs.
    fn sums<T, V, FMA, const M: usize, const N: usize>(
        offsets: &[usize; N],
        positions: Offsets<'_>,
        x: &[T],
        dy: &[[Lanes<T>; M]],
    ) -> [[Lanes<T>; M]; N] {
        let mut sums = [[V::zero(); M]; N];
        let mut inputs = [x; N];
        for n in 0..N {
            inputs[n] = x.get(offsets[n]..).unwrap_or_default();
        }
        let runs = positions.runs::<T, [T; 1], N>(inputs);
        for (values, dy) in runs.into_iter().flatten().zip(dy) {
            let mut vectors = [V::zero(); M];
            for m in 0..M {
                vectors[m] = V::load(&dy[m].0);
            }
            for n in 0..N {
                let x = V::splat(values[n][0]);
                for m in 0..M {
                    sums[n][m] = x.multiply_add(vectors[m], sums[n][m]);
                }
            }
        }
        let mut values = [[Lanes([T::ZERO; LANES]); M]; N];
        for n in 0..N {
            for m in 0..M {
                sums[n][m].store(&mut values[n][m].0);
            }
        }
        values
    }
}
