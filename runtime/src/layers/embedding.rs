use super::rows::Rows;
use crate::init::Init;
use crate::layer::{Backward, Forward, Layer};
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use rand::Rng;

/// A vector for each index: `y[i] = W[x[i]]`.
///
/// Shapes: `x: [LENGTH]`, whole numbers from 0 to `NUM` − 1, `W: NUM×DIM`, `y: [LENGTH][DIM]`.
/// Backward: `dW[x[i]] += dy[i]`, but nothing for the row `padding_idx`; `dx` is zero, as indices have no derivative. Keeps
/// `x`.
/// Init: normal with mean 0 and standard deviation 1, the row `padding_idx` zero; PyTorch's `nn.Embedding`.
///
/// What is no index of a row is an error in training, found before anything changes
/// ([`IndexOutOfRange`](crate::BackpropagateError::IndexOutOfRange)), and gives a row of zeros in inference.
///
/// ```
/// use chainrule::prelude::*;
///
/// network! { struct Letters: [8] -> [27] { Embedding(27, 16), Flatten, Linear(64), Relu, Linear(27) } }
///
/// let text = "the rain in spain stays mainly in the plain ".repeat(4);
/// let text: Vec<u8> = text.bytes().map(|letter| letter.wrapping_sub(b'a').min(26)).collect();
/// let samples = text.windows(9).filter_map(|letters| Some((*letters.first_chunk()?, *letters.last()?)));
/// let (inputs, next): (Vec<[u8; 8]>, Vec<u8>) = samples.unzip();
///
/// let mut net = Letters::init(&mut StdRng::seed_from_u64(7));
/// let (mut workspace, mut adam) = (Letters::workspace(), Adam::new(&net).learning_rate(0.01));
/// for _ in 0..60 {
///     adam.train_step(&mut *net, &inputs, &next, &CrossEntropyLoss::default(), &mut workspace)?;
/// }
/// let scores = net.forward(&inputs[0]);
/// assert_eq!(scores.iter().position(|score| scores.iter().all(|other| other <= score)), Some(next[0] as usize));
/// # Ok::<(), BackpropagateError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedding<const LENGTH: usize, const NUM: usize, const DIM: usize> {
    /// The row that stays as it is: padding.
    pub padding_idx: Option<usize>,
    /// How the other rows start. The fans are those of PyTorch's tensor: `fan_in` is `DIM`, `fan_out` is `NUM`.
    pub init: Init,
}

parameters! {
    @[allow(unsafe_code)]
    /// The table of an [`Embedding`] or [`EmbeddingBag`](super::EmbeddingBag) layer.
    pub struct EmbeddingParameters<T, const NUM: usize, const DIM: usize> {
        /// `W`, a row for each index.
        pub weight: [[T; DIM]; NUM],
    }
}

/// That a scalar tells so many indices apart.
pub(super) const fn assert_countable<T: Scalar>(rows: usize) {
    assert!(
        size_of::<T>() > 4 || rows <= 1 << 24,
        "`f32` tells no more than 16,777,216 indices apart; use `#[network(scalar = f64)]`"
    );
}

/// The tensor of a table.
pub(super) const fn tensor<T: Scalar, const NUM: usize, const DIM: usize>() -> Tensor {
    assert_countable::<T>(NUM);
    Tensor::new("weight", const { &[NUM, DIM] })
}

/// Initial values of a table.
pub(super) fn init<T: Scalar, const NUM: usize, const DIM: usize>(
    init: Init,
    padding_idx: Option<usize>,
    weight: &mut [[T; DIM]; NUM],
    rng: &mut (impl Rng + ?Sized),
) {
    let values = weight.as_flattened_mut();
    match init {
        Init::Default => Init::Normal {
            mean: 0.0,
            std: 1.0,
        }
        .fill(values, DIM, NUM, rng),
        // Told of a matrix that lies in memory with its outputs innermost.
        Init::Orthogonal { .. } => init.fill(values, NUM, DIM, rng),
        init => init.fill(values, DIM, NUM, rng),
    }
    if let Some(row) = padding_idx.and_then(|row| weight.get_mut(row)) {
        row.fill(T::ZERO);
    }
}

