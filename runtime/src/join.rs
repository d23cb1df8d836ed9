//! What the generated code does at the ends of blocks: sums, products and concatenations of flat slices, for one sample
//! or several lane groups one behind the other.

use crate::element::Element;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::{Isa, Work};

/// `y += x`
#[inline(always)]
pub fn add<T: Scalar, E: Element<T>>(isa: Isa, y: &mut [E], x: &[E]) {
    add_scalars::<T, E>(isa, E::scalars_mut(y), E::scalars(x));
}

/// As [`add`], of the scalars of elements.
#[inline(always)]
pub(crate) fn add_scalars<T: Scalar, E: Element<T>>(isa: Isa, y: &mut [T], x: &[T]) {
    isa.run_for::<T, E, _>(Sum { y, x });
}

/// `y *= x`
#[inline(always)]
pub fn multiply<T: Scalar, E: Element<T>>(isa: Isa, y: &mut [E], x: &[E]) {
    isa.run_for::<T, E, _>(Product {
        y: E::scalars_mut(y),
        x: E::scalars(x),
    });
}

struct Sum<'a, T> {
    y: &'a mut [T],
    x: &'a [T],
}

impl<T: Scalar> Work for Sum<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (y, x) in self.y.iter_mut().zip(self.x) {
            *y += *x;
        }
    }
}

struct Product<'a, T> {
    y: &'a mut [T],
    x: &'a [T],
}

impl<T: Scalar> Work for Product<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (y, x) in self.y.iter_mut().zip(self.x) {
            *y *= *x;
        }
    }
}

/// Writes the rows of `x`, `len` elements each, into the rows of `y`, `width` each, from `offset` on.
#[inline(always)]
pub fn place<E: Copy>(y: &mut [E], width: usize, offset: usize, x: &[E], len: usize) {
    let mut rows = x.chunks_exact(len.max(1));
    for y in y.chunks_exact_mut(width.max(1)) {
        let Some(x) = rows.next() else { return };
        for (y, x) in y.iter_mut().skip(offset).zip(x) {
            *y = *x;
        }
    }
}

/// The way back: the rows of `x`, `len` elements each, from those of `y`.
#[inline(always)]
pub fn pick<E: Copy>(x: &mut [E], len: usize, y: &[E], width: usize, offset: usize) {
    let mut rows = x.chunks_exact_mut(len.max(1));
    for y in y.chunks_exact(width.max(1)) {
        let Some(x) = rows.next() else { return };
        for (x, y) in x.iter_mut().zip(y.iter().skip(offset)) {
            *x = *y;
        }
    }
}

/// A field of what a network takes, `offset` elements behind its beginning: that of one sample or lane group where it
/// lies; those of several are copied to `copies`, one behind the other.
#[inline(always)]
pub fn field<'a, T: Scalar, W: Shape<Scalar = T>, S: Shape<Scalar = T>, E: Element<T>>(
    values: &'a [W::Of<E>],
    offset: usize,
    copies: &'a mut [S::Of<E>],
) -> &'a [S::Of<E>] {
    if let [_] = values {
        let behind = W::flat::<E>(values).get(offset..).unwrap_or_default();
        return S::values::<E>(behind.get(..S::LEN).unwrap_or_default());
    }
    let to = S::flat_mut::<E>(copies);
    pick(to, S::LEN, W::flat::<E>(values), W::LEN, offset);
    copies
}

/// `to = from`, as far as both go.
#[inline(always)]
pub fn copy<E: Copy>(to: &mut [E], from: &[E]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_to_their_place_and_come_back() {
        let (a, b) = ([1, 2, 3, 4], [5, 6]);
        let mut y = [0; 6];
        place(&mut y, 3, 0, &a, 2);
        place(&mut y, 3, 2, &b, 1);
        assert_eq!(y, [1, 2, 5, 3, 4, 6]);
        let (mut back_a, mut back_b) = ([0; 4], [0; 2]);
        pick(&mut back_a, 2, &y, 3, 0);
        pick(&mut back_b, 1, &y, 3, 2);
        assert_eq!((back_a, back_b), (a, b));
    }

    #[test]
    fn sums_and_products_are_element_by_element() {
        for isa in Isa::for_tests() {
            let x: Vec<f32> = (0_u8..37).map(f32::from).collect();
            let mut y = vec![2.0_f32; 37];
            add(isa, &mut y, &x);
            assert!(y.iter().zip(&x).all(|(y, x)| *y == 2.0 + x));
            let mut y = vec![2.0_f32; 37];
            multiply(isa, &mut y, &x);
            assert!(y.iter().zip(&x).all(|(y, x)| *y == 2.0 * x));
        }
    }

    #[test]
    fn a_field_lies_where_it_is_or_in_copies() {
        type Whole = [f32; 5];
        let values = [[0.0, 1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0, 9.0]];
        let mut copies = [[0.0; 2]; 2];
        let one = field::<f32, Whole, [f32; 2], f32>(&values[1..], 3, &mut copies[..1]);
        assert_eq!(one, [[8.0, 9.0]]);
        assert!(core::ptr::eq(one.as_flattened(), &values[1][3..]));
        let several = field::<f32, Whole, [f32; 2], f32>(&values, 1, &mut copies);
        assert_eq!(several, [[1.0, 2.0], [6.0, 7.0]]);
    }
}
