//! One sample: the outputs of a position lie in the SIMD lanes.

use super::blocks::{Block, Blocks, Run};
use super::extent::{Extent, SMALL, TAPS, WINDOW, divide};
use super::line::Line;
use super::taps::Taps;
use super::window::Window;
use super::{Axis, Geometry};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::simd::{Offsets, Vector, apart, kernel};

/// Neighbouring positions that share the weights, where rows are not filled better by other runs.
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
        let Geometry { columns, groups, .. } = geometry;
        let (channels, outputs) = (geometry.group_channels(), geometry.group_outputs());
        let lines = geometry.forward_lines();
        let direct = columns.stride == 1 && columns.output >= NEIGHBOURS && lines.into_iter().all(Line::inside);
        let extent = Extent::in_window(1, lines, channels, direct);
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
        let mut blocks = Blocks::new(1, groups, channels, lines, extent, direct);
        while let Some(block) = blocks.advance() {
            let x = block.source::<T, V>(x, memory);
            taps.write(geometry, block, together);
            let (mut start, mut weight) = (0, weight);
            if outputs < LANES {
                let weight_of_group = weight.get(block.group * outputs..).unwrap_or_default();
                widen(taps.weights_mut(), weight_of_group, outputs, wide);
                weight = wide;
            }
            let taps = Reads {
                inputs: Offsets::new(taps.offsets()),
                weights: Offsets::new(taps.weights()),
                next: geometry.outputs,
            };
            let tiles = Tiles { geometry: &geometry, block };
            let run = neighbours(block.positions[1][1]);
            while start < outputs {
                let two = outputs - start >= 2 * LANES;
                start += if const { TILE == 12 } && two {
                    match run {
                        3 => tiles.write::<T, V, 2, 3, 3, 1, 3>(start, taps, weight, bias, x, y),
                        7 => tiles.write::<T, V, 2, 2, 7, 1, 7>(start, taps, weight, bias, x, y),
                        _ => tiles.write::<T, V, 2, 2, NEIGHBOURS, 1, NEIGHBOURS>(start, taps, weight, bias, x, y),
                    }
                } else if const { TILE == 12 } && together == 5 && run == 7 {
                    tiles.write::<T, V, 1, 2, 7, 5, 11>(start, taps, weight, bias, x, y)
                } else if const { TILE == 12 } && together == 5 {
                    tiles.write::<T, V, 1, 2, NEIGHBOURS, 5, 9>(start, taps, weight, bias, x, y)
                } else if const { TILE == 12 } && together == 3 && run == 7 {
                    tiles.write::<T, V, 1, 2, 7, 3, 9>(start, taps, weight, bias, x, y)
                } else if const { TILE == 12 } && together == 3 {
                    tiles.write::<T, V, 1, 2, NEIGHBOURS, 3, 7>(start, taps, weight, bias, x, y)
                } else if const { TILE == 12 } {
                    tiles.write::<T, V, 1, 4, NEIGHBOURS, 1, NEIGHBOURS>(start, taps, weight, bias, x, y)
                } else if const { TILE == 6 } {
                    tiles.write::<T, V, 1, 1, NEIGHBOURS, 1, NEIGHBOURS>(start, taps, weight, bias, x, y)
                } else {
                    tiles.write::<T, V, 1, 1, 3, 1, 3>(start, taps, weight, bias, x, y)
                };
            }
        }
    }
}

/// The length of runs, of three that fill the registers alike, with which fewest positions beyond those of a row are computed.
#[inline(always)]
fn neighbours(row: usize) -> usize {
    let computed = |run: usize| divide(row + run - 1, run) * run;
    let shorter = |best, run| {
        if run <= row && computed(run) < computed(best) {
            run
        } else {
            best
        }
    };
    shorter(shorter(NEIGHBOURS, 7), 3)
}

/// Copies the weights of each tap to whole vectors.
#[inline(never)]
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

/// The outputs of a block.
struct Tiles<'a> {
    geometry: &'a Geometry,
    block: &'a Block,
}

