use super::LinearParameters;
use super::embedding::assert_countable;
use super::rows::Rows;
use crate::init::Init;
use crate::layer::{Backward, Forward, Layer};
use crate::tensor::Tensor;
use crate::{Element, Scalar};
use rand::Rng;

/// Fully connected layer of features that are there or not, told by the list of those that are: `y = W·h + b` for a vector `h`
/// with a 1 at every index in `x`.
///
/// Shapes: `x: [LENGTH]`, whole numbers from 0 to `FEATURES` − 1, `W: OUT×FEATURES`, `b: [OUT]` (`BIAS` is `OUT`, or 0 with
/// `bias = false`), `y: [OUT]`. A place that holds −1 is empty; [`Bag`](crate::Bag) is an input of fewer than `LENGTH`
/// features. A feature that stands twice counts twice.
/// Backward: `dW += dy·hᵀ`, `db += dy`; `dx` is zero. Keeps `x`.
/// Parameters, their names, layout and init are those of [`Linear`](super::Linear) with `FEATURES` inputs, PyTorch's
/// `nn.Linear` of `h`.
/// Cost: `LENGTH·OUT` additions a sample, however many features there are.
///
/// As the first layer of a network it can be kept up to date while features come and go, see
/// [`Accumulator`](crate::Accumulator). What is neither −1 nor a feature is an error in training
/// ([`IndexOutOfRange`](crate::BackpropagateError::IndexOutOfRange)), and counts as empty in inference.
#[derive(Clone, Copy, Debug, Default)]
pub struct SparseLinear<
    const LENGTH: usize,
    const FEATURES: usize,
    const OUT: usize,
    const BIAS: usize,
> {
    /// How the weight starts.
    pub init: Init,
    /// How the bias starts.
    pub bias_init: Init,
}

impl<T: Scalar, const LENGTH: usize, const FEATURES: usize, const OUT: usize, const BIAS: usize>
    Layer<T> for SparseLinear<LENGTH, FEATURES, OUT, BIAS>
{
    type Input = [T; LENGTH];
    type Output = [T; OUT];
    type Parameters = LinearParameters<T, FEATURES, OUT, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = {
        assert_countable::<T>(FEATURES);
        &[
            Tensor::outputs_innermost("weight", &[OUT, FEATURES]),
            Tensor::new("bias", &[BIAS]),
        ]
    };
    const MACS: usize = LENGTH * OUT;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let (weight, bias) = (&mut parameters.weight, &mut parameters.bias);
        self.init.fill(weight.as_mut_slice(), FEATURES, OUT, rng);
        self.bias_init.fill(bias.as_mut_slice(), FEATURES, OUT, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[E; LENGTH],
        output: &mut [E; OUT],
    ) {
        let (weight, bias) = (&cx.parameters.weight, &cx.parameters.bias);
        let (weight, bias) = (weight.as_slice(), bias.as_slice());
        Self::ROWS.sum(cx.isa, weight, bias, input, output);
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[E; LENGTH],
        _: &[E; OUT],
        d_output: &[E; OUT],
        d_input: &mut [E; LENGTH],
    ) {
        let d_weight = cx.gradients.weight.as_mut_slice();
        Self::ROWS.scatter(cx.isa, d_weight, input, d_output);
        for (db, dy) in cx.gradients.bias.as_mut_slice().iter_mut().zip(d_output) {
            *db += dy.sum();
        }
        if cx.input_gradient {
            d_input.fill(E::splat(T::ZERO));
        }
    }
}

impl<const LENGTH: usize, const FEATURES: usize, const OUT: usize, const BIAS: usize>
    SparseLinear<LENGTH, FEATURES, OUT, BIAS>
{
    /// The columns of the weight, which lie in memory as the rows of a table do.
    const ROWS: Rows = Rows {
        count: FEATURES,
        dim: OUT,
        bag: LENGTH,
        skipped: None,
        mean: false,
    };
}
