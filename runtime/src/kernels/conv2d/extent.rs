//! How the work of a convolution is cut, so that what it reads fits a window of padded source.

use super::line::Line;
use crate::element::LANES;

/// Taps, of all channels together, that a block has at most.
pub(super) const TAPS: usize = 256;

/// Scalars of a window.
pub(super) const WINDOW: usize = 8192;

/// Scalars of a window that fits a small image: clearing it is part of each call.
pub(super) const SMALL: usize = 1280;

/// Positions that a block should have before it gets more channels: each weight is copied once for all of them.
const POSITIONS: usize = 32;

/// The extent of a block: channels, and along each axis positions and taps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) channels: usize,
    pub(super) positions: [usize; 2],
    pub(super) taps: [usize; 2],
}

impl Extent {
    /// Everything, where that is no more than a block may have: the usual case, told without a division.
    #[inline(always)]
    fn all([rows, columns]: [Line; 2], channels: usize, room: usize) -> Option<Self> {
        let [height, width] = [rows, columns].map(|line| {
            let positions = line.positions.saturating_sub(1) * line.step;
            positions + line.taps.saturating_sub(1) * line.tap.unsigned_abs() + 1
        });
        // Rounded up to whole steps, see `Window`.
        let plane = height * (width + columns.step);
        let fits =
            channels * rows.taps * columns.taps <= TAPS && channels.checked_mul(plane)? <= room;
        fits.then_some(Self {
            channels,
            positions: [rows.positions, columns.positions],
            taps: [rows.taps, columns.taps],
        })
    }

    /// What fits the window of a sample, or of a lane group; where no window is needed only the list of taps is a limit.
    pub(super) fn in_window(lanes: usize, lines: [Line; 2], channels: usize, direct: bool) -> Self {
        let room = if direct {
            usize::MAX / 2
        } else {
            divide(WINDOW, lanes)
        };
        Self::of(lines, channels, room)
    }

    /// The largest that fits a window of `room` elements. First come enough columns for a vector and the taps, so that
    /// a block is never empty, then positions, channels, and what positions are left room for.
    #[inline(never)]
    pub(super) fn of([rows, columns]: [Line; 2], channels: usize, room: usize) -> Self {
        if let Some(all) = Self::all([rows, columns], channels, room) {
            return all;
        }
        let [row_tap, column_tap] = [rows.tap.unsigned_abs(), columns.tap.unsigned_abs()];
        let height = |high, r| (high - 1) * rows.step + (r - 1) * row_tap + 1;
        // Rounded up to whole steps, see `Window`.
        let width = |wide, s| wide * columns.step + (s - 1) * column_tap;
        // As many of `all` as leave a size within the room, given how the size grows.
        let fit = |all: usize, room: usize, one: usize, step: usize| {
            (divide(room.saturating_sub(one), step) + 1).min(all.max(1))
        };
        let wide = fit(
            columns.positions.min(LANES),
            room,
            width(1, 1),
            columns.step,
        );
        let s = fit(columns.taps.min(TAPS), room, width(wide, 1), column_tap);
        let all_columns = s == columns.taps.max(1);
        let r = if all_columns {
            rows.taps.min(divide(TAPS, s))
        } else {
            1
        };
        let r = fit(r, divide(room, width(wide, s)), 1, row_tap);
        let wide = fit(
            columns.positions,
            divide(room, height(1, r)),
            width(1, s),
            columns.step,
        );
        let rows_fit = |enough: usize, room: usize| {
            fit(
                enough.min(rows.positions),
                divide(room, width(wide, s)),
                height(1, r),
                rows.step,
            )
        };
        let high = rows_fit(divide(POSITIONS + wide - 1, wide), room);
        let most = divide(room, height(high, r) * width(wide, s)).min(divide(TAPS, r * s));
        let whole = all_columns && r == rows.taps.max(1);
        let channels = if whole { channels.min(most).max(1) } else { 1 };
        let high = rows_fit(usize::MAX, divide(room, channels));
        Self {
            channels,
            positions: [high, wide],
            taps: [r, s],
        }
    }
}

/// `a / b`, or `a` where `b` is 0. It never is, but the compiler does not always see that.
#[inline(always)]
pub(super) fn divide(a: usize, b: usize) -> usize {
    a.checked_div(b).unwrap_or(a)
}

/// Starts and lengths of the pieces of `0..all`, `size` at a time.
#[inline(always)]
pub(super) fn pieces(all: usize, size: usize) -> impl Iterator<Item = [usize; 2]> {
    let (size, mut start) = (size.max(1), 0);
    core::iter::from_fn(move || {
        let piece = [start, size.min(all.saturating_sub(start))];
        start = start.saturating_add(size);
        (piece[1] > 0).then_some(piece)
    })
}
