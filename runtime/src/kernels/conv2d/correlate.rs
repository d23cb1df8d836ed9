use super::blocks::{SMALL, TAPS, WINDOW, pieces};
use super::line::Line;
use super::window::{Window, extent};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Offsets, Vector, kernel};

/// Results, the most of a tile.
const WIDEST: usize = 6;

/// A correlation of several channels with weights: what the forward pass and the gradient of the input both are.
#[derive(Clone, Copy, Debug)]
pub struct Correlation {
    pub(super) lanes: usize,
    pub(super) groups: usize,
    /// Planes of the source, and of results, of a group.
    pub(super) channels: usize,
    pub(super) results: usize,
    pub(super) lines: [Line; 2],
    pub(super) weights: Weights,
    /// Rows and columns of a plane of results.
    pub(super) plane: [usize; 2],
    /// The place of the first position in it, and from one to the next.
    pub(super) place: [usize; 2],
    pub(super) steps: [usize; 2],
}

/// Where the weights of a correlation lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub(super) first: usize,
    /// From a group, a result, a channel, a tap of each axis to the next.
    pub(super) group: usize,
    pub(super) result: usize,
    pub(super) channel: usize,
    pub(super) taps: [usize; 2],
}

kernel! {
    /// Writes the sums of a [`Correlation`] and the bias of each result.
    Correlate: pub(super) fn correlate<T, FMA, TILE>(
        correlation: Correlation,
        weight: &[T],
        bias: &[T],
        source: &[T],
        to: &mut [T],
    ) {
        let Correlation { lanes, groups, channels, results, lines, .. } = correlation;
        // For one sample a vector must not reach behind a row.
        let [row_line, column_line] = lines;
        let neighbours = column_line.step == 1 && column_line.positions >= LANES;
        let direct = (lanes != 1 || neighbours) && lines.into_iter().all(Line::inside);
        let extent = extent(lanes, lines, channels, direct);
        let (mut small, mut memory);
        let memory: &mut [T] = if direct {
            &mut []
        } else if Window::room(lanes, lines, extent) <= SMALL {
            small = [Lanes([T::ZERO; LANES]); SMALL / LANES + 1];
            Lanes::scalars_mut(&mut small)
        } else {
            memory = [Lanes([T::ZERO; LANES]); WINDOW / LANES + 1];
            Lanes::scalars_mut(&mut memory)
        };
        let mut offsets = [0; TAPS];
        let mut panel = [T::ZERO; TAPS * WIDEST];
        let source_plane = lines[0].source * lines[1].source * lanes;
        for group in 0..groups {
            for [c, channels_here] in pieces(channels, extent.channels) {
                let first_plane = (group * channels + c) * source_plane;
                let source = source.get(first_plane..).unwrap_or_default();
                for r in pieces(row_line.taps, extent.taps[0]) {
                    for s in pieces(column_line.taps, extent.taps[1]) {
                        for i in pieces(row_line.positions, extent.positions[0]) {
                            for j in pieces(column_line.positions, extent.positions[1]) {
                                let (window, source) = if direct {
                                    let (window, start) = Window::direct(lanes, lines, [i, j], [r, s]);
                                    (window, source.get(start..).unwrap_or_default())
                                } else {
                                    let window = Window::copied(lanes, lines, [i, j], [r, s]);
                                    for channel in 0..channels_here {
                                        let start = channel * source_plane;
                                        let source = source.get(start..).unwrap_or_default();
                                        window.fill::<T, V>(lines, source, channel, memory);
                                    }
                                    (window, &*memory)
                                };
                                let block = Block {
                                    correlation,
                                    window,
                                    group,
                                    channels: [c, channels_here],
                                    positions: [i, j],
                                    taps: [r, s],
                                };
                                let count = block.write_offsets(&mut offsets);
                                let offsets = Offsets::new(offsets.get(..count).unwrap_or_default());
                                let mut start = 0;
                                while start < results {
                                    let rest = results - start;
                                    let at = |size| rest == size || rest >= 2 * size;
                                    let panel = &mut panel;
                                    start += if const { TILE == 12 } && at(6) {
                                        block.tiles::<T, V, 4, 6>(start, offsets, panel, weight, bias, source, to)
                                    } else if const { TILE == 12 } && at(5) {
                                        block.tiles::<T, V, 4, 5>(start, offsets, panel, weight, bias, source, to)
                                    } else if const { TILE == 12 } && at(3) {
                                        block.tiles::<T, V, 6, 3>(start, offsets, panel, weight, bias, source, to)
                                    } else if const { TILE == 12 } {
                                        block.tiles::<T, V, 8, 1>(start, offsets, panel, weight, bias, source, to)
                                    } else if const { TILE == 6 } && at(6) {
                                        block.tiles::<T, V, 1, 6>(start, offsets, panel, weight, bias, source, to)
                                    } else if const { TILE >= 3 } && at(3) {
                                        block.tiles::<T, V, 1, 3>(start, offsets, panel, weight, bias, source, to)
                                    } else {
                                        block.tiles::<T, V, 2, 1>(start, offsets, panel, weight, bias, source, to)
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

/// Pieces of a correlation, first and count: channels, positions and taps along each axis.
struct Block {
    correlation: Correlation,
    window: Window,
    group: usize,
    channels: [usize; 2],
    positions: [[usize; 2]; 2],
    taps: [[usize; 2]; 2],
}

impl Block {
    /// Where each tap of each channel meets the first position. Returns how many there are.
    #[inline(always)]
    fn write_offsets(&self, offsets: &mut [usize; TAPS]) -> usize {
        let mut places = offsets.iter_mut();
        let mut count = 0;
        for row in 0..self.taps[0][1] {
            for column in 0..self.taps[1][1] {
                for channel in 0..self.channels[1] {
                    if let Some(place) = places.next() {
                        *place = self.window.offset([channel, row, column]);
                        count += 1;
                    }
                }
            }
        }
        count
    }

    /// The weights of `N` results from `start` on, in the order of the offsets.
    #[inline(always)]
    fn copy_weights<T: Scalar, const N: usize>(
        &self,
        start: usize,
        weight: &[T],
        panel: &mut [[T; N]],
    ) {
        let weights = self.correlation.weights;
        let first = weights.first + self.group * weights.group + start * weights.result;
        let mut panel = panel.iter_mut();
        for row in self.taps[0][0]..self.taps[0][0] + self.taps[0][1] {
            for column in self.taps[1][0]..self.taps[1][0] + self.taps[1][1] {
                for channel in self.channels[0]..self.channels[0] + self.channels[1] {
                    let at = first
                        + channel * weights.channel
                        + row * weights.taps[0]
                        + column * weights.taps[1];
                    let Some(to) = panel.next() else { return };
                    let span = (N - 1) * weights.result + 1;
                    let Some(from) = weight.get(at..at + span) else {
                        return;
                    };
                    for n in 0..N {
                        match from.get(n * weights.result) {
                            Some(&weight) => to[n] = weight,
                            None => return,
                        }
                    }
                }
            }
        }
    }

    /// `N` results from `start` on at all positions of the block, `P` vectors at a time. Returns `N`.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn tiles<T: Scalar, V: Vector<T>, const P: usize, const N: usize>(
        &self,
        start: usize,
        offsets: Offsets,
        panel: &mut [T; TAPS * WIDEST],
        weight: &[T],
        bias: &[T],
        source: &[T],
        to: &mut [T],
    ) -> usize {
        let Correlation {
            lanes,
            results,
            plane,
            place,
            steps,
            ..
        } = self.correlation;
        let panel = panel.as_chunks_mut::<N>().0;
        self.copy_weights(start, weight, panel);
        let panel = panel.get(..offsets.len()).unwrap_or_default();
        let result = self.group * results + start;
        // The first block sets the sums, those behind it add to them.
        let fresh = self.channels[0] == 0 && self.taps.iter().all(|taps| taps[0] == 0);
        let mut biases = [T::ZERO; N];
        if fresh && let Some(bias) = bias.get(result..).and_then(<[T]>::first_chunk) {
            biases = *bias;
        }
        let [[i, high], [j, wide]] = self.positions;
        // Positions of a vector.
        let together = if lanes == 1 { LANES } else { 1 };
        let result_plane = plane[0] * plane[1] * lanes;
        let (mut row, mut column) = (0, 0);
        while row < high {
            let mut bases = [0; P];
            let mut places = [Place::default(); P];
            let (first_row, mut last_row) = (row, row);
            let (mut left, mut right) = (wide, 0);
            for p in 0..P {
                // Behind the last one it is computed again, and not written.
                if row < high {
                    // The last vector of a row may overlap the one before it.
                    let begin = column.min(wide.saturating_sub(together));
                    bases[p] = row * self.window.steps[0] + begin * self.window.steps[1];
                    let y = place[0] + (i + row) * steps[0];
                    let x = place[1] + (j + begin) * steps[1];
                    places[p] = Place {
                        at: (y * plane[1] + x) * lanes,
                        skipped: column - begin,
                        count: if lanes == 1 {
                            (wide - begin).min(LANES)
                        } else {
                            LANES
                        },
                    };
                    (left, right) = (left.min(begin), right.max(begin + together));
                    last_row = row;
                    column += together;
                    if column >= wide {
                        (row, column) = (row + 1, 0);
                    }
                } else {
                    bases[p] = bases[0];
                }
            }
            let taps = [
                self.taps_met(0, [i + first_row, i + last_row]),
                self.taps_met(1, [j + left, j + right - 1]),
            ];
            let values = self.sums::<T, V, P, N>(taps, offsets, panel, source, bases, &biases);
            // Most often every vector goes as it is where it belongs.
            let whole = |place: &Place| {
                let vector = place.count == LANES && (fresh || place.skipped == 0);
                place.count > 0 && (lanes != 1 || vector && steps[1] == 1)
            };
            if places.iter().all(whole) {
                for (n, values) in values.iter().enumerate() {
                    let to = to
                        .get_mut((result + n) * result_plane..)
                        .unwrap_or_default();
                    for p in 0..P {
                        if let Some(to) =
                            to.get_mut(places[p].at..).and_then(<[T]>::first_chunk_mut)
                        {
                            let sum = V::load(&values[p].0);
                            let sum = if fresh { sum } else { sum.add(V::load(to)) };
                            sum.store(to);
                        }
                    }
                }
                continue;
            }
            let step = if lanes == 1 { steps[1] } else { 1 };
            let first = (result * result_plane, result_plane, step);
            write_parts(fresh, values.as_flattened(), &places, first, to);
        }
        N
    }

    /// The taps of an axis, counted from the first of the block, that any of the positions from `first` to `last` meets
    /// inside the source.
    #[inline(always)]
    fn taps_met(&self, axis: usize, [first, last]: [usize; 2]) -> [usize; 2] {
        let [k, count] = self.taps[axis];
        if self.window.is_direct() {
            return [0, count];
        }
        let line = self.correlation.lines[axis];
        let all = line.section([first, last - first + 1], [k, count]);
        if all.lowest >= 0 && all.lowest as usize + all.length <= line.source {
            return [0, count];
        }
        let meets = |tap: usize| {
            let at = line.first + (k + tap) as isize * line.tap;
            at + (last * line.step) as isize >= 0
                && at + ((first * line.step) as isize) < line.source as isize
        };
        let start = (0..count).find(|&tap| meets(tap)).unwrap_or(count);
        let end = (start..count).rev().find(|&tap| meets(tap));
        [start, end.map_or(start, |tap| tap + 1)]
    }

    /// `biases[n] + Σ_k panel[k][n] · source[offsets[k] + bases[p]]` over some taps of each axis, vector by vector. In memory:
    /// those who pick among the sums would keep them there while they are added up.
    #[inline(always)]
    fn sums<T: Scalar, V: Vector<T>, const P: usize, const N: usize>(
        &self,
        [rows, columns]: [[usize; 2]; 2],
        offsets: Offsets,
        panel: &[[T; N]],
        source: &[T],
        bases: [usize; P],
        biases: &[T; N],
    ) -> [[Lanes<T>; P]; N] {
        let mut sums = [[V::zero(); P]; N];
        let mut sources = [source; P];
        for p in 0..P {
            sources[p] = source.get(bases[p]..).unwrap_or_default();
        }
        // The taps of whole rows follow one another.
        let (channels, row_taps) = (self.channels[1], self.taps[1][1]);
        let together = if columns == [0, row_taps] {
            rows[1] - rows[0]
        } else {
            1
        };
        let mut row = rows[0];
        while row < rows[1] {
            let start = (row * row_taps + columns[0]) * channels;
            row += together;
            let end = ((row - 1) * row_taps + columns[1]) * channels;
            let panel = panel.get(start..end).unwrap_or_default();
            let runs = offsets.range(start, end).runs::<T, [T; LANES], P>(sources);
            for (values, w) in runs.into_iter().flatten().zip(panel) {
                let mut x = [V::zero(); P];
                for p in 0..P {
                    x[p] = V::load(values[p]);
                }
                for n in 0..N {
                    let w = V::splat(w[n]);
                    for p in 0..P {
                        sums[n][p] = x[p].multiply_add(w, sums[n][p]);
                    }
                }
            }
        }
        let mut values = [[Lanes([T::ZERO; LANES]); P]; N];
        for n in 0..N {
            for p in 0..P {
                sums[n][p]
                    .add(V::splat(biases[n]))
                    .store(&mut values[n][p].0);
            }
        }
        values
    }
}

/// Writes what of each vector is to be written, or adds it where the sums are not `fresh`: `values` has one for each place,
/// plane by plane. The first plane begins at `first`, the next a plane behind it, and neighbours in a row lie a `step` apart.
///
/// Where vectors go as they are, nobody calls it; so it is one function for all tiles and instruction sets.
#[inline(never)]
fn write_parts<T: Scalar>(
    fresh: bool,
    values: &[Lanes<T>],
    places: &[Place],
    (first, plane, step): (usize, usize, usize),
    to: &mut [T],
) {
    let mut at = first;
    for values in values.chunks_exact(places.len().max(1)) {
        for (place, Lanes(values)) in places.iter().zip(values) {
            let to = to.get_mut(at + place.at..).unwrap_or_default();
            let values = values.get(place.skipped..place.count).unwrap_or_default();
            if step == 1 {
                let to = to.get_mut(place.skipped..place.count);
                for (to, &value) in to.unwrap_or_default().iter_mut().zip(values) {
                    *to = if fresh { value } else { *to + value };
                }
                continue;
            }
            for (&value, i) in values.iter().zip(place.skipped..) {
                if let Some(to) = to.get_mut(i * step) {
                    *to = if fresh { value } else { *to + value };
                }
            }
        }
        at += plane;
    }
}

/// Where a vector of results goes: its first scalar, the lanes that were written before, and how many there are.
#[derive(Clone, Copy, Default)]
struct Place {
    at: usize,
    skipped: usize,
    count: usize,
}
