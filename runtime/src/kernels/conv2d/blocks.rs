//! The blocks of a convolution's work, one after the other, and the positions of each. Neither depends on the scalar or on the
//! instruction set, so all but `Block::source` is compiled once for all kernels.

use super::extent::{Extent, TAPS};
use super::line::Line;
use super::window::{Window, fill};
use crate::Scalar;
use crate::simd::Vector;

/// What a block is a piece of along six axes, of which the last runs fastest: groups, channels, rows and columns of taps, rows
/// and columns of positions.
const AXES: usize = 6;

/// Taps of all channels together that are quicker to multiply with zeros than to leave out.
const FEW_TAPS: usize = 32;

/// The blocks of all groups, channels, taps and positions.
pub(super) struct Blocks {
    lanes: usize,
    direct: bool,
    /// What there is along each axis, what a block takes of it, and where the next one begins.
    all: [usize; AXES],
    size: [usize; AXES],
    next: [usize; AXES],
    block: Block,
}

/// Pieces of what there is, first and count.
pub(super) struct Block {
    pub(super) window: Window,
    pub(super) group: usize,
    pub(super) channels: [usize; 2],
    /// Rows and columns.
    pub(super) taps: [[usize; 2]; 2],
    pub(super) positions: [[usize; 2]; 2],
    lines: [Line; 2],
    /// Where the source of the window begins.
    start: usize,
}

/// Neighbouring positions of a row that are computed at once.
#[derive(Clone, Copy, Default)]
pub(super) struct Run {
    /// Where the first one lies in the window.
    pub(super) base: usize,
    /// Its row and column among all positions.
    pub(super) row: usize,
    pub(super) column: usize,
    /// Those that a run before this one has computed.
    pub(super) skipped: usize,
    /// How many there are.
    pub(super) count: usize,
}

impl Blocks {
    /// `channels` are those of each of the `groups`; where the window is the source itself the blocks are `direct`.
    #[inline(never)]
    pub(super) fn new(
        lanes: usize,
        groups: usize,
        channels: usize,
        lines: [Line; 2],
        extent: Extent,
        direct: bool,
    ) -> Self {
        let [rows, columns] = lines;
        let none = [[0, 0]; 2];
        let ([r, s], [i, j]) = (extent.taps, extent.positions);
        Self {
            lanes,
            direct,
            all: [
                groups,
                channels,
                rows.taps,
                columns.taps,
                rows.positions,
                columns.positions,
            ],
            size: [1, extent.channels, r, s, i, j],
            next: [0; AXES],
            block: Block {
                window: Window::copied(lanes, lines, none, none),
                group: 0,
                channels: [0; 2],
                taps: none,
                positions: none,
                lines,
                start: 0,
            },
        }
    }

    /// The next block.
    #[inline(never)]
    pub(super) fn advance(&mut self) -> Option<&Block> {
        let at = self.next;
        let mut pieces = [[0; 2]; AXES];
        for axis in 0..AXES {
            let count = self.all[axis].saturating_sub(at[axis]).min(self.size[axis]);
            if count == 0 {
                return None;
            }
            pieces[axis] = [at[axis], count];
        }
        for axis in (0..AXES).rev() {
            self.next[axis] = at[axis] + self.size[axis];
            if axis == 0 || self.next[axis] < self.all[axis] {
                break;
            }
            self.next[axis] = 0;
        }
        let [[group, _], channels, r, s, i, j] = pieces;
        let (taps, positions) = ([r, s], [i, j]);
        let lines = self.block.lines;
        let (window, offset) = if self.direct {
            Window::direct(self.lanes, lines, positions, taps)
        } else {
            (Window::copied(self.lanes, lines, positions, taps), 0)
        };
        let first_plane = group * self.all[1] + channels[0];
        self.block = Block {
            window,
            group,
            channels,
            taps,
            positions,
            lines,
            start: first_plane * window.source_plane() + offset,
        };
        Some(&self.block)
    }
}

