use super::Geometry;
use super::backward_weight::bias_gradient;
use super::blocks::{Block, Blocks};
use super::extent::{Extent, WINDOW, pieces};
use super::line::Line;
use super::taps::Taps;
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Vector, kernel};

/// Outputs, the most of a tile.
const WIDEST: usize = 4;

/// Scalars of the copies of `dy` of one sample.
const ROWS: usize = WINDOW / 2;

kernel! {
    /// `dW += dy ∗ x`, `db += Σ dy`, summed over `lanes` samples side by side. `overwrite` sets the sums instead of adding
    /// them.
    BackwardWeight: pub(super) fn backward_weight_planes<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        overwrite: bool,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        bias_gradient::<T, V>(geometry.positions() * lanes, overwrite, dy, d_bias);
        let (channels, outputs) = (geometry.group_channels(), geometry.group_outputs());
        let lines = geometry.forward_lines();
        let direct = lanes != 1 && lines.into_iter().all(Line::inside);
        let mut memory;
        let (memory, rows_of_dy): (&mut [T], &mut [T]) = if direct {
            (&mut [], &mut [])
        } else {
            memory = [Lanes([T::ZERO; LANES]); WINDOW / LANES + 1];
            let memory = Lanes::scalars_mut(&mut memory);
            // One sample: behind the window `dy` of a tile's outputs with zeros behind each row, up to whole vectors.
            let window = WINDOW + LANES - if lanes == 1 { ROWS } else { 0 };
            memory.split_at_mut_checked(window).unwrap_or_default()
        };
        let mut extent = if lanes == 1 {
            Extent::of(lines, channels, WINDOW - ROWS)
        } else {
            Extent::in_window(lanes, lines, channels, direct)
        };
        if lanes == 1 {
            let room = ROWS / WIDEST;
            let [high, wide] = &mut extent.positions;
            *wide = (*wide).min(room);
            *high = (*high).min(room / wide.next_multiple_of(LANES).max(1)).max(1);
        }
        let mut taps = Taps::NONE;
        let mut blocks = Blocks::new(lanes, geometry.groups, channels, lines, extent, direct);
        while let Some(block) = blocks.advance() {
            let x = block.source::<T, V>(x, memory);
            taps.write(geometry, block, 1);
            let taps = &taps;
            let tiles = Tiles {
                geometry: &geometry,
                block,
                lanes,
                overwrite: overwrite && block.first_positions(),
            };
            let count = taps.offsets().len();
            let size = if const { TILE == 12 } { 5 } else { 3 };
            let step = if count < size { 1 } else { size };
            for o in pieces(outputs, tiles.outputs_together()) {
                let first = block.group * outputs + o[0];
                let planes = tiles.planes(first, o[1], dy, rows_of_dy);
                // Taps outside: the weights of a tap lie side by side.
                for tap in (0..count).step_by(step) {
                    let mut start = 0;
                    while start < o[1] {
                        let rest = o[1] - start;
                        let at = |size| rest == size || rest >= 2 * size;
                        let place = [tap, start, first];
                        start += if const { TILE == 12 } && at(4) {
                            tiles.write::<T, V, 5, 4>(place, taps, x, &planes, d_weight)
                        } else if const { TILE == 12 } && at(3) {
                            tiles.write::<T, V, 5, 3>(place, taps, x, &planes, d_weight)
                        } else if const { TILE == 12 } {
                            tiles.write::<T, V, 5, 1>(place, taps, x, &planes, d_weight)
                        } else if const { TILE >= 6 } && at(2) {
                            tiles.write::<T, V, 3, 2>(place, taps, x, &planes, d_weight)
                        } else {
                            tiles.write::<T, V, 3, 1>(place, taps, x, &planes, d_weight)
                        };
                    }
                }
            }
        }
    }
}

/// The weights of a block.
struct Tiles<'a> {
    geometry: &'a Geometry,
    block: &'a Block,
    lanes: usize,
    overwrite: bool,
}

/// The positions of a block in planes of `dy`, in whole vectors. The distances are in scalars.
struct Planes<'a, T> {
    dy: &'a [T],
    plane: usize,
    pitch: usize,
    rows: usize,
    /// Vectors of a row.
    vectors: usize,
}

