//! One sample: the channels of the source lie in the SIMD lanes, whose weights are neighbours.

use super::correlate::Correlation;
use super::extent::{SMALL, TAPS, WINDOW, divide, pieces};
use super::line::Line;
use super::turn::{Planes, turn};
use super::window::Window;
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Offsets, Vector, apart, kernel};

/// Results of a tile with AVX-512.
const RESULTS: usize = 4;

/// What a sum over the lanes costs, in multiply-adds of vectors.
const SUM: usize = 6;
/// What copying a weight costs the other way, in the same.
const COPY: usize = 4;

/// Whether the kernel takes a correlation, and less time than with positions in the lanes: planes that do not fill them,
/// of many channels.
pub(super) fn pays(correlation: &Correlation) -> bool {
    let Correlation {
        lanes,
        channels,
        lines,
        weights,
        ..
    } = *correlation;
    let [rows, columns] = lines;
    let (taps, plane) = (rows.taps * columns.taps, whole(lines).plane());
    if lanes != 1 || weights.channel != 1 || taps == 0 || taps > TAPS || plane > WINDOW {
        return false;
    }
    let (positions, vectors) = (rows.positions * columns.positions, channels.div_ceil(LANES));
    let sums =
        vectors.div_ceil(together(plane, taps)) + usize::from(!channels.is_multiple_of(LANES));
    let by_channels = positions * (vectors * taps + sums * SUM);
    let by_positions =
        channels * taps * (rows.positions * columns.positions.div_ceil(LANES) + COPY);
    // Measured: its loads make it half as fast as its multiply-adds alone would be.
    2 * by_channels < by_positions
}

/// Vectors of channels that a window has room for, and the list of taps, too.
#[inline(always)]
fn together(plane: usize, taps: usize) -> usize {
    divide(WINDOW, plane).min(divide(TAPS, taps)).max(1)
}

/// The window of all positions and taps.
#[inline(always)]
fn whole(lines: [Line; 2]) -> Window {
    let positions = lines.map(|line| [0, line.positions]);
    Window::copied(LANES, lines, positions, lines.map(|line| [0, line.taps]))
}

kernel! {
    /// The sums of a [`Correlation`] of one sample for which this [`pays`], and the bias of each result.
    ///
    /// The source is transposed, sixteen channels side by side; then a weight is a vector, and what is left is the sum over
    /// the lanes of each result.
    CorrelateSample: pub(super) fn correlate_sample<T, FMA, TILE>(
        correlation: Correlation,
        weight: &[T],
        bias: &[T],
        source: &[T],
        to: &mut [T],
    ) {
        let Correlation { groups, channels, results, lines, weights, .. } = correlation;
        let window = whole(lines);
        let plane = window.plane().max(1);
        let source_plane = lines[0].source * lines[1].source;
        let vectors = channels.div_ceil(LANES);
        let taps = lines[0].taps * lines[1].taps;
        let together = together(plane, taps);
        let (mut small, mut memory);
        let memory: &mut [Lanes<T>] = if vectors.min(together) * plane <= SMALL {
            small = [Lanes([T::ZERO; LANES]); SMALL / LANES];
            &mut small
        } else {
            memory = [Lanes([T::ZERO; LANES]); WINDOW / LANES];
            &mut memory
        };
        let mut offsets = [0; TAPS];
        let mut places = [0; TAPS];
        for group in 0..groups {
            for [first, here] in pieces(vectors, together) {
                for vector in 0..here {
                    let start = (first + vector) * LANES;
                    let here = channels.saturating_sub(start).min(LANES);
                    let source = source.get((group * channels + start) * source_plane..).unwrap_or_default();
                    let memory = memory.get_mut(vector * plane / LANES..).unwrap_or_default();
                    fill::<T, V>(&window, here, source, memory);
                }
                // Whole vectors of weights, then those of the last channels.
                let few = channels % LANES;
                let full = if few > 0 && first + here == vectors { here - 1 } else { here };
                for (vectors, lanes) in [([0, full], LANES), ([full, here - full], few)] {
                    let mut count = 0;
                    let lists = offsets.iter_mut().zip(&mut places);
                    let all = (0..lines[0].taps).flat_map(|row| (0..lines[1].taps).map(move |column| [row, column]));
                    let all = all.flat_map(|tap| (vectors[0]..vectors[0] + vectors[1]).map(move |vector| (tap, vector)));
                    for ((offset, place), ([row, column], vector)) in lists.zip(all) {
                        *offset = window.offset([vector, row, column]);
                        *place = (first + vector) * LANES + row * weights.taps[0] + column * weights.taps[1];
                        count += 1;
                    }
                    if count == 0 {
                        continue;
                    }
                    let block = Block {
                        correlation,
                        window,
                        group,
                        offsets: Offsets::new(offsets.get(..count).unwrap_or_default()),
                        places: Offsets::new(places.get(..count).unwrap_or_default()),
                        lanes,
                        fresh: first == 0 && vectors[0] == 0,
                    };
                    let source = Lanes::scalars(memory);
                    let mut start = 0;
                    while start < results {
                        start += if const { TILE == 12 } && results >= RESULTS {
                            block.results::<T, V, RESULTS, 4>(start, weight, bias, source, to)
                        } else if const { TILE >= 6 } {
                            block.results::<T, V, 1, 4>(start, weight, bias, source, to)
                        } else {
                            block.results::<T, V, 1, 2>(start, weight, bias, source, to)
                        };
                    }
                }
            }
        }
    }
}

