use super::Geometry;
use super::blocks::{TAPS, WINDOW, pieces};
use super::line::Line;
use super::taps::{Tap, write_taps};
use super::window::{Window, extent};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Vector, kernel};

/// Outputs, the most of a tile.
const WIDEST: usize = 4;

kernel! {
    /// `dW += dy ∗ x`, `db += Σ dy`, summed over `lanes` samples side by side. `overwrite` sets the sums instead of adding
    /// them.
    BackwardWeight: pub(crate) fn backward_weight<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        overwrite: bool,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        let Geometry { rows, columns, groups, .. } = geometry;
        let plane = rows.output * columns.output;
        for (db, dy) in d_bias.iter_mut().zip(dy.chunks_exact((plane * lanes).max(1))) {
            let sum = total::<T, V>(dy);
            *db = if overwrite { sum } else { *db + sum };
        }
        let (channels, outputs) = (geometry.group_channels(), geometry.group_outputs());
        let lines = [Line::forward(rows), Line::forward(columns)];
        let direct = lanes != 1 && lines.into_iter().all(Line::inside);
        let mut extent = extent(lanes, lines, channels, direct);
        let mut memory;
        let memory: &mut [T] = if direct {
            &mut []
        } else {
            memory = [T::ZERO; WINDOW + LANES];
            &mut memory
        };
        // One sample: `dy` of a tile's outputs with zeros behind each row, up to whole vectors.
        let mut rows_of_dy;
        let rows_of_dy: &mut [T] = if lanes == 1 {
            let room = WINDOW / WIDEST;
            let [high, wide] = &mut extent.positions;
            *wide = (*wide).min(room);
            *high = (*high).min(room / wide.next_multiple_of(LANES)).max(1);
            rows_of_dy = [T::ZERO; WINDOW];
            &mut rows_of_dy
        } else {
            &mut []
        };
        let mut taps = [Tap::default(); TAPS];
        let source_plane = rows.input * columns.input * lanes;
        for group in 0..groups {
            for c in pieces(channels, extent.channels) {
                let first_plane = (group * channels + c[0]) * source_plane;
                let x = x.get(first_plane..).unwrap_or_default();
                for r in pieces(rows.kernel, extent.taps[0]) {
                    for s in pieces(columns.kernel, extent.taps[1]) {
                        for i in pieces(rows.output, extent.positions[0]) {
                            for j in pieces(columns.output, extent.positions[1]) {
                                let (window, x) = if direct {
                                    let (window, start) = Window::direct(lanes, lines, [i, j], [r, s]);
                                    (window, x.get(start..).unwrap_or_default())
                                } else {
                                    let window = Window::copied(lanes, lines, [i, j], [r, s]);
                                    for channel in 0..c[1] {
                                        let x = x.get(channel * source_plane..).unwrap_or_default();
                                        window.fill::<T, V>(lines, x, channel, memory);
                                    }
                                    (window, &*memory)
                                };
                                let block = Block {
                                    geometry,
                                    window,
                                    lanes,
                                    positions: [i, j],
                                    overwrite: overwrite && i[0] == 0 && j[0] == 0,
                                };
                                let count = write_taps(geometry, &window, c, [r, s], &mut taps);
                                let taps = taps.get(..count).unwrap_or_default();
                                let (mut start, end) = (group * outputs, (group + 1) * outputs);
                                while start < end {
                                    let rest = end - start;
                                    let at = |size| rest == size || rest >= 2 * size;
                                    start += if TILE == 12 && at(4) {
                                        block.outputs::<T, V, 5, 4>(start, taps, x, dy, rows_of_dy, d_weight)
                                    } else if TILE == 12 && at(3) {
                                        block.outputs::<T, V, 5, 3>(start, taps, x, dy, rows_of_dy, d_weight)
                                    } else if TILE == 12 {
                                        block.outputs::<T, V, 5, 1>(start, taps, x, dy, rows_of_dy, d_weight)
                                    } else if TILE >= 6 && at(2) {
                                        block.outputs::<T, V, 3, 2>(start, taps, x, dy, rows_of_dy, d_weight)
                                    } else {
                                        block.outputs::<T, V, 3, 1>(start, taps, x, dy, rows_of_dy, d_weight)
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

/// The sum of all.
#[inline(always)]
fn total<T: Scalar, V: Vector<T>>(values: &[T]) -> T {
    let (vectors, rest) = values.as_chunks::<LANES>();
    let (fours, few) = vectors.as_chunks::<4>();
    let mut sums = [V::zero(); 4];
    for four in fours {
        for i in 0..4 {
            sums[i] = sums[i].add(V::load(&four[i]));
        }
    }
    for vector in few {
        sums[0] = sums[0].add(V::load(vector));
    }
    let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3])).total();
    rest.iter().fold(sum, |sum, &value| sum + value)
}

/// Positions of the outputs along each axis, first and count.
struct Block {
    geometry: Geometry,
    window: Window,
    lanes: usize,
    positions: [[usize; 2]; 2],
    overwrite: bool,
}

impl Block {
    /// The weights of `N` outputs from `start` on and of all taps, `S` at a time. Returns `N`.
    #[inline(always)]
    fn outputs<T: Scalar, V: Vector<T>, const S: usize, const N: usize>(
        &self,
        start: usize,
        taps: &[Tap],
        x: &[T],
        dy: &[T],
        rows_of_dy: &mut [T],
        d_weight: &mut [T],
    ) -> usize {
        let Geometry { rows, columns, .. } = self.geometry;
        let [[i, high], [j, wide]] = self.positions;
        let plane = rows.output * columns.output;
        let first = start * plane + i * columns.output + j;
        let (dy, pitch, plane, vectors) = if self.lanes == 1 {
            let pitch = wide.next_multiple_of(LANES);
            let mut copies = rows_of_dy.chunks_exact_mut(pitch.max(1));
            for n in 0..N {
                for row in 0..high {
                    let at = first + n * plane + row * columns.output;
                    let dy = dy.get(at..at + wide).unwrap_or_default();
                    if let Some(copy) = copies.next()
                        && let Some((copy, behind)) = copy.split_at_mut_checked(dy.len())
                    {
                        copy.copy_from_slice(dy);
                        behind.fill(T::ZERO);
                    }
                }
            }
            (&*rows_of_dy, pitch, high * pitch, pitch / LANES)
        } else {
            let dy = dy.get(first * LANES..).unwrap_or_default();
            (dy, columns.output * LANES, plane * LANES, wide)
        };
        let mut tap = 0;
        while tap < taps.len() {
            // The last tile may overlap the one before it; what that has summed up is left out.
            if taps.len() >= S {
                let begin = tap.min(taps.len() - S);
                let Some(tile) = taps.get(begin..).and_then(<[Tap]>::first_chunk) else {
                    break;
                };
                let sums = self.sums::<T, V, S, N>(tile, x, dy, [high, vectors], [plane, pitch]);
                self.write(tile, &sums, tap - begin, start, d_weight);
                tap = begin + S;
            } else {
                let Some(tile) = taps.get(tap..).and_then(<[Tap]>::first_chunk) else {
                    break;
                };
                let sums = self.sums::<T, V, 1, N>(tile, x, dy, [high, vectors], [plane, pitch]);
                self.write(tile, &sums, 0, start, d_weight);
                tap += 1;
            }
        }
        N
    }

    /// Adds the sums to the weights of the outputs from `start` on, without the first `done` taps.
    #[inline(always)]
    fn write<T: Scalar, const S: usize, const N: usize>(
        &self,
        taps: &[Tap; S],
        sums: &[[T; N]; S],
        done: usize,
        start: usize,
        d_weight: &mut [T],
    ) {
        for (tap, sums) in taps.iter().zip(sums).skip(done) {
            let at = tap.weights + start;
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

    /// `Σ x·dy` over the positions and the lanes, for `S` taps and `N` outputs. `plane` and `pitch` lead from an output and
    /// from a row of `dy` to the next.
    #[inline(always)]
    fn sums<T: Scalar, V: Vector<T>, const S: usize, const N: usize>(
        &self,
        taps: &[Tap; S],
        x: &[T],
        dy: &[T],
        [high, vectors]: [usize; 2],
        [plane, pitch]: [usize; 2],
    ) -> [[T; N]; S] {
        let mut totals = [[T::ZERO; N]; S];
        let mut sums = [[V::zero(); N]; S];
        // From a vector of positions to the next.
        let step = if self.lanes == 1 {
            LANES
        } else {
            self.window.steps[1]
        };
        let span = vectors.saturating_sub(1) * step + LANES;
        for row in 0..high {
            let mut inputs: [&[T]; S] = [&[]; S];
            for s in 0..S {
                let at = row * self.window.steps[0] + taps[s].offset;
                match x.get(at..at + span) {
                    Some(x) => inputs[s] = x,
                    None => return totals,
                }
            }
            let mut outputs: [&[[T; LANES]]; N] = [&[]; N];
            for n in 0..N {
                let at = row * pitch + n * plane;
                match dy.get(at..at + vectors * LANES) {
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
                at += step;
            }
        }
        // Through memory at once: else they would lie there while they are added up.
        let mut values = [[[T::ZERO; LANES]; N]; S];
        for s in 0..S {
            for n in 0..N {
                sums[s][n].store(&mut values[s][n]);
            }
        }
        for (totals, values) in totals.iter_mut().zip(&values) {
            for (total, values) in totals.iter_mut().zip(values) {
                *total = Lanes(*values).sum();
            }
        }
        totals
    }
}
