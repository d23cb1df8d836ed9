//! One sample: the outputs of a tap lie in the SIMD lanes.

use super::Geometry;
use super::backward_weight_planes::bias_gradient;
use super::blocks::{Extent, WINDOW, divide, pieces};
use super::line::Line;
use super::taps::Taps;
use super::window::Window;
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Offsets, Vector, kernel};

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
        bias_gradient::<T, V>(1, geometry, overwrite, dy, d_bias);
        let Geometry { rows, columns, groups, .. } = geometry;
        let (channels, outputs) = (geometry.group_channels(), geometry.group_outputs());
        let lines = [Line::forward(rows), Line::forward(columns)];
        let direct = columns.stride == 1 && lines.into_iter().all(Line::inside);
        let mut memory = [Lanes([T::ZERO; LANES]); 2 * ROOM / LANES];
        let (memory, turned) = memory.split_at_mut_checked(ROOM / LANES).unwrap_or_default();
        let memory = Lanes::scalars_mut(memory);
        let mut extent = Extent::of(lines[0], lines[1], channels, if direct { usize::MAX / 2 } else { ROOM });
        // Vectors of outputs side by side: with AVX-512 there are registers for more.
        let most = if const { TILE == 12 } { outputs.div_ceil(LANES).clamp(1, 4) } else { 1 };
        let [high, wide] = &mut extent.positions;
        *wide = (*wide).min(POSITIONS / most);
        *high = (*high).min(divide(POSITIONS / most, *wide)).max(1);
        let mut taps = Taps::NONE;
        let mut positions = [0; POSITIONS];
        let source_plane = rows.input * columns.input;
        for group in 0..groups {
            for c in pieces(channels, extent.channels) {
                let x = x.get((group * channels + c[0]) * source_plane..).unwrap_or_default();
                for r in pieces(rows.kernel, extent.taps[0]) {
                    for s in pieces(columns.kernel, extent.taps[1]) {
                        for i in pieces(rows.output, extent.positions[0]) {
                            for j in pieces(columns.output, extent.positions[1]) {
                                let (window, x) = if direct {
                                    let (window, start) = Window::direct(1, lines, [i, j], [r, s]);
                                    (window, x.get(start..).unwrap_or_default())
                                } else {
                                    let window = Window::copied(1, lines, [i, j], [r, s]);
                                    for channel in 0..c[1] {
                                        let x = x.get(channel * source_plane..).unwrap_or_default();
                                        window.fill::<T, V>(lines, x, channel, memory);
                                    }
                                    (window, &*memory)
                                };
                                taps.write(geometry, &window, c, [r, s], 1);
                                let places = (0..i[1]).flat_map(|row| (0..j[1]).map(move |column| [row, column]));
                                for (to, [row, column]) in positions.iter_mut().zip(places) {
                                    *to = row * window.steps[0] + column * window.steps[1];
                                }
                                let block = Block {
                                    geometry,
                                    group,
                                    positions: [i, j],
                                    overwrite: overwrite && i[0] == 0 && j[0] == 0,
                                };
                                let reads = Offsets::new(positions.get(..i[1] * j[1]).unwrap_or_default());
                                let mut start = 0;
                                while start < outputs {
                                    let rest = outputs - start;
                                    start += if const { TILE == 12 } && rest > 3 * LANES {
                                        block.outputs::<T, V, 4, 6>(start, &taps, reads, x, dy, turned, d_weight)
                                    } else if const { TILE == 12 } && rest > LANES {
                                        block.outputs::<T, V, 2, 8>(start, &taps, reads, x, dy, turned, d_weight)
                                    } else if const { TILE == 12 } {
                                        block.outputs::<T, V, 1, 8>(start, &taps, reads, x, dy, turned, d_weight)
                                    } else if const { TILE == 6 } {
                                        block.outputs::<T, V, 1, 6>(start, &taps, reads, x, dy, turned, d_weight)
                                    } else {
                                        block.outputs::<T, V, 1, 3>(start, &taps, reads, x, dy, turned, d_weight)
                                    };
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Positions of the outputs of a group along each axis, first and count.
struct Block {
    geometry: Geometry,
    group: usize,
    positions: [[usize; 2]; 2],
    /// Whether they are the first.
    overwrite: bool,
}

impl Block {
    /// The weights of the taps and of `M` vectors of outputs from `start` on, `N` taps at a time. Returns how many outputs.
    #[inline(always)]
    fn outputs<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
        &self,
        start: usize,
        taps: &Taps,
        positions: Offsets,
        x: &[T],
        dy: &[T],
        turned: &mut [Lanes<T>],
        d_weight: &mut [T],
    ) -> usize {
        let dy = self.turn::<T, V, M>(start, dy, turned.as_chunks_mut().0);
        let (offsets, weights) = (taps.offsets(), taps.weights());
        for tap in (0..offsets.len()).step_by(N) {
            // The last tile may overlap the one before it; what that has summed up is left out.
            let begin = tap.min(offsets.len().saturating_sub(N));
            let weights = weights.get(begin..).unwrap_or_default();
            if let Some(tile) = offsets.get(begin..).and_then(<[usize]>::first_chunk) {
                let sums = sums::<T, V, M, N>(tile, positions, x, dy);
                self.write(start, weights, &sums, tap - begin, d_weight);
            } else {
                // There are fewer taps at all.
                for (&tap, weights) in offsets.iter().zip(weights.chunks(1)) {
                    let sums = sums::<T, V, M, 1>(&[tap], positions, x, dy);
                    self.write(start, weights, &sums, 0, d_weight);
                }
            }
        }
        M * LANES
    }

    /// The gradients of the outputs from `start` on at each position, with zeros behind the last output.
    #[inline(always)]
    fn turn<'a, T: Scalar, V: Vector<T>, const M: usize>(
        &self,
        start: usize,
        dy: &[T],
        turned: &'a mut [[Lanes<T>; M]],
    ) -> &'a [[Lanes<T>; M]] {
        let Geometry { rows, columns, .. } = self.geometry;
        let [[i, high], [j, wide]] = self.positions;
        // Whole rows follow one another.
        let (high, wide) = if wide == columns.output {
            (1, high * wide)
        } else {
            (high, wide)
        };
        let outputs = self.geometry.group_outputs();
        let plane = rows.output * columns.output;
        let first = (self.group * outputs + start) * plane + i * columns.output + j;
        for m in 0..M {
            let here = outputs.saturating_sub(start + m * LANES);
            for row in 0..high {
                for column in (0..wide).step_by(LANES) {
                    let mut lines = [V::zero(); LANES];
                    for o in 0..LANES {
                        if o < here {
                            let at =
                                first + (m * LANES + o) * plane + row * columns.output + column;
                            let end = at + LANES.min(wide - column);
                            lines[o] = V::load_partial(dy.get(at..end).unwrap_or_default());
                        }
                    }
                    let values = V::transpose(lines);
                    // What is written behind a row is written over by the next one.
                    let to = turned.get_mut(row * wide + column..).unwrap_or_default();
                    let mut to = to.iter_mut();
                    for value in values {
                        if let Some(to) = to.next() {
                            value.store(&mut to[m].0);
                        }
                    }
                }
            }
        }
        turned.get(..high * wide).unwrap_or_default()
    }

    /// Adds the sums, without those of the first `done` taps.
    #[inline(always)]
    fn write<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
        &self,
        start: usize,
        weights: &[usize],
        sums: &[[V; M]; N],
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
            let at = weights + self.group * outputs + start;
            let to = d_weight.get_mut(at..at + here).unwrap_or_default();
            for m in 0..M {
                let to = to.get_mut(m * LANES..).unwrap_or_default();
                let sum = if self.overwrite {
                    sums[n][m]
                } else {
                    sums[n][m].add(V::load_partial(to))
                };
                sum.store_partial(to);
            }
        }
    }
}

/// `Σ x[offset + position]·dy[position]` for each of `N` taps and `M` vectors of outputs.
#[inline(always)]
fn sums<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
    offsets: &[usize; N],
    positions: Offsets,
    x: &[T],
    dy: &[[Lanes<T>; M]],
) -> [[V; M]; N] {
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
    sums
}