/// Brings the planes of up to sixteen channels into the window, a position's channels side by side; zeros behind the last.
#[inline(never)]
fn fill<T: Scalar, V: Vector<T>>(
    window: &Window,
    channels: usize,
    source: &[T],
    memory: &mut [Lanes<T>],
) {
    let [height, width] = window.source();
    let mut values = [Lanes([T::ZERO; LANES]); LANES];
    for row in 0..height {
        for column in (0..width).step_by(LANES) {
            let here = LANES.min(width - column);
            let planes = Planes {
                values: source.get(row * width + column..).unwrap_or_default(),
                plane: height * width,
                planes: channels,
                positions: here,
            };
            turn::<T, V>(planes, &mut values);
            for (values, column) in values.iter().zip(column..column + here) {
                if let Some(place) = window.place(row, column)
                    && let Some(to) = memory.get_mut(place / LANES)
                {
                    *to = *values;
                }
            }
        }
    }
}

/// Some taps of some vectors of channels of a group.
struct Block<'a> {
    correlation: Correlation,
    window: Window,
    group: usize,
    /// Where each meets the first position in the window.
    offsets: Offsets<'a>,
    /// Where its weights for the first result begin.
    places: Offsets<'a>,
    /// Channels in a vector.
    lanes: usize,
    /// Whether they are the first.
    fresh: bool,
}

impl Block<'_> {
    /// `N` results from `start` on at all positions, `P` at a time, at most four. Returns how many results are new.
    #[inline(always)]
    fn results<T: Scalar, V: Vector<T>, const N: usize, const P: usize>(
        &self,
        start: usize,
        weight: &[T],
        bias: &[T],
        source: &[T],
        to: &mut [T],
    ) -> usize {
        let Correlation {
            results,
            lines,
            weights,
            plane,
            place,
            steps,
            ..
        } = self.correlation;
        // The last tile may overlap the one before it.
        let begin = start.min(results.saturating_sub(N));
        let [high, wide] = lines.map(|line| line.positions);
        let first = weights.first + self.group * weights.group + begin * weights.result;
        let mut rows = [weight; N];
        for n in 0..N {
            let at = first + n * weights.result;
            rows[n] = weight.get(at..).unwrap_or_default();
        }
        let count = high * wide;
        let (mut row, mut column) = (0, 0);
        for index in (0..count).step_by(P) {
            let here = P.min(count - index);
            let mut sources = [source; P];
            let mut at = [0; P];
            for p in 0..P {
                // Behind the last one it is computed again, and not written.
                let base = row * self.window.steps[0] + column * self.window.steps[1];
                sources[p] = source.get(base..).unwrap_or_default();
                at[p] = (place[0] + row * steps[0]) * plane[1] + place[1] + column * steps[1];
                if p + 1 < here {
                    column += 1;
                    if column == wide {
                        (row, column) = (row + 1, 0);
                    }
                }
            }
            column += 1;
            if column >= wide {
                (row, column) = (row + 1, 0);
            }
            let sums = sums::<T, V, N, P>(self.lanes, self.places, self.offsets, rows, sources);
            for n in 0..N {
                if n < start - begin {
                    continue;
                }
                let result = self.group * results + begin + n;
                let to = to
                    .get_mut(result * plane[0] * plane[1]..)
                    .unwrap_or_default();
                let bias = bias.get(result).copied().unwrap_or(T::ZERO);
                let mut four = [V::zero(); 4];
                for (four, sum) in four.iter_mut().zip(&sums[n]) {
                    *four = V::load(&sum.0);
                }
                let totals = V::totals(four);
                for (total, at) in totals.into_iter().zip(at).take(here) {
                    if let Some(to) = to.get_mut(at) {
                        *to = total + if self.fresh { bias } else { *to };
                    }
                }
            }
        }
        begin + N - start
    }
}

apart! {
    /// `Σ_k row[place[k]..] · source[offset[k]..]` for `lanes` channels of each place, lane by lane.
    fn sums<T, V, FMA, const N: usize, const P: usize>(
        lanes: usize,
        places: Offsets<'_>,
        offsets: Offsets<'_>,
        rows: [&[T]; N],
        sources: [&[T]; P],
    ) -> [[Lanes<T>; P]; N] {
        let mut sums = [[V::zero(); P]; N];
        let values = offsets.runs::<T, [T; LANES], P>(sources);
        let mut values = values.into_iter().flatten();
        if lanes == LANES {
            let weights = places.runs::<T, [T; LANES], N>(rows);
            for (weights, values) in weights.into_iter().flatten().zip(values) {
                add::<T, V, N, P>(weights.map(|weights| V::load(weights)), values, &mut sums);
            }
        } else {
            for &place in places.all() {
                let Some(values) = values.next() else { break };
                let mut weights = [V::zero(); N];
                for n in 0..N {
                    let row = rows[n].get(place..place + lanes);
                    weights[n] = V::load_partial(row.unwrap_or_default());
                }
                add::<T, V, N, P>(weights, values, &mut sums);
            }
        }
        let mut values = [[Lanes([T::ZERO; LANES]); P]; N];
        for n in 0..N {
            for p in 0..P {
                sums[n][p].store(&mut values[n][p].0);
            }
        }
        values
    }
}

#[inline(always)]
fn add<T: Scalar, V: Vector<T>, const N: usize, const P: usize>(
    weights: [V; N],
    values: [&[T; LANES]; P],
    sums: &mut [[V; P]; N],
) {
    for p in 0..P {
        let x = V::load(values[p]);
        for n in 0..N {
            sums[n][p] = x.multiply_add(weights[n], sums[n][p]);
        }
    }
}