impl<T: Scalar, const LENGTH: usize, const NUM: usize, const DIM: usize> Layer<T>
    for Embedding<LENGTH, NUM, DIM>
{
    type Input = [T; LENGTH];
    type Output = [[T; DIM]; LENGTH];
    type Parameters = EmbeddingParameters<T, NUM, DIM>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[tensor::<T, NUM, DIM>()];

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        init(self.init, self.padding_idx, &mut parameters.weight, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[E; LENGTH],
        output: &mut [[E; DIM]; LENGTH],
    ) {
        let table = cx.parameters.weight.as_flattened();
        let rows = self.rows(None);
        rows.sum(cx.isa, table, &[], input, output.as_flattened_mut());
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[E; LENGTH],
        _: &[[E; DIM]; LENGTH],
        d_output: &[[E; DIM]; LENGTH],
        d_input: &mut [E; LENGTH],
    ) {
        let d_table = cx.gradients.weight.as_flattened_mut();
        if !cx.frozen {
            let rows = self.rows(self.padding_idx);
            rows.scatter(cx.isa, d_table, input, d_output.as_flattened());
        }
        if cx.input_gradient {
            d_input.fill(E::splat(T::ZERO));
        }
    }
}

impl<const LENGTH: usize, const NUM: usize, const DIM: usize> Embedding<LENGTH, NUM, DIM> {
    #[inline(always)]
    fn rows(&self, skipped: Option<usize>) -> Rows {
        Rows {
            skipped,
            ..Rows::of_table(NUM, DIM)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::pass;
    use crate::{LANES, Lanes};
    use bytemuck::Zeroable;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn rows_start_normal_and_padding_zero() {
        let layer = Embedding::<1, 200, 50> {
            padding_idx: Some(3),
            ..Default::default()
        };
        let mut parameters = EmbeddingParameters::<f64, 200, 50>::zeroed();
        layer.init(&mut parameters, &mut (), &mut StdRng::seed_from_u64(1));
        assert_eq!(parameters.weight[3], [0.0; 50]);
        let values = parameters.weight.as_flattened();
        let (n, sum) = (values.len() as f64, values.iter().sum::<f64>());
        let squares: f64 = values.iter().map(|w| w * w).sum();
        assert!((sum / n).abs() < 0.03);
        assert!((squares / n - 199.0 / 200.0).abs() < 0.03);
    }

    #[test]
    fn an_orthogonal_table_has_orthonormal_columns() {
        let layer = Embedding::<1, 9, 4> {
            init: Init::Orthogonal { gain: 1.0 },
            ..Default::default()
        };
        let mut parameters = EmbeddingParameters::<f64, 9, 4>::zeroed();
        layer.init(&mut parameters, &mut (), &mut StdRng::seed_from_u64(1));
        for a in 0..4 {
            for b in 0..4 {
                let product: f64 = parameters.weight.iter().map(|row| row[a] * row[b]).sum();
                assert!((product - f64::from(a == b)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn what_is_no_index_gives_zeros_and_takes_no_gradient() {
        let layer = Embedding::<4, 2, 17>::default();
        let parameters = EmbeddingParameters {
            weight: [[1.5_f32; 17], [2.5; 17]],
        };
        let input = [1.0, 2.0, f32::NAN, -1.0];
        let alone = pass::<f32, _, f32>(&layer, &parameters, &input, &[1.0; 4 * 17]);
        assert_eq!(alone.outputs[..17], [2.5; 17]);
        assert_eq!(alone.outputs[17..], [0.0; 3 * 17]);
        assert_eq!(alone.d_inputs, [0.0; 4]);
        assert_eq!(alone.gradients, [[0.0; 17], [1.0; 17]].concat());
        let lanes = pass::<f32, _, Lanes<f32>>(&layer, &parameters, &input, &[1.0; 4 * 17]);
        assert_eq!(lanes, alone);
    }

    /// One lane after the other adds to a row.
    #[test]
    fn gradients_of_one_row_add_up_over_lanes() {
        let layer = Embedding::<1, 3, 33>::default();
        let parameters = EmbeddingParameters::<f64, 3, 33>::zeroed();
        let d_outputs: Vec<f64> = (0..LANES * 33).map(|i| i as f64).collect();
        let run = pass::<f64, _, Lanes<f64>>(&layer, &parameters, &[2.0; LANES], &d_outputs);
        for (feature, gradient) in run.gradients[2 * 33..].iter().enumerate() {
            let sum: usize = (0..LANES).map(|lane| lane * 33 + feature).sum();
            assert_eq!(*gradient, sum as f64);
        }
        assert_eq!(run.gradients[..2 * 33], [0.0; 2 * 33]);
    }
}
