//! Random matrices with orthonormal columns or rows.

use super::fill_normal;
use crate::scalar::Scalar;
use rand::Rng;

/// The columns of a column-major matrix, or its rows, in place.
struct Vectors<'a, T> {
    values: &'a mut [T],
    /// The number of vectors and the length of each.
    count: usize,
    len: usize,
    /// The distance in memory from a vector to the next, and from an element to the next.
    vector_stride: usize,
    element_stride: usize,
}

impl<T: Scalar> Vectors<'_, T> {
    fn at(&mut self, vector: usize, element: usize) -> &mut T {
        &mut self.values[vector * self.vector_stride + element * self.element_stride]
    }

    fn dot(&mut self, a: usize, b: usize) -> f64 {
        (0..self.len)
            .map(|i| self.at(a, i).to_f64() * self.at(b, i).to_f64())
            .sum()
    }

    /// `a ← a − factor·b`
    fn subtract(&mut self, a: usize, factor: f64, b: usize) {
        for i in 0..self.len {
            let b = self.at(b, i).to_f64();
            let a = self.at(a, i);
            *a = T::from_f64(a.to_f64() - factor * b);
        }
    }

    fn scale(&mut self, a: usize, factor: f64) {
        for i in 0..self.len {
            let a = self.at(a, i);
            *a = T::from_f64(a.to_f64() * factor);
        }
    }

    fn norm(&mut self, a: usize) -> f64 {
        Scalar::sqrt(self.dot(a, a))
    }

    fn set_to_unit(&mut self, a: usize, axis: usize) {
        for i in 0..self.len {
            *self.at(a, i) = if i == axis { T::ONE } else { T::ZERO };
        }
    }

    /// Makes vector `a` orthogonal to those before it and of length 1; false if it lay in their span.
    fn orthonormalise(&mut self, a: usize) -> bool {
        // A random direction keeps at least 1/√len of its length on average. What remains of a direction in the span
        // is rounding.
        let least = 1e-4 * self.norm(a);
        // Twice is enough (Giraud et al. 2005): the second round removes what rounding left of the first.
        for _ in 0..2 {
            for b in 0..a {
                let along = self.dot(a, b);
                self.subtract(a, along, b);
            }
            let norm = self.norm(a);
            if norm.is_nan() || norm <= least {
                return false;
            }
            self.scale(a, 1.0 / norm);
        }
        true
    }
}

/// Fills a column-major matrix of `outputs` rows.
///
/// Modified Gram–Schmidt of normal numbers is their QR decomposition with a positive diagonal in R, and then Q is
/// uniform among the orthogonal matrices (Mezzadri 2007, Notices of the AMS 54): PyTorch gets there by turning signs.
pub(super) fn fill<T: Scalar, R: Rng + ?Sized>(
    values: &mut [T],
    outputs: usize,
    gain: f64,
    rng: &mut R,
) {
    if outputs == 0 {
        return;
    }
    fill_normal(values, 0.0, 1.0, rng);
    let rest = values.len() / outputs;
    let mut vectors = if outputs >= rest {
        Vectors {
            values,
            count: rest,
            len: outputs,
            vector_stride: outputs,
            element_stride: 1,
        }
    } else {
        Vectors {
            values,
            count: outputs,
            len: rest,
            vector_stride: 1,
            element_stride: outputs,
        }
    };
    for a in 0..vectors.count {
        // Random numbers that depend on each other are replaced by the first axis that does not.
        let mut axis = 0;
        while !vectors.orthonormalise(a) && axis < vectors.len {
            vectors.set_to_unit(a, axis);
            axis += 1;
        }
    }
    for value in vectors.values {
        *value = T::from_f64(value.to_f64() * gain);
    }
}
