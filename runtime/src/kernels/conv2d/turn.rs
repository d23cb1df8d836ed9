use crate::Scalar;
use crate::element::{LANES, Lanes};
use crate::simd::{Vector, Work};
use core::marker::PhantomData;

/// Brings neighbouring positions of up to sixteen planes to rows of a position each, with zeros behind the last plane.
#[inline(always)]
pub(super) fn turn<T: Scalar, V: Vector<T>>(planes: Planes<T>, rows: &mut [Lanes<T>; LANES]) {
    V::apart(Turn {
        planes,
        rows,
        vector: PhantomData::<V>,
    });
}

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

struct Turn<'a, T, V> {
    planes: Planes<'a, T>,
    rows: &'a mut [Lanes<T>; LANES],
    vector: PhantomData<V>,
}

impl<T: Scalar, V: Vector<T>> Work for Turn<'_, T, V> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Planes {
            values,
            plane,
            planes,
            positions,
        } = self.planes;
        let mut lines = [V::zero(); LANES];
        for (index, line) in lines.iter_mut().enumerate().take(planes) {
            let at = index * plane;
            *line = V::load_partial(values.get(at..at + positions).unwrap_or_default());
        }
        for (row, values) in self.rows.iter_mut().zip(V::transpose(lines)) {
            values.store(&mut row.0);
        }
    }
}
