use super::strided::{Strided, row_major};
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// A range of one dimension, PyTorch's `x[:, …, start:end]` or `torch.narrow`: `y[…][i][…] = x[…][start + i][…]`.
///
/// Shapes: `x: FROM`, `y: TO`, which differ in the size of dimension `dim` alone: there it is `end − start` in `TO`.
/// Backward: `dx` is `dy` in the range and 0 elsewhere; keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Slice<FROM, TO> {
    walk: Strided,
    shapes: PhantomData<fn() -> (FROM, TO)>,
}

impl<FROM: Shape, TO: Shape> Slice<FROM, TO> {
    /// From index `start` of dimension `dim` on, which counts from 0 without the batch; PyTorch counts that as well.
    ///
    /// # Panics
    /// When there is no such dimension, the range reaches beyond it, or the shapes differ elsewhere.
    #[inline(always)]
    pub const fn new(dim: usize, start: usize) -> Self {
        let (from, to) = (FROM::DIMS, TO::DIMS);
        assert!(
            from.len() == to.len() && dim < from.len() && to[dim] + start <= from[dim],
            "a slice is a range of a dimension that there is"
        );
        let mut i = 0;
        while i < from.len() {
            assert!(
                i == dim || from[i] == to[i],
                "a slice keeps the other dimensions"
            );
            i += 1;
        }
        let strides = row_major(from);
        Self {
            walk: Strided::new(to, &strides, start * strides[dim]),
            shapes: PhantomData,
        }
    }
}

impl<T: Scalar, FROM: Shape<Scalar = T>, TO: Shape<Scalar = T>> Layer<T> for Slice<FROM, TO> {
    type Input = FROM;
    type Output = TO;
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &FROM::Of<E>,
        output: &mut TO::Of<E>,
    ) {
        let x = FROM::flat::<E>(slice::from_ref(input));
        let y = TO::flat_mut::<E>(slice::from_mut(output));
        cx.isa.run(self.walk.gather(x, y));
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &FROM::Of<E>,
        _output: &TO::Of<E>,
        d_output: &TO::Of<E>,
        d_input: &mut FROM::Of<E>,
    ) {
        if cx.input_gradient {
            let dy = TO::flat::<E>(slice::from_ref(d_output));
            let dx = FROM::flat_mut::<E>(slice::from_mut(d_input));
            dx.fill(E::zeroed());
            cx.isa.run(self.walk.scatter(dy, dx));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_layer, pass};

    #[test]
    fn columns_of_a_matrix() {
        let layer = Slice::<[[f32; 3]; 2], [[f32; 2]; 2]>::new(1, 1);
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let run = pass::<f32, _, f32>(&layer, &(), &x, &[7.0, 8.0, 9.0, 10.0]);
        assert_eq!(run.outputs, [2.0, 3.0, 5.0, 6.0]);
        assert_eq!(run.d_inputs, [0.0, 7.0, 8.0, 0.0, 9.0, 10.0]);
    }

    #[test]
    fn gradients_in_every_dimension() {
        check_layer(Slice::<[f64; 5], [f64; 2]>::new(0, 3));
        check_layer(Slice::<[[[f64; 2]; 3]; 4], [[[f64; 2]; 3]; 2]>::new(0, 1));
        check_layer(Slice::<[[[f64; 2]; 3]; 4], [[[f64; 2]; 1]; 4]>::new(1, 2));
        check_layer(Slice::<[[[f64; 2]; 3]; 4], [[[f64; 1]; 3]; 4]>::new(2, 0));
    }
}
