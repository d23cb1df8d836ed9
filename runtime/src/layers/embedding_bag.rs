use super::embedding::{EmbeddingParameters, init, tensor};
use super::rows::Rows;
use crate::init::Init;
use crate::layer::{Backward, Forward, Layer};
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use rand::Rng;

/// The sum or mean of the vectors of several indices: `y = Σ W[x[i]]`, for the mean divided by how many there are.
///
/// Shapes: `x: [LENGTH]`, whole numbers from 0 to `NUM` − 1, `W: NUM×DIM`, `y: [DIM]`.
/// A place that holds −1 is empty, and like `padding_idx` counts neither for the sum nor for the mean; with nothing to count
/// `y` is zero. [`Bag`](crate::Bag) is an input of fewer than `LENGTH` indices.
/// Backward: `dW[x[i]] += dy`, for the mean divided by how many there are; `dx` is zero. Keeps `x`.
/// Init: normal with mean 0 and standard deviation 1, the row `padding_idx` zero; PyTorch's `nn.EmbeddingBag`, which tells
/// the lengths of bags by offsets.
/// Cost: `LENGTH·DIM` additions a sample.
///
/// What is neither −1 nor an index of a row is an error in training
/// ([`IndexOutOfRange`](crate::BackpropagateError::IndexOutOfRange)), and counts as empty in inference.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbeddingBag<const LENGTH: usize, const NUM: usize, const DIM: usize> {
    /// Sum or mean.
    pub mode: BagMode,
    /// The row that does not count: padding.
    pub padding_idx: Option<usize>,
    /// How the other rows start. The fans are those of PyTorch's tensor: `fan_in` is `DIM`, `fan_out` is `NUM`.
    pub init: Init,
}

/// What an [`EmbeddingBag`] makes of its vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BagMode {
    /// The sum.
    Sum,
    /// The mean, PyTorch's default.
    #[default]
    Mean,
}

impl<T: Scalar, const LENGTH: usize, const NUM: usize, const DIM: usize> Layer<T>
    for EmbeddingBag<LENGTH, NUM, DIM>
{
    type Input = [T; LENGTH];
    type Output = [T; DIM];
    type Parameters = EmbeddingParameters<T, NUM, DIM>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[tensor::<T, NUM, DIM>()];
    const MACS: usize = LENGTH * DIM;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        init(self.init, self.padding_idx, &mut parameters.weight, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[E; LENGTH],
        output: &mut [E; DIM],
    ) {
        let table = cx.parameters.weight.as_flattened();
        self.rows().sum(cx.isa, table, &[], input, output);
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[E; LENGTH],
        _: &[E; DIM],
        d_output: &[E; DIM],
        d_input: &mut [E; LENGTH],
    ) {
        let d_table = cx.gradients.weight.as_flattened_mut();
        if !cx.frozen {
            self.rows().scatter(cx.isa, d_table, input, d_output);
        }
        if cx.input_gradient {
            d_input.fill(E::splat(T::ZERO));
        }
    }
}

impl<const LENGTH: usize, const NUM: usize, const DIM: usize> EmbeddingBag<LENGTH, NUM, DIM> {
    #[inline(always)]
    fn rows(&self) -> Rows {
        Rows {
            count: NUM,
            dim: DIM,
            bag: LENGTH,
            skipped: self.padding_idx,
            mean: self.mode == BagMode::Mean,
        }
    }
}
