//! Rows of a table, chosen by indices and summed: what embeddings and sparse layers have in common.

use crate::simd::{Isa, Work};
use crate::{Element, Scalar};

/// A table of rows of `dim` numbers, which indices choose from.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// How many there are.
    pub(super) count: usize,
    /// The numbers of each.
    pub(super) dim: usize,
    /// How many indices are summed up to one output.
    pub(super) bag: usize,
    /// A row that does not count.
    pub(super) skipped: Option<usize>,
    /// Whether sums are divided by the number of indices that count.
    pub(super) mean: bool,
}

impl Rows {
    /// A row for each index.
    pub(super) const fn of_table(count: usize, dim: usize) -> Self {
        Self {
            count,
            dim,
            bag: 1,
            skipped: None,
            mean: false,
        }
    }

    /// `y[bag] = start + Σ table[index]` for indices `[bag][position][lane]` and outputs `[bag][feature][lane]`. What is no
    /// index of a row adds nothing.
    #[inline(always)]
    pub(super) fn sum<T: Scalar, E: Element<T>>(
        self,
        isa: Isa,
        table: &[T],
        start: &[T],
        indices: &[E],
        outputs: &mut [E],
    ) {
        isa.run_for::<T, E, _>(Sum {
            rows: self,
            lanes: E::LANES,
            table,
            start,
            indices: E::scalars(indices),
            y: E::scalars_mut(outputs),
        });
    }

    /// `d_table[index] += dy[bag]`
    #[inline(always)]
    pub(super) fn scatter<T: Scalar, E: Element<T>>(
        self,
        isa: Isa,
        d_table: &mut [T],
        indices: &[E],
        d_outputs: &[E],
    ) {
        isa.run_for::<T, E, _>(Scatter {
            rows: self,
            lanes: E::LANES,
            d_table,
            indices: E::scalars(indices),
            dy: E::scalars(d_outputs),
        });
    }

    /// The rows that the indices in a lane choose.
    #[inline(always)]
    fn chosen<T: Scalar>(
        self,
        indices: &[T],
        lanes: usize,
        lane: usize,
    ) -> impl Iterator<Item = usize> {
        let elements = indices.chunks_exact(lanes.max(1));
        let indices = elements.filter_map(move |lanes| lanes.get(lane));
        indices
            .filter_map(move |&index| row(index, self.count))
            .filter(move |row| Some(*row) != self.skipped)
    }

    /// What a sum is multiplied with.
    #[inline(always)]
    fn factor<T: Scalar>(self, chosen: usize) -> T {
        match self.mean && chosen > 0 {
            true => T::ONE / T::from_usize(chosen),
            false => T::ONE,
        }
    }
}

/// The row that a scalar is the index of.
#[inline(always)]
pub(crate) fn row<T: Scalar>(index: T, rows: usize) -> Option<usize> {
    // Saturates, and makes 0 of NaN.
    let row = index.to_f64() as usize;
    (row < rows && T::from_usize(row) == index).then_some(row)
}

/// Calls a method for blocks of features: as many as stay in registers, then a register of AVX-512, then one by one.
macro_rules! in_blocks {
    ($dim:expr, $first:ident, $wide:expr, $middle:expr, $one:expr) => {
        let (dim, mut $first) = ($dim, 0);
        while $first + 32 <= dim {
            $wide;
            $first += 32;
        }
        while $first + 16 <= dim {
            $middle;
            $first += 16;
        }
        while $first < dim {
            $one;
            $first += 1;
        }
    };
}

struct Sum<'a, T> {
    rows: Rows,
    lanes: usize,
    table: &'a [T],
    /// What a sum begins with; zeros if it is empty.
    start: &'a [T],
    indices: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Work for Sum<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(mut self) {
        let (Rows { dim, bag, .. }, lanes) = (self.rows, self.lanes);
        let y = core::mem::take(&mut self.y);
        let bags = self.indices.chunks_exact((bag * lanes).max(1));
        for (indices, y) in bags.zip(y.chunks_exact_mut((dim * lanes).max(1))) {
            in_blocks! { dim, first,
                self.block::<32>(first, indices, y),
                self.block::<16>(first, indices, y),
                self.block::<1>(first, indices, y)
            }
        }
    }
}

impl<T: Scalar> Sum<'_, T> {
    /// `N` features of a bag.
    #[inline(always)]
    fn block<const N: usize>(&self, first: usize, indices: &[T], y: &mut [T]) {
        let Self { rows, lanes, .. } = *self;
        let start = self.start.get(first..).and_then(<[T]>::first_chunk::<N>);
        for lane in 0..lanes {
            let mut sums = start.copied().unwrap_or([T::ZERO; N]);
            let mut chosen = 0;
            for row in rows.chosen(indices, lanes, lane) {
                let row = self.table.get(row * rows.dim + first..);
                let Some(row) = row.and_then(<[T]>::first_chunk::<N>) else {
                    continue;
                };
                for (sum, &value) in sums.iter_mut().zip(row) {
                    *sum += value;
                }
                chosen += 1;
            }
            let factor = rows.factor::<T>(chosen);
            let elements = y.chunks_exact_mut(lanes.max(1)).skip(first);
            for (y, sum) in elements.filter_map(|lanes| lanes.get_mut(lane)).zip(sums) {
                *y = sum * factor;
            }
        }
    }
}

struct Scatter<'a, T> {
    rows: Rows,
    lanes: usize,
    d_table: &'a mut [T],
    indices: &'a [T],
    dy: &'a [T],
}

impl<T: Scalar> Work for Scatter<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(mut self) {
        let (Rows { dim, bag, .. }, lanes) = (self.rows, self.lanes);
        let bags = self.indices.chunks_exact((bag * lanes).max(1));
        for (indices, dy) in bags.zip(self.dy.chunks_exact((dim * lanes).max(1))) {
            in_blocks! { dim, first,
                self.block::<32>(first, indices, dy),
                self.block::<16>(first, indices, dy),
                self.block::<1>(first, indices, dy)
            }
        }
    }
}

impl<T: Scalar> Scatter<'_, T> {
    /// `N` features of a bag.
    #[inline(always)]
    fn block<const N: usize>(&mut self, first: usize, indices: &[T], dy: &[T]) {
        let Self { rows, lanes, .. } = *self;
        for lane in 0..lanes {
            let factor = match rows.mean {
                true => rows.factor::<T>(rows.chosen(indices, lanes, lane).count()),
                false => T::ONE,
            };
            let mut gradient = [T::ZERO; N];
            let elements = dy.chunks_exact(lanes.max(1)).skip(first);
            let elements = elements.filter_map(|lanes| lanes.get(lane));
            for (gradient, &dy) in gradient.iter_mut().zip(elements) {
                *gradient = dy * factor;
            }
            for row in rows.chosen(indices, lanes, lane) {
                let row = self.d_table.get_mut(row * rows.dim + first..);
                if let Some(row) = row.and_then(<[T]>::first_chunk_mut::<N>) {
                    for (sum, gradient) in row.iter_mut().zip(gradient) {
                        *sum += gradient;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn only_whole_numbers_below_the_count_are_indices() {
        assert_eq!(row(0.0_f32, 3), Some(0));
        assert_eq!(row(-0.0_f32, 3), Some(0));
        assert_eq!(row(2.0_f64, 3), Some(2));
        for wrong in [
            3.0,
            -1.0,
            0.5,
            1e30,
            -1e30,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
        ] {
            assert_eq!(row(wrong, 3), None, "{wrong}");
        }
        assert_eq!(row(16_777_215.0_f32, 1 << 24), Some((1 << 24) - 1));
    }
}