impl Tiles<'_> {
    /// How many outputs have their `dy` in a first-level cache, or in its copy, at a time: whole tiles.
    #[inline(never)]
    fn outputs_together(&self) -> usize {
        let [[_, high], [_, wide]] = self.block.positions;
        let row = if self.lanes == 1 {
            wide.next_multiple_of(LANES)
        } else {
            wide * self.lanes
        };
        let outputs = self.geometry.group_outputs();
        let threes = outputs.is_multiple_of(3) && !outputs.is_multiple_of(WIDEST);
        let least = if threes { 3 } else { WIDEST };
        let room = if self.lanes == 1 { ROWS } else { WINDOW };
        let fitting = room / (high * row).max(1);
        (fitting / least * least).max(least)
    }

    /// The planes of `outputs` outputs from `first` on. Those of one sample are copied, with zeros behind each row.
    #[inline(never)]
    fn planes<'a, T: Scalar>(
        &self,
        first: usize,
        outputs: usize,
        dy: &'a [T],
        copies: &'a mut [T],
    ) -> Planes<'a, T> {
        let &Geometry { columns, .. } = self.geometry;
        let [[i, high], [j, wide]] = self.block.positions;
        let plane = self.geometry.positions();
        let first = first * plane + i * columns.output + j;
        if self.lanes != 1 {
            return Planes {
                dy: dy.get(first * LANES..).unwrap_or_default(),
                plane: plane * LANES,
                pitch: columns.output * LANES,
                rows: high,
                vectors: wide,
            };
        }
        let pitch = wide.next_multiple_of(LANES);
        let mut to = copies.chunks_exact_mut(pitch.max(1));
        for output in 0..outputs {
            for row in 0..high {
                let at = first + output * plane + row * columns.output;
                let dy = dy.get(at..at + wide).unwrap_or_default();
                if let Some(to) = to.next()
                    && let Some((to, behind)) = to.split_at_mut_checked(dy.len())
                {
                    to.copy_from_slice(dy);
                    behind.fill(T::ZERO);
                }
            }
        }
        Planes {
            dy: copies,
            plane: high * pitch,
            pitch,
            rows: high,
            vectors: pitch / LANES,
        }
    }

    /// The weights of `N` outputs, number `start` and on of the planes, and of `S` taps from `tap` on. `first` is the
    /// output of the first plane. Returns `N`.
    #[inline(always)]
    fn write<T: Scalar, V: Vector<T>, const S: usize, const N: usize>(
        &self,
        [tap, start, first]: [usize; 3],
        taps: &Taps,
        x: &[T],
        planes: &Planes<T>,
        d_weight: &mut [T],
    ) -> usize {
        let (offsets, weights) = (taps.offsets(), taps.weights());
        // The last tile may overlap the one before it; what that has summed up is left out.
        let begin = tap.min(offsets.len().saturating_sub(S));
        if let Some(tile) = offsets.get(begin..).and_then(<[usize]>::first_chunk) {
            let sums = self.sums::<T, V, S, N>(tile, x, planes, start);
            let weights = weights.get(tap..).unwrap_or_default();
            self.add(weights, &sums, tap - begin, first + start, d_weight);
        } else if let Some(tile) = offsets.get(tap..).and_then(<[usize]>::first_chunk) {
            // There are fewer taps at all.
            let sums = self.sums::<T, V, 1, N>(tile, x, planes, start);
            let weights = weights.get(tap..).unwrap_or_default();
            self.add(weights, &sums, 0, first + start, d_weight);
        }
        N
    }

    /// Adds the sums, without those of the first `done` taps, to the weights of the outputs from `start` on.
    #[inline(always)]
    fn add<T: Scalar, const S: usize, const N: usize>(
        &self,
        weights: &[usize],
        sums: &[[T; N]; S],
        done: usize,
        start: usize,
        d_weight: &mut [T],
    ) {
        for (&weights, sums) in weights.iter().zip(sums.iter().skip(done)) {
            let at = weights + start;
            for (dw, &sum) in d_weight
                .get_mut(at..at + N)
                .unwrap_or_default()
                .iter_mut()
                .zip(sums)
            {
                *dw = if self.overwrite { sum } else { *dw + sum };
            }
        }
    }

    /// `Σ x·dy` over the positions and the lanes, for `S` taps and `N` outputs, number `start` and on of the planes.
    #[inline(always)]
    fn sums<T: Scalar, V: Vector<T>, const S: usize, const N: usize>(
        &self,
        offsets: &[usize; S],
        x: &[T],
        planes: &Planes<T>,
        start: usize,
    ) -> [[T; N]; S] {
        let [down, right] = self.block.window.steps;
        // From a row of positions to the next, and from a vector of them.
        let steps = [down, if self.lanes == 1 { LANES } else { right }];
        let vectors = planes.vectors;
        let mut totals = [[T::ZERO; N]; S];
        let mut sums = [[V::zero(); N]; S];
        let span = vectors.saturating_sub(1) * steps[1] + LANES;
        for row in 0..planes.rows {
            let mut inputs: [&[T]; S] = [&[]; S];
            for s in 0..S {
                let at = row * steps[0] + offsets[s];
                match x.get(at..at + span) {
                    Some(x) => inputs[s] = x,
                    None => return totals,
                }
            }
            let mut outputs: [&[[T; LANES]]; N] = [&[]; N];
            for n in 0..N {
                let at = row * planes.pitch + (start + n) * planes.plane;
                match planes.dy.get(at..at + vectors * LANES) {
                    Some(dy) => outputs[n] = dy.as_chunks().0,
                    None => return totals,
                }
            }
            let mut at = 0;
            for vector in 0..vectors {
                let mut dy = [V::zero(); N];
                for n in 0..N {
                    match outputs[n].get(vector) {
                        Some(values) => dy[n] = V::load(values),
                        None => return totals,
                    }
                }
                for s in 0..S {
                    match inputs[s].get(at..).and_then(<[T]>::first_chunk) {
                        Some(values) => {
                            let x = V::load(values);
                            for n in 0..N {
                                sums[s][n] = x.multiply_add(dy[n], sums[s][n]);
                            }
                        }
                        None => return totals,
                    }
                }
                at += steps[1];
            }
        }
        // Through memory at once: else they would lie there while they are added up.
        let mut values = [[Lanes([T::ZERO; LANES]); N]; S];
        for s in 0..S {
            for n in 0..N {
                sums[s][n].store(&mut values[s][n].0);
            }
        }
        for (totals, values) in totals.iter_mut().zip(&values) {
            for (total, values) in totals.iter_mut().zip(values) {
                *total = values.sum();
            }
        }
        totals
    }
}
