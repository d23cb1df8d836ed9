//! One sample: the outputs of a position lie in the SIMD lanes.

use super::blocks::{SMALL, TAPS, WINDOW, pieces};
use super::line::Line;
use super::taps::Taps;
use super::window::{Window, extent};
use super::{Axis, Geometry};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Offsets, Vector, kernel};

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
            small = [Lanes([T::ZERO; LANES]); SMALL / LANES + 1];
            Lanes::scalars_mut(&mut small)
        } else {
            memory = [Lanes([T::ZERO; LANES]); WINDOW / LANES + 1];
            Lanes::scalars_mut(&mut memory)
        };
        // Weights of fewer outputs than there are lanes, with zeros behind them.
        let mut wide;
        let wide: &mut [T] = if outputs < LANES {
            wide = [Lanes([T::ZERO; LANES]); TAPS];
            Lanes::scalars_mut(&mut wide)
        } else {
            &mut []
        };
        let mut taps = Taps::NONE;
        // Taps that are read at once.
        let together = match columns {
            Axis { stride: 1, dilation: 1, kernel: kernel @ (3 | 5), .. }
                if const { TILE == 12 } && extent.taps[1] == kernel && (LANES..2 * LANES).contains(&outputs) =>
            {
                kernel
            }
            _ => 1,
        };
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
                                taps.write(geometry, &window, c, [r, s], together);
                                let (mut start, mut weight) = (0, weight);
                                if outputs < LANES {
                                    let weight_of_group = weight.get(group * outputs..).unwrap_or_default();
                                    widen(taps.weights_mut(), weight_of_group, outputs, wide);
                                    weight = wide;
                                }
                                let taps = Reads {
                                    inputs: Offsets::new(taps.offsets()),
                                    weights: Offsets::new(taps.weights()),
                                    next: geometry.outputs,
                                };
                                while start < outputs {
                                    let two = outputs - start >= 2 * LANES;
                                    start += if const { TILE == 12 } && two {
                                        block.outputs::<T, V, 2, 2, NEIGHBOURS, 1, NEIGHBOURS>(start, taps, weight, bias, x, y)
                                    } else if const { TILE == 12 } && together == 5 {
                                        block.outputs::<T, V, 1, 2, NEIGHBOURS, 5, 9>(start, taps, weight, bias, x, y)
                                    } else if const { TILE == 12 } && together == 3 {
                                        block.outputs::<T, V, 1, 2, NEIGHBOURS, 3, 7>(start, taps, weight, bias, x, y)
                                    } else if const { TILE == 12 } {
                                        block.outputs::<T, V, 1, 4, NEIGHBOURS, 1, NEIGHBOURS>(start, taps, weight, bias, x, y)
                                    } else if const { TILE == 6 } {
                                        block.outputs::<T, V, 1, 1, NEIGHBOURS, 1, NEIGHBOURS>(start, taps, weight, bias, x, y)
                                    } else {
                                        block.outputs::<T, V, 1, 1, 3, 1, 3>(start, taps, weight, bias, x, y)
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
fn widen<T: Scalar>(taps: &mut [usize], weight: &[T], outputs: usize, wide: &mut [T]) {
    let vectors = wide.as_chunks_mut::<LANES>().0;
    for (index, (tap, to)) in taps.iter_mut().zip(vectors).enumerate() {
        let from = weight.get(*tap..*tap + outputs).unwrap_or_default();
        for (to, &from) in to.iter_mut().zip(from) {
            *to = from;
        }
        *tap = index * LANES;
    }
}

/// Where each tap reads: the inputs of the first position, and the weights of all outputs.
#[derive(Clone, Copy)]
struct Reads<'a> {
    inputs: Offsets<'a>,
    weights: Offsets<'a>,
    /// From the weights of a tap to those of the next.
    next: usize,
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
    /// `S` and `M` as in [`sums`].
    #[inline(always)]
    fn outputs<
        T: Scalar,
        V: Vector<T>,
        const Q: usize,
        const R: usize,
        const N: usize,
        const S: usize,
        const M: usize,
    >(
        &self,
        start: usize,
        taps: Reads,
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
            let sums = sums::<T, V, Q, R, N, S, M>(lane, taps, weight, x, bases);
            // Most often the runs are one, and long enough for vectors of positions.
            let joined = const { Q == 1 && 2 * R * N > LANES }
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
                            *y = sums.0[o % LANES] + bias;
                        }
                    } else if o >= done {
                        for (y, sums) in y.iter_mut().zip(sums).skip(run.skipped) {
                            *y += sums.0[o % LANES];
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
        sums: &[Lanes<T>],
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
                *position = V::load(&sums.0).add(bias);
            }
            let mut values = [Lanes([T::ZERO; LANES]); LANES];
            for (values, output) in values.iter_mut().zip(V::transpose(positions)) {
                output.store(&mut values.0);
            }
            let mut at = start;
            for values in values.iter().take(outputs) {
                let to = to.get_mut(at..at + sums.len()).unwrap_or_default();
                let mut sum = V::load(&values.0);
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
///
/// Each tap of the list stands for `S` that are neighbours, and an input that several of them read is read once: `M`
/// inputs are `N + S - 1`.
#[inline(always)]
fn sums<
    T: Scalar,
    V: Vector<T>,
    const Q: usize,
    const R: usize,
    const N: usize,
    const S: usize,
    const M: usize,
>(
    lane: usize,
    taps: Reads,
    weight: &[T],
    x: &[T],
    bases: [usize; R],
) -> [[[Lanes<T>; N]; Q]; R] {
    const { assert!(M + 1 == N + S) }
    let mut sums = [[[V::zero(); N]; Q]; R];
    let mut inputs = [x; R];
    for r in 0..R {
        inputs[r] = x.get(bases[r]..).unwrap_or_default();
    }
    let mut weights = [weight; S];
    for s in 0..S {
        weights[s] = weight.get(lane + s * taps.next..).unwrap_or_default();
    }
    if let Some(inputs) = taps.inputs.runs::<T, [T; M], R>(inputs)
        && let Some(weights) = taps.weights.runs::<T, [[T; LANES]; Q], S>(weights)
    {
        for (x, weights) in inputs.zip(weights) {
            let mut w = [[V::zero(); Q]; S];
            for s in 0..S {
                for q in 0..Q {
                    w[s][q] = V::load(&weights[s][q]);
                }
            }
            // Written out: a loop over so many products is not unrolled, and the sums would lie in memory.
            macro_rules! add {
                ($($m:literal)*) => {$(
                    if const { $m < M } {
                        for r in 0..R {
                            let x = V::splat(x[r][$m]);
                            for s in 0..S {
                                if $m >= s && $m - s < N {
                                    for q in 0..Q {
                                        let sum = &mut sums[r][q][$m - s];
                                        *sum = x.multiply_add(w[s][q], *sum);
                                    }
                                }
                            }
                        }
                    }
                )*};
            }
            add!(0 1 2 3 4 5 6 7 8);
        }
    }
    let mut values = [[[Lanes([T::ZERO; LANES]); N]; Q]; R];
    for r in 0..R {
        for q in 0..Q {
            for n in 0..N {
                sums[r][q][n].store(&mut values[r][q][n].0);
            }
        }
    }
    values
}
