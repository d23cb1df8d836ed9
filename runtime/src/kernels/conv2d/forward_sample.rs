//! One sample: the outputs of a position lie in the SIMD lanes.

use super::Geometry;
use super::blocks::{SMALL, TAPS, WINDOW, pieces};
use super::line::Line;
use super::taps::{Tap, write_taps};
use super::window::{Window, extent};
use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};

/// Neighbouring positions that share the weights.
pub(super) const NEIGHBOURS: usize = 5;

kernel! {
    /// `y = W ∗ x + b` for one sample.
    ForwardSample: pub(super) fn forward_sample<T, FMA, TILE>(
        geometry: Geometry,
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        let Geometry { rows, columns, groups, .. } = geometry;
        let (channels, outputs) = (geometry.group_channels(), geometry.group_outputs());
        let lines = [Line::forward(rows), Line::forward(columns)];
        let direct = columns.stride == 1 && columns.output >= NEIGHBOURS && lines.into_iter().all(Line::inside);
        let extent = extent(1, lines, channels, direct);
        let (mut small, mut memory);
        let memory: &mut [T] = if direct {
            &mut []
        } else if Window::room(1, lines, extent) <= SMALL {
            small = [T::ZERO; SMALL + LANES];
            &mut small
        } else {
            memory = [T::ZERO; WINDOW + LANES];
            &mut memory
        };
        // Weights of fewer outputs than there are lanes, with zeros behind them.
        let mut wide;
        let wide: &mut [T] = if outputs < LANES {
            wide = [T::ZERO; TAPS * LANES];
            &mut wide
        } else {
            &mut []
        };
        let mut taps = [Tap::default(); TAPS];
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
                                let block = Block {
                                    geometry,
                                    window,
                                    group,
                                    positions: [i, j],
                                    fresh: c[0] == 0 && r[0] == 0 && s[0] == 0,
                                };
                                let count = write_taps(geometry, &window, c, [r, s], &mut taps);
                                let taps = taps.get_mut(..count).unwrap_or_default();
                                let (mut start, mut weight) = (0, weight);
                                if outputs < LANES {
                                    widen(taps, weight.get(group * outputs..).unwrap_or_default(), outputs, wide);
                                    weight = wide;
                                }
                                while start < outputs {
                                    let two = outputs - start >= 2 * LANES;
                                    start += if const { TILE == 12 } && two {
                                        block.outputs::<T, V, 2, 2, NEIGHBOURS>(start, taps, weight, bias, x, y)
                                    } else if const { TILE == 12 } {
                                        block.outputs::<T, V, 1, 4, NEIGHBOURS>(start, taps, weight, bias, x, y)
                                    } else if const { TILE == 6 } {
                                        block.outputs::<T, V, 1, 1, NEIGHBOURS>(start, taps, weight, bias, x, y)
                                    } else {
                                        block.outputs::<T, V, 1, 1, 3>(start, taps, weight, bias, x, y)
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

/// Copies the weights of each tap to whole vectors.
#[inline(always)]
fn widen<T: Scalar>(taps: &mut [Tap], weight: &[T], outputs: usize, wide: &mut [T]) {
    let vectors = wide.as_chunks_mut::<LANES>().0;
    for (index, (tap, to)) in taps.iter_mut().zip(vectors).enumerate() {
        let from = weight
            .get(tap.weights..tap.weights + outputs)
            .unwrap_or_default();
        for (to, &from) in to.iter_mut().zip(from) {
            *to = from;
        }
        tap.weights = index * LANES;
    }
}

/// Positions of the outputs of a group along each axis, first and count.
struct Block {
    geometry: Geometry,
    window: Window,
    group: usize,
    positions: [[usize; 2]; 2],
    /// Whether these are the first taps.
    fresh: bool,
}

impl Block {
    /// `Q` vectors of outputs from `start` on, at `R` runs of `N` neighbouring positions at a time. Returns how many outputs.
    #[inline(always)]
    fn outputs<T: Scalar, V: Vector<T>, const Q: usize, const R: usize, const N: usize>(
        &self,
        start: usize,
        taps: &[Tap],
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) -> usize {
        let Geometry { rows, columns, .. } = self.geometry;
        let outputs = self.geometry.group_outputs();
        // The last vector may overlap the one before it.
        let begin = start.min(outputs.saturating_sub(Q * LANES));
        let done = start - begin;
        let first = self.group * outputs + begin;
        // Of few outputs the weights are a copy that begins with those of the group.
        let lane = if outputs < LANES { 0 } else { first };
        let plane = rows.output * columns.output;
        let bias = bias.get(first..).unwrap_or_default();
        let [[i, high], [j, wide]] = self.positions;
        let (mut row, mut column) = (0, 0);
        while row < high {
            let mut bases = [0; R];
            let mut runs = [Run::default(); R];
            for r in 0..R {
                if row < high {
                    // The last run of a row may overlap the one before it.
                    let begin = column.min(wide.saturating_sub(N));
                    bases[r] = row * self.window.steps[0] + begin * self.window.steps[1];
                    runs[r] = Run {
                        at: (i + row) * columns.output + j + begin,
                        skipped: column - begin,
                        count: (wide - begin).min(N),
                    };
                    column += N;
                    if column >= wide {
                        (row, column) = (row + 1, 0);
                    }
                }
            }
            let sums = sums::<T, V, Q, R, N>(lane, taps, weight, x, bases);
            // Most often the runs are one, and long enough for vectors of positions.
            let joined = const { Q == 1 && R * N >= LANES }
                && (self.fresh || done == 0)
                && (0..R).all(|r| runs[r].at == runs[0].at + r * N && runs[r].count == N)
                && runs.iter().all(|run| run.skipped == 0);
            if joined {
                let to = y.get_mut(first * plane + runs[0].at..).unwrap_or_default();
                let sums = sums.as_flattened().as_flattened();
                self.write_joined::<T, V>(sums, bias, outputs - begin, to);
                continue;
            }
            for (run, sums) in runs.iter().zip(&sums) {
                let planes = y.chunks_mut(plane.max(1)).skip(first).take(outputs - begin);
                for (o, y) in planes.enumerate().take(Q * LANES) {
                    let y = y.get_mut(run.at..run.at + run.count).unwrap_or_default();
                    let Some(sums) = sums.get(o / LANES) else {
                        break;
                    };
                    if self.fresh {
                        let bias = bias.get(o).copied().unwrap_or(T::ZERO);
                        for (y, sums) in y.iter_mut().zip(sums) {
                            *y = sums[o % LANES] + bias;
                        }
                    } else if o >= done {
                        for (y, sums) in y.iter_mut().zip(sums).skip(run.skipped) {
                            *y += sums[o % LANES];
                        }
                    }
                }
            }
        }
        Q * LANES - done
    }

    /// Writes the sums of `N` positions each whose runs follow one another in the planes. `to` begins with the first of
    /// them, of the first of `outputs` outputs.
    #[inline(always)]
    fn write_joined<T: Scalar, V: Vector<T>>(
        &self,
        sums: &[[T; LANES]],
        bias: &[T],
        outputs: usize,
        to: &mut [T],
    ) {
        let Geometry { rows, columns, .. } = self.geometry;
        let plane = (rows.output * columns.output).max(1);
        let bias = if self.fresh {
            V::load_partial(bias)
        } else {
            V::zero()
        };
        let mut start = 0;
        for sums in sums.chunks(LANES) {
            let mut positions = [V::zero(); LANES];
            for (position, sums) in positions.iter_mut().zip(sums) {
                *position = V::load(sums).add(bias);
            }
            let mut values = [[T::ZERO; LANES]; LANES];
            for (values, output) in values.iter_mut().zip(V::transpose(positions)) {
                output.store(values);
            }
            let mut at = start;
            for values in values.iter().take(outputs) {
                let to = to.get_mut(at..at + sums.len()).unwrap_or_default();
                let mut sum = V::load(values);
                if !self.fresh {
                    sum = sum.add(V::load_partial(to));
                }
                sum.store_partial(to);
                at += plane;
            }
            start += LANES;
        }
    }
}

/// Neighbouring positions: the first in a plane, those that were written before, and how many there are.
#[derive(Clone, Copy, Default)]
struct Run {
    at: usize,
    skipped: usize,
    count: usize,
}

/// `Σ_k weight[k][output] · x[offset[k] + base + n]` for the outputs from `lane` on. In memory, so that those who pick
/// among the sums do not keep them there while they are added up.
#[inline(always)]
fn sums<T: Scalar, V: Vector<T>, const Q: usize, const R: usize, const N: usize>(
    lane: usize,
    taps: &[Tap],
    weight: &[T],
    x: &[T],
    bases: [usize; R],
) -> [[[[T; LANES]; N]; Q]; R] {
    let mut sums = [[[V::zero(); N]; Q]; R];
    'sum: {
        // Of one length, so that one comparison holds for all.
        let farthest = bases.into_iter().max().unwrap_or(0);
        let length = x.len().saturating_sub(farthest);
        let mut inputs = [x; R];
        for r in 0..R {
            match x.get(bases[r]..bases[r] + length) {
                Some(x) => inputs[r] = x,
                None => break 'sum,
            }
        }
        let weight = weight.get(lane..).unwrap_or_default();
        for tap in taps {
            let mut w = [V::zero(); Q];
            let Some(weights) = weight.get(tap.weights..).and_then(|w| w.get(..Q * LANES)) else {
                break 'sum;
            };
            for (w, weights) in w.iter_mut().zip(weights.as_chunks().0) {
                *w = V::load(weights);
            }
            for r in 0..R {
                match inputs[r]
                    .get(tap.offset..)
                    .and_then(<[T]>::first_chunk::<N>)
                {
                    Some(x) => {
                        for n in 0..N {
                            let x = V::splat(x[n]);
                            for q in 0..Q {
                                sums[r][q][n] = x.multiply_add(w[q], sums[r][q][n]);
                            }
                        }
                    }
                    None => break 'sum,
                }
            }
        }
    }
    let mut values = [[[[T::ZERO; LANES]; N]; Q]; R];
    for r in 0..R {
        for q in 0..Q {
            for n in 0..N {
                sums[r][q][n].store(&mut values[r][q][n]);
            }
        }
    }
    values
}
