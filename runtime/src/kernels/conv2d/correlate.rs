use super::blocks::{Block, Blocks, Run};
use super::extent::{Extent, SMALL, TAPS, WINDOW};
use super::line::Line;
use super::window::Window;
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Offsets, Vector, apart, kernel};

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
        let neighbours = lines[1].step == 1 && lines[1].positions >= LANES;
        let direct = (lanes != 1 || neighbours) && lines.into_iter().all(Line::inside);
        let extent = Extent::in_window(lanes, lines, channels, direct);
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
        let mut blocks = Blocks::new(lanes, groups, channels, lines, extent, direct);
        while let Some(block) = blocks.advance() {
            let source = block.source::<T, V>(source, memory);
            let count = block.write_offsets(&mut offsets);
            let offsets = Offsets::new(offsets.get(..count).unwrap_or_default());
            let tiles = Tiles { correlation: &correlation, block };
            let panel = &mut panel;
            let mut start = 0;
            while start < results {
                let rest = results - start;
                let at = |size| rest == size || rest >= 2 * size;
                start += if const { TILE == 12 } && at(6) {
                    tiles.write::<T, V, 4, 6>(start, offsets, panel, weight, bias, source, to)
                } else if const { TILE == 12 } && at(5) {
                    tiles.write::<T, V, 4, 5>(start, offsets, panel, weight, bias, source, to)
                } else if const { TILE == 12 } && at(3) {
                    tiles.write::<T, V, 6, 3>(start, offsets, panel, weight, bias, source, to)
                } else if const { TILE == 12 } {
                    tiles.write::<T, V, 8, 1>(start, offsets, panel, weight, bias, source, to)
                } else if const { TILE == 6 } && at(6) {
                    tiles.write::<T, V, 1, 6>(start, offsets, panel, weight, bias, source, to)
                } else if const { TILE >= 3 } && at(3) {
                    tiles.write::<T, V, 1, 3>(start, offsets, panel, weight, bias, source, to)
                } else {
                    tiles.write::<T, V, 2, 1>(start, offsets, panel, weight, bias, source, to)
                };
            }
        }
    }
}

/// The results of a block.
struct Tiles<'a> {
    correlation: &'a Correlation,
    block: &'a Block,
}

impl Tiles<'_> {
    /// The weights of `N` results from `start` on, in the order of the offsets.
    #[inline(never)]
    fn copy_weights<T: Scalar, const N: usize>(
        &self,
        start: usize,
        weight: &[T],
        panel: &mut [[T; N]],
    ) {
        let weights = self.correlation.weights;
        let &Block {
            group,
            channels: [c, channels],
            taps: [[r, rows], [s, columns]],
            ..
        } = self.block;
        let first = weights.first + group * weights.group + start * weights.result;
        let mut panel = panel.iter_mut();
        for row in r..r + rows {
            for column in s..s + columns {
                for channel in c..c + channels {
                    let at = first
                        + channel * weights.channel
                        + row * weights.taps[0]
                        + column * weights.taps[1];
                    let Some(to) = panel.next() else { return };
                    let span = (N - 1) * weights.result + 1;
                    let Some(from) = weight.get(at..at + span) else {
                        return;
                    };
                    if let Some(neighbours) = from.first_chunk::<N>()
                        && weights.result == 1
                    {
                        *to = *neighbours;
                        continue;
                    }
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
    fn write<T: Scalar, V: Vector<T>, const P: usize, const N: usize>(
        &self,
        start: usize,
        offsets: Offsets,
        panel: &mut [T; TAPS * WIDEST],
        weight: &[T],
        bias: &[T],
        source: &[T],
        to: &mut [T],
    ) -> usize {
        let &Correlation {
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
        let result = self.block.group * results + start;
        // The first block sets the sums, those behind it add to them.
        let fresh = self.block.first_taps();
        let mut biases = [T::ZERO; N];
        if fresh && let Some(bias) = bias.get(result..).and_then(<[T]>::first_chunk) {
            biases = *bias;
        }
        // Positions of a vector.
        let together = if lanes == 1 { LANES } else { 1 };
        let result_plane = plane[0] * plane[1] * lanes;
        let at = |run: &Run| {
            let (row, column) = (
                place[0] + run.row * steps[0],
                place[1] + run.column * steps[1],
            );
            (row * plane[1] + column) * lanes
        };
        // Most often every vector goes as it is where it belongs.
        let whole = |run: &Run| {
            let vector = run.count == together && (fresh || run.skipped == 0);
            vector && (lanes != 1 || steps[1] == 1)
        };
        let (mut next, mut runs) = ([0, 0], [Run::default(); P]);
        loop {
            self.block.next_runs(together, &mut next, &mut runs);
            if runs[0].count == 0 {
                return N;
            }
            let taps = self.block.taps_met(&runs);
            let values =
                sums::<T, V, P, N>(self.block, taps, offsets, panel, source, &runs, &biases);
            let mut places = [0; P];
            for p in 0..P {
                places[p] = at(&runs[p]);
            }
            if runs.iter().all(whole) {
                for (n, values) in values.iter().enumerate() {
                    let to = to
                        .get_mut((result + n) * result_plane..)
                        .unwrap_or_default();
                    for p in 0..P {
                        if let Some(to) = to.get_mut(places[p]..).and_then(<[T]>::first_chunk_mut) {
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
            let places = runs.map(|run| Place {
                at: at(&run),
                skipped: run.skipped * lanes,
                count: run.count * lanes,
            });
            write_parts(fresh, values.as_flattened(), &places, first, to);
        }
    }
}

apart! {
    /// `biases[n] + Σ_k panel[k][n] · source[offsets[k] + runs[p].base]` over some taps of each axis, vector by vector.
    fn sums<T, V, FMA, const P: usize, const N: usize>(
        block: &Block,
        taps: [[usize; 2]; 2],
        offsets: Offsets<'_>,
        panel: &[[T; N]],
        source: &[T],
        runs: &[Run; P],
        biases: &[T; N],
    ) -> [[Lanes<T>; P]; N] {
        let [rows, columns] = taps;
        let mut sums = [[V::zero(); P]; N];
        let mut sources = [source; P];
        for p in 0..P {
            sources[p] = source.get(runs[p].base..).unwrap_or_default();
        }
        // The taps of whole rows follow one another.
        let (channels, row_taps) = (block.channels[1], block.taps[1][1]);
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
            let values = offsets.range(start, end).runs::<T, [T; LANES], P>(sources);
            for (values, w) in values.into_iter().flatten().zip(panel) {
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
