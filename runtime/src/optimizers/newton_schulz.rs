//! The nearest matrix with orthogonal columns, roughly, by five steps of Newton and Schulz.

use super::clipping::squares;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};
use crate::weights::part;

/// The coefficients of Jordan 2024, which bring singular values to 0.7 … 1.2.
const QUINTIC: [f64; 3] = [3.4445, -4.7750, 2.0315];
const ROUNDS: usize = 5;

/// How many scalars of room a matrix of `rows × columns` takes.
pub(super) const fn room(rows: usize, columns: usize) -> usize {
    let less = if rows < columns { rows } else { columns };
    2 * rows * columns + 2 * less * less
}

/// Makes the singular values of `m`, `rows × columns` in row-major order, about 1. The transposed matrix would become
/// the transposed result.
pub(super) fn orthogonalize<T: Scalar>(
    isa: Isa,
    m: &mut [T],
    (rows, columns): (usize, usize),
    room: &mut [T],
) {
    let (long, short) = (rows.max(columns), rows.min(columns));
    let (x, rest) = room.split_at_mut_checked(long * short).unwrap_or_default();
    let (next, rest) = rest.split_at_mut_checked(long * short).unwrap_or_default();
    let (gram, rest) = rest.split_at_mut_checked(short * short).unwrap_or_default();
    let polynomial = part(rest, 0, short * short);
    let mut sum = 0.0;
    squares(isa, m, &mut sum);
    let scale = T::from_f64(1.0 / (Scalar::sqrt(sum) + 1e-7));
    // With the short side innermost, every loop below runs along it.
    let is_long = rows >= columns;
    reorder(x, m, is_long, short, long, |x, &m| *x = m * scale);
    for _ in 0..ROUNDS {
        round(isa, x, next, gram, polynomial, short);
        for (x, &next) in x.iter_mut().zip(&*next) {
            *x = next;
        }
    }
    if is_long {
        for (m, &x) in m.iter_mut().zip(&*x) {
            *m = x;
        }
    } else {
        reorder(m, x, false, long, short, |m, &x| *m = x);
    }
}

/// Hands `set` each place of `to`, whose rows have `inner` elements, with what belongs there: the same place of `from`, or
/// that of the transposed matrix, whose rows have `other`.
fn reorder<T>(
    to: &mut [T],
    from: &[T],
    same: bool,
    inner: usize,
    other: usize,
    set: impl Fn(&mut T, &T),
) {
    for (i, row) in to.chunks_mut(inner.max(1)).enumerate() {
        let (first, step) = if same { (i * inner, 1) } else { (i, other) };
        let from = from.get(first..).unwrap_or_default();
        for (to, from) in row.iter_mut().zip(from.iter().step_by(step.max(1))) {
            set(to, from);
        }
    }
}

kernel! {
    /// `next = a·X + X·(b·G + c·G²)` with `G = XᵀX`, for rows of `short` elements.
    Round: pub(crate) fn round<T, FMA, TILE>(
        x: &[T],
        next: &mut [T],
        gram: &mut [T],
        polynomial: &mut [T],
        short: usize,
    ) {
        let short = short.max(1);
        let [a, b, c] = QUINTIC.map(T::from_f64);
        gram.fill(T::ZERO);
        for row in x.chunks_exact(short) {
            for (gram, &factor) in gram.chunks_exact_mut(short).zip(row) {
                for (gram, &x) in gram.iter_mut().zip(row) {
                    *gram += factor * x;
                }
            }
        }
        for (row, polynomial) in gram.chunks_exact(short).zip(polynomial.chunks_exact_mut(short)) {
            for (polynomial, &gram) in polynomial.iter_mut().zip(row) {
                *polynomial = b * gram;
            }
            for (&factor, row) in row.iter().zip(gram.chunks_exact(short)) {
                for (polynomial, &gram) in polynomial.iter_mut().zip(row) {
                    *polynomial += c * factor * gram;
                }
            }
        }
        for (row, next) in x.chunks_exact(short).zip(next.chunks_exact_mut(short)) {
            for (next, &x) in next.iter_mut().zip(row) {
                *next = a * x;
            }
            for (&factor, polynomial) in row.iter().zip(polynomial.chunks_exact(short)) {
                for (next, &p) in next.iter_mut().zip(polynomial) {
                    *next += factor * p;
                }
            }
        }
    }
}
