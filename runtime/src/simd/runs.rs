//! Reads at offsets that were checked once, so that the innermost loop of a kernel has no comparison for each.

use core::marker::PhantomData;
use core::slice;

/// Offsets into a source, and the largest of them.
#[derive(Clone, Copy)]
pub(crate) struct Offsets<'a> {
    offsets: &'a [usize],
    /// None of the offsets is larger.
    largest: usize,
}

impl<'a> Offsets<'a> {
    #[inline(always)]
    pub(crate) fn new(offsets: &'a [usize]) -> Self {
        Self {
            offsets,
            largest: offsets
                .iter()
                .fold(0, |largest, &offset| largest.max(offset)),
        }
    }

    /// How many there are.
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.offsets.len()
    }

    /// All of them.
    #[inline(always)]
    pub(crate) fn all(self) -> &'a [usize] {
        self.offsets
    }

    /// Those from number `start` to before `end`, or none if there are not as many.
    #[inline(always)]
    pub(crate) fn range(self, start: usize, end: usize) -> Self {
        Self {
            offsets: self.offsets.get(start..end).unwrap_or_default(),
            ..self
        }
    }

    /// The run `R` of scalars at each of the offsets in each of the sources. `None` where it reaches behind a source.
    #[inline(always)]
    pub(crate) fn runs<T, R: Run<T>, const P: usize>(
        self,
        sources: [&'a [T]; P],
    ) -> Option<Runs<'a, T, R, P>> {
        let needed = self.largest.checked_add(R::LEN)?;
        let mut starts = [core::ptr::null(); P];
        for p in 0..P {
            if sources[p].len() < needed {
                return None;
            }
            starts[p] = sources[p].as_ptr();
        }
        Some(Runs {
            offsets: self.offsets.iter(),
            starts,
            run: PhantomData,
        })
    }
}

/// Scalars that lie side by side.
///
/// # Safety
///
/// The type is laid out as `LEN` scalars one after the other, and asks for no other alignment.
#[allow(unsafe_code)] // layout
pub(crate) unsafe trait Run<T> {
    /// How many.
    const LEN: usize;
}

#[allow(unsafe_code)] // layout
// SAFETY: what an array is.
unsafe impl<T, const N: usize> Run<T> for [T; N] {
    const LEN: usize = N;
}

#[allow(unsafe_code)] // layout
// SAFETY: what an array of arrays is.
unsafe impl<T, const N: usize, const M: usize> Run<T> for [[T; N]; M] {
    const LEN: usize = N * M;
}

/// Made by [`Offsets::runs`].
pub(crate) struct Runs<'a, T, R, const P: usize> {
    offsets: slice::Iter<'a, usize>,
    /// Where the sources begin.
    starts: [*const T; P],
    run: PhantomData<&'a R>,
}

impl<'a, T, R: Run<T>, const P: usize> Iterator for Runs<'a, T, R, P> {
    type Item = [&'a R; P];

    #[allow(unsafe_code)] // reads that were checked before
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let &offset = self.offsets.next()?;
        // SAFETY: only `Offsets::runs` makes this. It took the starts from slices that live for `'a`, and saw that each
        // holds a whole run behind the largest offset, which this one does not exceed: the fields of `Offsets` are private
        // to this file, and `new` took the largest of all. A run is laid out as the scalars of the slice are.
        let run = |start: *const T| unsafe { &*start.add(offset).cast::<R>() };
        Some(self.starts.map(run))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_offset_of_each_source() {
        let (a, b) = ([0, 1, 2, 3, 4], [10, 11, 12, 13, 14, 15]);
        let offsets = Offsets::new(&[3, 0, 2]);
        let runs: Vec<[&[i32; 2]; 2]> = offsets.runs([&a, &b]).unwrap().collect();
        assert_eq!(
            runs,
            [
                [&[3, 4], &[13, 14]],
                [&[0, 1], &[10, 11]],
                [&[2, 3], &[12, 13]]
            ]
        );
        let last: Vec<[&[i32; 2]; 1]> = offsets.range(2, 3).runs([&a]).unwrap().collect();
        assert_eq!(last, [[&[2, 3]]]);
    }

    #[test]
    fn a_run_of_arrays() {
        let offsets = Offsets::new(&[1]);
        let runs: Vec<[&[[i32; 2]; 2]; 1]> = offsets.runs([&[0, 1, 2, 3, 4]]).unwrap().collect();
        assert_eq!(runs, [[&[[1, 2], [3, 4]]]]);
    }

    #[test]
    fn none_that_would_reach_behind_a_source() {
        let source = [0.0_f32; 5];
        assert!(
            Offsets::new(&[3])
                .runs::<_, [f32; 2], 1>([&source])
                .is_some()
        );
        assert!(
            Offsets::new(&[3])
                .runs::<_, [f32; 3], 1>([&source])
                .is_none()
        );
        assert!(
            Offsets::new(&[3])
                .runs::<_, [[f32; 2]; 2], 1>([&source])
                .is_none()
        );
        assert!(
            Offsets::new(&[1, 4])
                .runs::<_, [f32; 2], 2>([&[0.0; 9], &source])
                .is_none()
        );
        assert!(
            Offsets::new(&[usize::MAX])
                .runs::<_, [f32; 1], 1>([&source])
                .is_none()
        );
        let none = Offsets::new(&[1])
            .range(0, 2)
            .runs::<_, [f32; 1], 1>([&source]);
        assert_eq!(none.unwrap().count(), 0);
    }
}
