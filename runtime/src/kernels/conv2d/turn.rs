use crate::element::{LANES, Lanes};
use crate::simd::apart;

/// Some positions of some planes.
#[derive(Clone, Copy)]
pub(super) struct Planes<'a, T> {
    /// Begins with the first position of the first plane.
    pub(super) values: &'a [T],
    /// Scalars of a plane.
    pub(super) plane: usize,
    /// How many planes, and positions.
    pub(super) planes: usize,
    pub(super) positions: usize,
}

apart! {
    /// Brings neighbouring positions of up to sixteen planes to rows of a position each, with zeros behind the last plane.
    pub(super) fn turn<T, V, FMA>(planes: Planes<'_, T>, rows: &mut [Lanes<T>; LANES]) {
        let Planes { values, plane, planes, positions } = planes;
        let mut lines = [V::zero(); LANES];
        for (index, line) in lines.iter_mut().enumerate().take(planes) {
            let at = index * plane;
            *line = V::load_partial(values.get(at..at + positions).unwrap_or_default());
        }
        for (row, values) in rows.iter_mut().zip(V::transpose(lines)) {
            values.store(&mut row.0);
        }
    }
}
