use super::strided::{Strided, row_major};
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// The dimensions in another order, PyTorch's `torch.permute`; of two dimensions `torch.transpose`:
/// `y[i₀][i₁]… = x[…]` with `iₙ` as the index of dimension `dims[n]` of `x`.
///
/// Shapes: `x: FROM`, `y: TO`, where size `n` of `TO` is size `dims[n]` of `FROM`.
/// Backward: `dx` is `dy` with the dimensions back in their order; keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Permute<FROM, TO> {
    walk: Strided,
    shapes: PhantomData<fn() -> (FROM, TO)>,
}

impl<FROM: Shape, TO: Shape> Permute<FROM, TO> {
    /// Dimension `dims[n]` of the input becomes dimension `n` of the output. They count from 0 without the batch, which
    /// PyTorch counts.
    ///
    /// # Panics
    /// When `dims` does not name every dimension once, or the shapes do not agree with it.
    #[inline(always)]
    pub const fn new<const N: usize>(dims: [usize; N]) -> Self {
        assert!(
            FROM::DIMS.len() == N && TO::DIMS.len() == N,
            "a permutation names every dimension"
        );
        let from = row_major(FROM::DIMS);
        let (mut strides, mut seen) = ([0; N], [false; N]);
        let mut i = 0;
        while i < N {
            assert!(
                dims[i] < N && !seen[dims[i]],
                "a permutation names every dimension once"
            );
            assert!(
                TO::DIMS[i] == FROM::DIMS[dims[i]],
                "the output has the sizes of the input in another order"
            );
            seen[dims[i]] = true;
            strides[i] = from[dims[i]];
            i += 1;
        }
        Self {
            walk: Strided::new(TO::DIMS, &strides, 0),
            shapes: PhantomData,
        }
    }
}

impl<T: Scalar, FROM: Shape<Scalar = T>, TO: Shape<Scalar = T>> Layer<T> for Permute<FROM, TO> {
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
            cx.isa.run(self.walk.scatter(dy, dx));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_layer, pass};

    #[test]
    fn a_matrix_is_transposed() {
        let layer = Permute::<[[f32; 3]; 2], [[f32; 2]; 3]>::new([1, 0]);
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let run = pass::<f32, _, f32>(&layer, &(), &x, &x);
        assert_eq!(run.outputs, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(run.d_inputs, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn gradients_of_all_orders_of_three_dimensions() {
        check_layer(Permute::<[[[f64; 4]; 3]; 2], [[[f64; 4]; 3]; 2]>::new([
            0, 1, 2,
        ]));
        check_layer(Permute::<[[[f64; 4]; 3]; 2], [[[f64; 3]; 4]; 2]>::new([
            0, 2, 1,
        ]));
        check_layer(Permute::<[[[f64; 4]; 3]; 2], [[[f64; 4]; 2]; 3]>::new([
            1, 0, 2,
        ]));
        check_layer(Permute::<[[[f64; 4]; 3]; 2], [[[f64; 2]; 4]; 3]>::new([
            1, 2, 0,
        ]));
        check_layer(Permute::<[[[f64; 4]; 3]; 2], [[[f64; 3]; 2]; 4]>::new([
            2, 0, 1,
        ]));
        check_layer(Permute::<[[[f64; 4]; 3]; 2], [[[f64; 2]; 3]; 4]>::new([
            2, 1, 0,
        ]));
    }

    #[test]
    #[should_panic(expected = "every dimension once")]
    fn a_dimension_twice_is_no_permutation() {
        let _ = Permute::<[[f32; 2]; 2], [[f32; 2]; 2]>::new([0, 0]);
    }
}
