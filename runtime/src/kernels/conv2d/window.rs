use super::extent::{Extent, divide};
use super::line::{Line, Section};
use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, apart};

/// A piece of the planes of a source: the source itself where nothing beyond its edges is asked for, or a copy with
/// zeros around it. All distances are in scalars.
///
/// For one sample neighbouring positions are neighbours in the copy, whatever the step, so that they fill a vector: the
/// columns lie in as many runs as a step has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    rows: Section,
    columns: Section,
    /// Of a run of columns, of a row, of a plane.
    run: usize,
    pitch: usize,
    plane: usize,
    /// From a position to the next.
    pub(super) steps: [usize; 2],
    column_step: usize,
    lanes: usize,
    direct: bool,
    /// Rows and columns of a plane of the source.
    source: [usize; 2],
}

impl Window {
    /// A copy that is to be filled, see [`fill`], for positions and taps along each axis, first and count.
    #[inline(always)]
    pub(super) fn copied(
        lanes: usize,
        lines: [Line; 2],
        positions: [[usize; 2]; 2],
        taps: [[usize; 2]; 2],
    ) -> Self {
        let rows = lines[0].section(positions[0], taps[0]);
        let columns = lines[1].section(positions[1], taps[1]);
        let step = lines[1].step.max(1);
        let run = divide(columns.length + step - 1, step);
        let pitch = run * step * lanes;
        let column = if lanes == 1 { 1 } else { step * lanes };
        Self {
            rows,
            columns,
            run,
            pitch,
            plane: rows.length * pitch,
            steps: [lines[0].step * pitch, column],
            column_step: step,
            lanes,
            direct: false,
            source: lines.map(|line| line.source),
        }
    }

    /// Rows and columns of the source.
    #[inline(always)]
    pub(super) fn source(&self) -> [usize; 2] {
        self.source
    }

    /// Scalars of a plane of the source.
    #[inline(always)]
    pub(super) fn source_plane(&self) -> usize {
        self.source[0] * self.source[1] * self.lanes
    }

    /// Scalars of a plane.
    #[inline(always)]
    pub(super) fn plane(&self) -> usize {
        self.plane
    }

    /// Where a place of the source lies in a plane of a copy with several lanes, if it is in there.
    #[inline(always)]
    pub(super) fn place(&self, row: usize, column: usize) -> Option<usize> {
        let inside = |section: Section, at: usize| {
            let at = usize::try_from(at as isize - section.lowest).ok()?;
            (at < section.length).then_some(at)
        };
        Some(inside(self.rows, row)? * self.pitch + inside(self.columns, column)? * self.lanes)
    }

    /// Scalars that the largest [`copied`](Window::copied) window of a block takes.
    #[inline(never)]
    pub(super) fn room(lanes: usize, lines: [Line; 2], extent: Extent) -> usize {
        let positions = extent.positions.map(|count| [0, count]);
        let window = Self::copied(lanes, lines, positions, extent.taps.map(|count| [0, count]));
        extent.channels * window.plane
    }

    /// The source itself; also returns where the window begins in a plane. For one sample the positions are neighbours
    /// in it: the step of the columns is 1.
    #[inline(always)]
    pub(super) fn direct(
        lanes: usize,
        lines: [Line; 2],
        positions: [[usize; 2]; 2],
        taps: [[usize; 2]; 2],
    ) -> (Self, usize) {
        let [row_line, column_line] = lines;
        let copied = Self::copied(lanes, lines, positions, taps);
        let pitch = column_line.source * lanes;
        let window = Self {
            pitch,
            plane: row_line.source * pitch,
            steps: [row_line.step * pitch, copied.steps[1]],
            direct: true,
            ..copied
        };
        let start =
            copied.rows.lowest as usize * column_line.source + copied.columns.lowest as usize;
        (window, start * lanes)
    }

    /// Whether it is the source itself, so that every position meets every tap inside of it.
    #[inline(always)]
    pub(super) fn is_direct(&self) -> bool {
        self.direct
    }