impl Block {
    /// Whether no channel and no tap came before.
    #[inline(always)]
    pub(super) fn first_taps(&self) -> bool {
        self.channels[0] == 0 && self.taps[0][0] == 0 && self.taps[1][0] == 0
    }

    /// Whether no position came before.
    #[inline(always)]
    pub(super) fn first_positions(&self) -> bool {
        self.positions[0][0] == 0 && self.positions[1][0] == 0
    }

    /// What the window shows of the planes `x`: of them or of a copy, which is written to `memory`.
    #[inline(always)]
    pub(super) fn source<'a, T: Scalar, V: Vector<T>>(
        &self,
        x: &'a [T],
        memory: &'a mut [T],
    ) -> &'a [T] {
        let source = x.get(self.start..).unwrap_or_default();
        if self.window.is_direct() {
            return source;
        }
        fill::<T, V>(&self.window, self.channels[1], source, memory);
        memory
    }

    /// Where each tap of each channel meets the first position, row by row of taps, in it column by column, in that channel by
    /// channel: the order of the weights that a correlation copies. Returns how many there are.
    #[inline(never)]
    pub(super) fn write_offsets(&self, offsets: &mut [usize; TAPS]) -> usize {
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

    /// The runs of up to `together` neighbours from `next` on, row and column in the block, which is left behind them. The
    /// last of a row may overlap the one before it. Behind the last position runs are empty, with the base of the first.
    #[inline(never)]
    pub(super) fn next_runs(&self, together: usize, next: &mut [usize; 2], runs: &mut [Run]) {
        let [[i, high], [j, wide]] = self.positions;
        let [mut row, mut column] = *next;
        let [down, right] = self.window.steps;
        if row < high && column + runs.len() * together < wide {
            // All of one row, with more behind them.
            let (mut base, mut at) = (row * down + column * right, j + column);
            for run in &mut *runs {
                *run = Run {
                    base,
                    row: i + row,
                    column: at,
                    skipped: 0,
                    count: together,
                };
                base += together * right;
                at += together;
            }
            *next = [row, column + runs.len() * together];
            return;
        }
        let mut behind = Run::default();
        for (index, run) in runs.iter_mut().enumerate() {
            if row >= high {
                *run = behind;
                continue;
            }
            let begin = column.min(wide.saturating_sub(together));
            *run = Run {
                base: row * down + begin * right,
                row: i + row,
                column: j + begin,
                skipped: column - begin,
                count: (wide - begin).min(together),
            };
            if index == 0 {
                behind.base = run.base;
            }
            column += together;
            if column >= wide {
                (row, column) = (row + 1, 0);
            }
        }
        *next = [row, column];
    }

    /// The taps of each axis, counted from the first of the block, that the runs are to be multiplied with: those that any
    /// position meets inside the source, or all where that is quicker than to look.
    #[inline(always)]
    pub(super) fn taps_met(&self, runs: &[Run]) -> [[usize; 2]; 2] {
        let all = self.taps.map(|[_, count]| [0, count]);
        if self.window.is_direct() || all[0][1] * all[1][1] * self.channels[1] <= FEW_TAPS {
            all
        } else {
            self.taps_inside(runs)
        }
    }

    #[inline(never)]
    fn taps_inside(&self, runs: &[Run]) -> [[usize; 2]; 2] {
        let mut met = [[0, 0]; 2];
        let (mut rows, mut columns) = ([usize::MAX, 0], [usize::MAX, 0]);
        for run in runs.iter().filter(|run| run.count > 0) {
            rows = [rows[0].min(run.row), rows[1].max(run.row)];
            let last = run.column + run.count - 1;
            columns = [columns[0].min(run.column), columns[1].max(last)];
        }
        let axes = self.lines.iter().zip(self.taps).zip([rows, columns]);
        for (met, ((line, taps), positions)) in met.iter_mut().zip(axes) {
            *met = line.taps_met(taps, positions);
        }
        met
    }
}