impl Tiles<'_> {
    /// `Q` vectors of outputs from `start` on, at `R` runs of `N` neighbouring positions at a time. Returns how many outputs.
    /// `S` and `M` as in [`sums`].
    #[inline(always)]
    fn write<
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
        let &Geometry { rows, columns, .. } = self.geometry;
        let outputs = self.geometry.group_outputs();
        // The last vector may overlap the one before it.
        let begin = start.min(outputs.saturating_sub(Q * LANES));
        let done = start - begin;
        let first = self.block.group * outputs + begin;
        // Of few outputs the weights are a copy that begins with those of the group.
        let lane = if outputs < LANES { 0 } else { first };
        let plane = rows.output * columns.output;
        let planes = Planes {
            plane,
            columns: columns.output,
            outputs: (outputs - begin).min(Q * LANES),
            done,
            fresh: self.block.first_taps(),
        };
        let bias = bias.get(first..).unwrap_or_default();
        let y = y.get_mut(first * plane..).unwrap_or_default();
        let (mut next, mut runs) = ([0, 0], [Run::default(); R]);
        loop {
            self.block.next_runs(N, &mut next, &mut runs);
            if runs[0].count == 0 {
                return Q * LANES - done;
            }
            let sums = sums::<T, V, Q, R, N, S, M>(lane, taps, weight, x, &runs);
            // Most often the runs are one, and long enough for vectors of positions.
            let joined = const { Q == 1 && 2 * R * N > LANES }
                && (planes.fresh || done == 0)
                && (0..R).all(|r| planes.place(&runs[r]) == planes.place(&runs[0]) + r * N)
                && runs.iter().all(|run| run.count == N && run.skipped == 0);
            if joined {
                let to = y.get_mut(planes.place(&runs[0])..).unwrap_or_default();
                let sums = sums.as_flattened().as_flattened();
                write_joined::<T, V>(&planes, sums, bias, to);
            } else {
                planes.write(&runs, sums.as_flattened(), bias, y);
            }
        }
    }
}

/// Planes of outputs.
struct Planes {
    /// Positions of a plane, and of a row.
    plane: usize,
    columns: usize,
    /// How many there are, and those of them that were written before.
    outputs: usize,
    done: usize,
    /// Whether the sums are set, not added to.
    fresh: bool,
}

impl Planes {
    /// Where a run lies in a plane.
    #[inline(always)]
    fn place(&self, run: &Run) -> usize {
        run.row * self.columns + run.column
    }

    /// Writes the sums of each run, as many vectors for each run as `sums` has. One function for all tiles and instruction
    /// sets: it picks scalars.
    #[inline(never)]
    fn write<T: Scalar, const N: usize>(
        &self,
        runs: &[Run],
        sums: &[[Lanes<T>; N]],
        bias: &[T],
        y: &mut [T],
    ) {
        let vectors = sums.len().checked_div(runs.len()).unwrap_or_default();
        for (run, sums) in runs.iter().zip(sums.chunks_exact(vectors.max(1))) {
            let at = self.place(run);
            for (o, y) in y
                .chunks_mut(self.plane.max(1))
                .enumerate()
                .take(self.outputs)
            {
                let y = y.get_mut(at..at + run.count).unwrap_or_default();
                let Some(sums) = sums.get(o / LANES) else {
                    break;
                };
                if self.fresh {
                    let bias = bias.get(o).copied().unwrap_or(T::ZERO);
                    for (y, sums) in y.iter_mut().zip(sums) {
                        *y = sums.0[o % LANES] + bias;
                    }
                } else if o >= self.done {
                    for (y, sums) in y.iter_mut().zip(sums).skip(run.skipped) {
                        *y += sums.0[o % LANES];
                    }
                }
            }
        }
    }
}

apart! {
    /// Writes the sums of neighbouring positions of up to sixteen outputs. `to` begins with the first position of the first one.
    fn write_joined<T, V, FMA>(planes: &Planes, sums: &[Lanes<T>], bias: &[T], to: &mut [T]) {
        let &Planes { plane, outputs, fresh, .. } = planes;
        let bias = if fresh {
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
                if !fresh {
                    sum = sum.add(V::load_partial(to));
                }
                sum.store_partial(to);
                at += plane;
            }
            start += LANES;
        }
    }
}

apart! {
    /// `Σ_k weight[k][output] · x[offset[k] + run.base + n]` for the outputs from `lane` on.
    ///
    /// Each tap of the list stands for `S` that are neighbours, and an input that several of them read is read once: `M`
    /// inputs are `N + S - 1`.
    fn sums<T, V, FMA, const Q: usize, const R: usize, const N: usize, const S: usize, const M: usize>(
        lane: usize,
        taps: Reads<'_>,
        weight: &[T],
        x: &[T],
        runs: &[Run; R],
    ) -> [[[Lanes<T>; N]; Q]; R] {
        const { assert!(M + 1 == N + S) }
        let mut sums = [[[V::zero(); N]; Q]; R];
        let mut inputs = [x; R];
        for r in 0..R {
            inputs[r] = x.get(runs[r].base..).unwrap_or_default();
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
                add!(0 1 2 3 4 5 6 7 8 9 10);
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
}