    /// Where tap `[channel, row, column]` meets the first position.
    #[inline(always)]
    pub(super) fn offset(&self, [channel, row, column]: [usize; 3]) -> usize {
        let column = self.columns.offset(column);
        let column = if self.lanes == 1 && self.column_step > 1 {
            let place = divide(column, self.column_step);
            (column - place * self.column_step) * self.run + place
        } else {
            column * self.lanes
        };
        channel * self.plane + self.rows.offset(row) * self.pitch + column
    }
}

apart! {
    /// Copies the planes of some channels into a window.
    pub(super) fn fill<T, V, FMA>(window: &Window, channels: usize, source: &[T], memory: &mut [T]) {
        let source = source.chunks(window.source_plane().max(1));
        let copies = memory.chunks_mut(window.plane.max(1));
        for (source, copy) in source.zip(copies).take(channels) {
            window.fill_plane::<T, V>(source, copy);
        }
    }
}

impl Window {
    /// Copies one plane of the source.
    #[inline(always)]
    fn fill_plane<T: Scalar, V: Vector<T>>(&self, source: &[T], copy: &mut [T]) {
        let [height, width] = self.source;
        // Columns of the copy that exist in the source.
        let outside = usize::try_from(-self.columns.lowest).unwrap_or(0);
        let left = outside.min(self.columns.length);
        let from = self.columns.lowest.max(0) as usize;
        let count = width.saturating_sub(from).min(self.columns.length - left);
        for (row, copy) in copy
            .chunks_exact_mut(self.pitch.max(1))
            .take(self.rows.length)
            .enumerate()
        {
            let row = usize::try_from(self.rows.lowest + row as isize).unwrap_or(height);
            let start = (row * width + from) * self.lanes;
            let source = if row < height {
                source
                    .get(start..start + count * self.lanes)
                    .unwrap_or_default()
            } else {
                &[]
            };
            if self.lanes == 1 && self.column_step > 1 {
                for (residue, copy) in copy.chunks_exact_mut(self.run.max(1)).enumerate() {
                    for (i, to) in copy.iter_mut().enumerate() {
                        let column = (i * self.column_step + residue).wrapping_sub(left);
                        *to = source.get(column).copied().unwrap_or(T::ZERO);
                    }
                }
            } else if self.lanes == 1 {
                zero::<T, V>(copy);
                if let Some(copy) = copy.get_mut(left..left + source.len()) {
                    duplicate::<T, V>(source, copy);
                }
            } else if let Some((before, rest)) = copy.split_at_mut_checked(left * self.lanes)
                && let Some((copy, behind)) = rest.split_at_mut_checked(source.len())
            {
                zero::<T, V>(before);
                duplicate::<T, V>(source, copy);
                zero::<T, V>(behind);
            }
        }
    }
}

/// Zeros; the last vector may overlap the one before it.
#[inline(always)]
fn zero<T: Scalar, V: Vector<T>>(to: &mut [T]) {
    for to in to.as_chunks_mut::<LANES>().0 {
        V::zero().store(to);
    }
    if to.len().is_multiple_of(LANES) {
        return;
    }
    match to.last_chunk_mut() {
        Some(to) => V::zero().store(to),
        None => {
            for to in to {
                *to = core::hint::black_box(T::ZERO);
            }
        }
    }
}

/// Copies a run; the last vector may overlap the one before it.
#[inline(always)]
fn duplicate<T: Scalar, V: Vector<T>>(from: &[T], to: &mut [T]) {
    let (vectors, rest) = from.as_chunks::<LANES>();
    for (to, from) in to.as_chunks_mut::<LANES>().0.iter_mut().zip(vectors) {
        V::load(from).store(to);
    }
    if rest.is_empty() {
        return;
    }
    match (from.last_chunk(), to.last_chunk_mut()) {
        (Some(from), Some(to)) => V::load(from).store(to),
        _ => {
            for (to, &from) in to.iter_mut().zip(from) {
                *to = core::hint::black_box(from);
            }
        }
    }
}
