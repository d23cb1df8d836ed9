use super::{EmbeddingParameters, LinearParameters};
use crate::kernels::linear;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::{Work, multiply_add};
use crate::{Element, LANES, Lanes, Scalar};
use bytemuck::Pod;
use core::marker::PhantomData;
use core::slice;

/// The weight of another layer, transposed: `y = Wᵀ·x`, of a vector or at every step of a sequence. What a declaration calls
/// `tied(label, transposed = true)`: the decoder of an autoencoder, the output of a language model whose words have the vectors
/// that they came in with (Press & Wolf 2017, arXiv:1608.05859).
///
/// Shapes: of a `Linear` with `W: OUT×IN` (PyTorch's `x @ W`) from `[OUT]` to `[IN]`; of an `Embedding` with `W: NUM×DIM`
/// (PyTorch's `x @ W.T`) from `[DIM]` to `[NUM]`; `SI` and `SO` are these, or sequences of them. Without a bias.
/// Backward: `dW += x·dyᵀ`, `dx = W·dy`; keeps `x`.
/// Cost: as many multiply-adds a step as `W` has elements.
#[derive(Debug)]
pub struct Transposed<P, SI, SO>(PhantomData<(P, SI, SO)>);

impl<P, SI, SO> Clone for Transposed<P, SI, SO> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, SI, SO> Copy for Transposed<P, SI, SO> {}

impl<P, SI, SO> Default for Transposed<P, SI, SO> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// Parameters with a matrix, `[ROWS][COLUMNS]` in memory.
#[doc(hidden)]
pub trait Matrix<T: Scalar>: Pod + Send + Sync {
    const ROWS: usize;
    const COLUMNS: usize;
    fn matrix(&self) -> &[T];
    fn matrix_mut(&mut self) -> &mut [T];
}

impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> Matrix<T>
    for LinearParameters<T, IN, OUT, BIAS>
{
    const ROWS: usize = IN;
    const COLUMNS: usize = OUT;
    #[inline(always)]
    fn matrix(&self) -> &[T] {
        self.weight.as_slice()
    }
    #[inline(always)]
    fn matrix_mut(&mut self) -> &mut [T] {
        self.weight.as_mut_slice()
    }
}

impl<T: Scalar, const NUM: usize, const DIM: usize> Matrix<T> for EmbeddingParameters<T, NUM, DIM> {
    const ROWS: usize = NUM;
    const COLUMNS: usize = DIM;
    #[inline(always)]
    fn matrix(&self) -> &[T] {
        self.weight.as_flattened()
    }
    #[inline(always)]
    fn matrix_mut(&mut self) -> &mut [T] {
        self.weight.as_flattened_mut()
    }
}

impl<T, P, SI, SO> Layer<T> for Transposed<P, SI, SO>
where
    T: Scalar,
    P: Matrix<T>,
    SI: Shape<Scalar = T>,
    SO: Shape<Scalar = T>,
{
    type Input = SI;
    type Output = SO;
    type Parameters = P;
    type Buffers = ();

    const MACS: usize = SI::LEN * P::ROWS;

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &SI::Of<E>,
        output: &mut SO::Of<E>,
    ) {
        const {
            assert!(
                SI::LEN * P::ROWS == SO::LEN * P::COLUMNS,
                "shapes that do not fit the matrix"
            );
        }
        let x = E::scalars(SI::flat::<E>(slice::from_ref(input)));
        let y = E::scalars_mut(SO::flat_mut::<E>(slice::from_mut(output)));
        let weight = cx.parameters.matrix();
        if const { E::LANES == 1 } {
            let columns = P::COLUMNS;
            cx.isa.run_for::<T, E, _>(Products {
                columns,
                weight,
                x,
                y,
            });
        } else {
            linear::input_gradient(cx.isa, P::COLUMNS, weight, x, y);
        }
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &SI::Of<E>,
        _output: &SO::Of<E>,
        d_output: &SO::Of<E>,
        d_input: &mut SI::Of<E>,
    ) {
        let x = E::scalars(SI::flat::<E>(slice::from_ref(input)));
        let dy = E::scalars(SO::flat::<E>(slice::from_ref(d_output)));
        let d_weight = cx.gradients.matrix_mut();
        let weight = cx.parameters.matrix();
        if const { E::LANES > 1 } {
            linear::weight_gradient(cx.isa, P::COLUMNS, false, dy, x, d_weight, &mut []);
        } else {
            let columns = P::COLUMNS;
            cx.isa.run_for::<T, E, _>(OuterProducts {
                columns,
                x,
                dy,
                d_weight,
            });
        }
        if cx.input_gradient {
            let dx = E::scalars_mut(SI::flat_mut::<E>(slice::from_mut(d_input)));
            if const { E::LANES > 1 } {
                linear::forward_divided(cx.isa, P::COLUMNS, weight, &[], dy, dx);
            } else {
                let steps = dy
                    .chunks_exact(P::ROWS.max(1))
                    .zip(dx.chunks_exact_mut(P::COLUMNS.max(1)));
                for (dy, dx) in steps {
                    linear::forward::<T, E>(cx.isa, weight, &[], dy, dx);
                }
            }
        }
    }
}

/// `y_r = Σ_c W_rc·x_c` at every step, for one sample.
struct Products<'a, T> {
    columns: usize,
    weight: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Work for Products<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let columns = self.columns.max(1);
        let rows = (self.weight.len() / columns).max(1);
        for (x, y) in self
            .x
            .chunks_exact(columns)
            .zip(self.y.chunks_exact_mut(rows))
        {
            for (row, y) in self.weight.chunks_exact(columns).zip(y) {
                // As many sums as lanes, so that they are one vector.
                let mut sums = [T::ZERO; LANES];
                let (row, row_rest) = row.as_chunks::<LANES>();
                let (x, x_rest) = x.as_chunks::<LANES>();
                for (row, x) in row.iter().zip(x) {
                    for lane in 0..LANES {
                        sums[lane] = multiply_add::<T, FMA>(row[lane], x[lane], sums[lane]);
                    }
                }
                let mut sum: T = Lanes(sums).sum();
                for (&row, &x) in row_rest.iter().zip(x_rest) {
                    sum = multiply_add::<T, FMA>(row, x, sum);
                }
                *y = sum;
            }
        }
    }
}

/// `dW_rc += dy_r·x_c` at every step, for one sample.
struct OuterProducts<'a, T> {
    columns: usize,
    x: &'a [T],
    dy: &'a [T],
    d_weight: &'a mut [T],
}

impl<T: Scalar> Work for OuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let columns = self.columns.max(1);
        let rows = (self.d_weight.len() / columns).max(1);
        for (x, dy) in self.x.chunks_exact(columns).zip(self.dy.chunks_exact(rows)) {
            for (row, &dy) in self.d_weight.chunks_exact_mut(columns).zip(dy) {
                for (row, &x) in row.iter_mut().zip(x) {
                    *row = multiply_add::<T, FMA>(dy, x, *row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_layer;

    #[test]
    fn gradients_of_a_linear_weight() {
        check_layer(Transposed::<
            LinearParameters<f64, 19, 5, 0>,
            [f64; 5],
            [f64; 19],
        >::default());
        check_layer(Transposed::<
            LinearParameters<f64, 3, 33, 0>,
            [[f64; 33]; 4],
            [[f64; 3]; 4],
        >::default());
    }

    #[test]
    fn gradients_of_a_table() {
        check_layer(Transposed::<
            EmbeddingParameters<f64, 7, 4>,
            [[f64; 4]; 3],
            [[f64; 7]; 3],
        >::default());
    }
}
