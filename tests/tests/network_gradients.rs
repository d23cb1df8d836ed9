//! Whole networks against finite differences: that generated code keeps what the backward pass reads, works in place
//! only where it may, and calls the layers in the right order.

use chainrule::losses::Loss;
use chainrule::prelude::*;
use chainrule::{Sample, Tensor};
use chainrule_tests::{assert_gradient, difference, uniform};

/// One full lane group and a part of the next.
const SAMPLES: usize = 19;

/// A size that the compiler knows, but not the macro.
const TAPS: usize = 3;

/// The loss as a function of parameters and inputs: always with the same dropped elements.
struct Problem<N: Network<Scalar = f64>> {
    network: Box<N>,
    inputs: Vec<N::Input>,
    targets: Vec<N::Output>,
    capacity: usize,
}

impl<N: Network<Scalar = f64>> Problem<N>
where
    N::Input: Sample<N::Input>,
    MseLoss: Loss<f64, N::Output, N::Output>,
{
    fn new(capacity: usize) -> Self {
        let mut rng = StdRng::seed_from_u64(5);
        let mut network = N::boxed();
        let parameters = uniform(&mut rng, 1.0, network.parameters().len());
        network.parameters_mut().copy_from_slice(&parameters);
        let mut inputs = vec![bytemuck::Zeroable::zeroed(); SAMPLES];
        bytemuck::cast_slice_mut(&mut inputs).copy_from_slice(&uniform(
            &mut rng,
            2.0,
            SAMPLES * N::Input::LEN,
        ));
        let mut targets = vec![bytemuck::Zeroable::zeroed(); SAMPLES];
        bytemuck::cast_slice_mut(&mut targets).copy_from_slice(&uniform(
            &mut rng,
            1.0,
            SAMPLES * N::Output::LEN,
        ));
        Self {
            network,
            inputs,
            targets,
            capacity,
        }
    }

    /// Loss, parameter gradients, input gradients.
    fn backpropagate(&mut self) -> (f64, Vec<f64>, Vec<f64>) {
        let mut workspace = N::workspace_with_capacity(self.capacity);
        workspace.set_seed(9);
        let mut input_gradients = vec![bytemuck::Zeroable::zeroed(); SAMPLES];
        let loss = MseLoss {
            reduction: Reduction::Sum,
        };
        let (x, t, dx) = (&self.inputs, &self.targets, &mut input_gradients);
        let loss = self
            .network
            .backpropagate_to_inputs(x, t, &loss, &mut workspace, dx)
            .unwrap();
        let input_gradients: &[f64] = bytemuck::cast_slice(&input_gradients);
        (
            loss,
            workspace.gradients().parameters().to_vec(),
            input_gradients.to_vec(),
        )
    }
}

/// Parameter and input gradients against central differences, with a workspace for the whole batch and, where samples
/// do not mix, one that takes it in pieces.
fn check_gradients<N: Network<Scalar = f64>>()
where
    N::Input: Sample<N::Input>,
    MseLoss: Loss<f64, N::Output, N::Output>,
{
    let mut problem = Problem::<N>::new(32);
    let (loss, gradients, input_gradients) = problem.backpropagate();
    if !N::CROSS_SAMPLE {
        let (in_pieces, gradients_in_pieces, input_gradients_in_pieces) =
            Problem::<N>::new(16).backpropagate();
        assert_gradient("the loss in pieces", &[in_pieces], &[loss]);
        assert_gradient("gradients in pieces", &gradients_in_pieces, &gradients);
        assert_gradient(
            "input gradients in pieces",
            &input_gradients_in_pieces,
            &input_gradients,
        );
    }

    let differences: Vec<f64> = (0..gradients.len())
        .map(|i| {
            difference(problem.network.parameters()[i], |w| {
                problem.network.parameters_mut()[i] = w;
                problem.backpropagate().0
            })
        })
        .collect();
    let tensors = problem.network.named_parameters();
    let names: Vec<String> = tensors
        .map(|tensor| format!("{} {:?}", tensor.name(), tensor.dims()))
        .collect();
    assert_gradient(
        &format!("gradients of {}", names.join(", ")),
        &gradients,
        &differences,
    );

    let differences: Vec<f64> = (0..input_gradients.len())
        .map(|i| {
            difference(bytemuck::cast_slice::<_, f64>(&problem.inputs)[i], |x| {
                bytemuck::cast_slice_mut::<_, f64>(&mut problem.inputs)[i] = x;
                problem.backpropagate().0
            })
        })
        .collect();
    assert_gradient("input gradients", &input_gradients, &differences);
}

/// Inference gives the same one by one and in a batch; the outputs of training too, where training is nothing else.
fn check_forward<N: Network<Scalar = f64>>(training_differs: bool)
where
    N::Input: Sample<N::Input>,
    MseLoss: Loss<f64, N::Output, N::Output>,
{
    let mut problem = Problem::<N>::new(32);
    let mut batch = vec![bytemuck::Zeroable::zeroed(); SAMPLES];
    problem
        .network
        .forward_batch(&problem.inputs, &mut batch, &mut N::workspace())
        .unwrap();
    let batch: &[f64] = bytemuck::cast_slice(&batch);
    let single: Vec<N::Output> = problem
        .inputs
        .iter()
        .map(|input| problem.network.forward(input))
        .collect();
    let single: &[f64] = bytemuck::cast_slice(&single);
    assert_gradient("one by one and in a batch", single, batch);
    if !training_differs {
        let targets: &[f64] = bytemuck::cast_slice(&problem.targets);
        let loss: f64 = single
            .iter()
            .zip(targets)
            .map(|(y, t)| (y - t) * (y - t))
            .sum();
        assert_gradient(
            "the loss of inference and of training",
            &[loss],
            &[problem.backpropagate().0],
        );
    }
}

/// A table of networks, each with what it is there for.
macro_rules! networks {
    // Heads have no one shape to state.
    (@declare [] $(#[$meta:meta])* struct Net: $input:tt { $($layers:tt)* }) => {
        network! { $(#[$meta])* struct Net: $input { $($layers)* } }
    };
    (@declare [$($output:tt)*] $(#[$meta:meta])* struct Net: $input:tt { $($layers:tt)* }) => {
        network! { $(#[$meta])* struct Net: $input -> [$($output)*] { $($layers)* } }
    };
    ($($(#[doc = $why:literal])* $name:ident($($training:ident)?): $input:tt -> [$($output:tt)*] { $($layers:tt)* })*) => {$(
        mod $name {
            #[allow(unused_imports)] // of the layers defined here
            use super::*;

            networks!(@declare [$($output)*] $(#[doc = $why])* #[network(scalar = f64)] struct Net: $input { $($layers)* });

            #[test]
            fn gradients() {
                check_gradients::<Net>();
            }
            #[test]
            fn forward() {
                check_forward::<Net>([$(stringify!($training))?].contains(&"training_differs"));
            }
        }
    )*};
}

networks! {
    /// The first layer works in place, on the slot of the inputs.
    activation_first(): [6] -> [2] { Relu, Linear(4), Relu, Linear(2) }
    /// Each derivative needs its own output, which the next one must not overwrite.
    from_output_chain(): [4] -> [5] { Linear(5), Tanh, Relu, Sigmoid, Relu6, Hardsigmoid, Tanh }
    /// Each derivative needs its input.
    from_input_chain(): [4] -> [5] { Linear(5), Gelu, Silu, Mish, Elu, Softplus, Tanhshrink }
    /// Limits and squares.
    clipped_chain(): [4] -> [5] {
        Linear(5), ClippedRelu(2.5), SquaredClippedRelu(max = 1.5), Linear(5), Threshold(0.1, -0.5), Square, Clamp(0.05, 3.0), ClippedRelu,
    }
    /// In turns.
    mixed_chain(): [4] -> [5] { Linear(5), Tanh, Gelu, Tanh, Silu, Relu, Celu, Sigmoid, Softsign, LogSigmoid, Relu }
    /// Softmax reads its output.
    activation_after_softmax(): [4] -> [5] { Linear(5), Softmax, Tanh, Linear(5), LogSoftmax, Tanh, Softmax, Relu }
    /// The last layer works in place on the outputs.
    activation_last(): [3] -> [4] { Linear(4), Sigmoid }
    /// Nothing is trained.
    no_parameters(): [5] -> [5] { Tanh }
    /// Nothing is computed.
    views_alone(): [2, 3] -> [3, 2] { Flatten, Reshape([3, 2]) }
    /// Views between layers that work in place.
    views_between(): [2, 3] -> [2, 2] { Tanh, Flatten, Relu, Linear(4), Reshape([2, 2]), Tanh, Flatten, Reshape([2, 2]), Gelu }
    /// A pool reads its input again to find the maximum.
    pool_after_activation(): [1, 6, 6] -> [2] { MaxPool2d(2), Relu, Tanh, MaxPool2d(2), Flatten, Linear(2) }
    /// An activation that overwrites what a pool put out.
    activation_over_a_pool(): [1, 6, 6] -> [2] { Conv2d(3, kernel = 3), MaxPool2d(2), Relu, Flatten, Linear(2) }
    /// A convolutional network.
    convolution(): [2, 6, 6] -> [2] {
        Conv2d(3, kernel = 3, padding = 1), Relu, MaxPool2d(2), Conv2d(4, kernel = 2, bias = false), Tanh, AvgPool2d(2),
        Flatten, Linear(2),
    }
    /// Even kernels that keep the size, one of a size that only the compiler knows.
    same_with_even_kernels(): [2, 4, 5] -> [2] {
        Conv2d(3, kernel = (TAPS + 1, 2), padding = same), Tanh, Conv2d(2, 2, padding = same, dilation = (1, 3)), Flatten, Linear(2),
    }
    /// Options of the convolution and of the pools.
    convolution_options(): [4, 7, 5] -> [3] {
        Conv2d(4, kernel = (3, 2), stride = (2, 1), padding = 1, groups = 2), Silu,
        MaxPool2d(3, stride = 1, padding = 1), AvgPool2d(2, ceil_mode = true, count_include_pad = false),
        AdaptiveAvgPool2d((1, 2)), Flatten, Linear(3),
    }
    /// A sequence, with the options of its convolutions.
    sequence(): [2, 9] -> [2] {
        Conv1d(4, kernel = TAPS, causal = true, dilation = 2), Tanh,
        Conv1d(4, TAPS + 1, padding = same, groups = 2, bias = false),
        Relu, Conv1d(3, 3, stride = 2, padding = valid), Flatten, Linear(2),
    }
    /// Pools along a length.
    sequence_pools(): [2, 13] -> [2] {
        Tanh, MaxPool1d(3, stride = 1, padding = 1, dilation = TAPS - 2), Sigmoid, AvgPool1d(TAPS, 2, ceil_mode = true, count_include_pad = false),
        AdaptiveMaxPool1d(5), Tanh, AdaptiveAvgPool1d(3), Flatten, Linear(2),
    }
    /// One number a channel.
    global_pools(): [2, 4, 4] -> [2] {
        AdaptiveMaxPool2d((3, 4)), Concat { { Tanh, GlobalMaxPool }, { GlobalAvgPool } }, Linear(2),
    }
    /// Dimensions in another order, and parts of them.
    orders_and_ranges(): [3, 4] -> [2] {
        Tanh, Transpose, Concat { { Slice(0, 0, TAPS), Relu } { Slice(0, 1) } }, Reshape([2, 3, 3]), Permute([2, 0, 1]),
        Tanh, Slice(2, TAPS - 1), Flatten, Linear(2),
    }
    /// Margins, and what enlarges.
    margins_and_enlarging(): [1, 3, 3] -> [2] {
        Pad((1, 0, TAPS, 2), mode = replicate), Conv2d(4, 3), Tanh, PixelShuffle(2), Pad(2, mode = reflect), Upsample((2, TAPS)),
        Sigmoid, Conv2d(2, 5, stride = 5), Upsample(2, mode = bilinear), Reshape([4, 48]), Pad((2, 1)),
        Upsample(2, mode = linear, align_corners = true), AvgPool1d(9), Flatten, Linear(2),
    }
    /// A decoder of images and of sequences.
    transposed_convolutions(): [2, 3] -> [2] {
        ConvTranspose1d(4, kernel = TAPS, stride = 2, padding = 1, output_padding = 1), Tanh,
        ConvTranspose1d(2, 2, dilation = 2, groups = 2, bias = false), Reshape([4, 2, 2]), Relu,
        ConvTranspose2d(2, 4, stride = 2, padding = 1, groups = 2), Tanh,
        ConvTranspose2d(1, (TAPS, 2), stride = (1, 3), padding = (TAPS - 2, 0)), Flatten, Linear(2),
    }
    /// Trained slopes.
    trained_slopes(): [2, 3] -> [3] { Prelu(2), Flatten, Linear(4), Prelu(init = 0.5), Linear(3), Prelu(3) }
    /// Trained factors and frequencies.
    trained_factors(): [2, 3] -> [3] {
        Snake, Scale(2), Flatten, Linear(4), Snake(init = 0.5), Residual { Linear(4), Snake(1), Scale(init = 0.25) }, Linear(3), Scale(3),
    }
    /// Gates between halves.
    gates(): [4, 3] -> [2] { SwiGlu(0), Flatten, Linear(8), Glu, Tanh, Linear(6), Reshape([3, 2]), SwiGlu, Flatten, Linear(2) }
    /// One matrix.
    one_layer(): [3] -> [2] { Linear(2, bias = false) }
    /// A layer made outside, with its own parameters, that saves something.
    user_layer(): [3] -> [3] { gain: Gain, Tanh, Linear(3), Gain, Gain }
    /// Samples mix.
    batch_norm(training_differs): [3] -> [2] {
        Linear(4), BatchNorm1d, Relu, Linear(4), BatchNorm1d(affine = false), Tanh, Linear(2), BatchNorm1d(eps = 0.1),
    }
    /// Samples mix in images.
    batch_norm_images(training_differs): [1, 4, 4] -> [2] {
        Conv2d(2, kernel = 3), BatchNorm2d, Relu, BatchNorm2d, Flatten, BatchNorm1d, Linear(2),
    }
    /// Samples normalised by themselves, over the last dimensions and over channels.
    norms(): [2, 6] -> [3] {
        LayerNorm, Tanh, GroupNorm(2), RmsNorm(dims = 2), InstanceNorm1d, InstanceNorm1d(affine = true), Flatten,
        Linear(4), LayerNorm(bias = false), Relu, GroupNorm(2, affine = false), Linear(3),
    }
    /// The same of images, and behind a layer made outside.
    norms_of_images(): [2, 3, 4] -> [3] {
        InstanceNorm2d, LayerNorm(dims = 3), Conv2d(4, 2), GroupNorm(2), Silu, InstanceNorm2d(affine = true), Flatten,
        Linear(3), Gain, LayerNorm, RmsNorm(affine = false), GroupNorm(1),
    }
    /// Elements fall out, in place or not, first and last.
    dropout(training_differs): [4] -> [3] { Dropout(0.3), Linear(5), Tanh, Dropout(0.5), Gelu, Dropout(0.2), Linear(3), Dropout(0.1) }
    /// Sequences, all states and the last.
    sequences(): [4, 2] -> [2] { Rnn(3), Tanh, Linear(3), Gru(4), Relu, Lstm(3, last = true), Linear(2) }
    /// Both directions, levels, and dropout between them.
    sequences_in_both_directions(training_differs): [3, 2] -> [2] {
        Lstm(3, layers = 2, bidirectional = true, dropout = 0.3), Gru(2, layers = 2, bidirectional = true, last = true), Linear(2),
    }
    /// The reset gate before the weights.
    sequences_reset_before(): [3, 2] -> [2] { Gru(3, reset_after = false), Residual { Gru(3, reset_after = false) }, Flatten, Linear(2) }
    /// Sequences in blocks.
    sequences_in_blocks(): [3, 2] -> [6] { Residual { Gru(2) }, Concat(dim = 1) { { Rnn(2) } { Lstm(2, bias = false) } }, Gru(2), Flatten }
    /// Sequences whose steps know where they are.
    positions(): [4, 3] -> [2] { PositionalEncoding, Linear(3), Tanh, positions: PositionalEncoding(learned = true), Gru(2, last = true) }
    /// The same with elements that fall out behind.
    positions_with_dropout(training_differs): [3, 2] -> [2] {
        PositionalEncoding(dropout = 0.3), Linear(3), Residual { PositionalEncoding(learned = true, dropout = 0.2) }, Flatten, Linear(2),
    }
    /// Positions that see each other.
    attention(): [3, 4] -> [2] {
        MultiheadAttention(2), Tanh, attention: MultiheadAttention(4, causal = true, bias = false),
        Residual { MultiheadAttention(1, causal = true, window = TAPS - 1) }, Flatten, Linear(2),
    }
    /// The same with weights that fall out.
    attention_with_dropout(training_differs): [3, 2] -> [2] { MultiheadAttention(2, dropout = 0.3), MultiheadAttention(1), Flatten, Linear(2) }
    /// The parts of a transformer, with norms behind the sums and before.
    transformer(): [3, 4] -> [2] {
        TransformerEncoderLayer(2, feedforward = 3, dropout = 0.0, activation = gelu),
        Repeat(2) { TransformerEncoderLayer(1, feedforward = TAPS, dropout = 0.0, norm_first = true, causal = true, window = 2) },
        Flatten, Linear(2),
    }
    /// The same with elements that fall out, behind layers that work in place and one made outside.
    transformer_with_dropout(training_differs): [3, 3] -> [2] {
        Tanh, TransformerEncoderLayer(3, feedforward = 2), Relu, Residual { TransformerEncoderLayer(1, feedforward = 2, norm_first = true) }, Tanh,
        Flatten, Linear(2),
    }
    /// A block that adds its input to what its layers put out.
    residual(): [4] -> [2] { Linear(5), Tanh, block: Residual { inner: Linear(5), Tanh, Linear(5) }, Relu, Linear(2) }
    /// The input of the network is added, and its gradient is a sum.
    residual_first(): [4] -> [4] { Residual { Linear(4), Tanh } }
    /// What is added goes through layers of its own.
    residual_projected(): [1, 4, 4] -> [3] {
        Residual(project = Conv2d(2, kernel = 1, stride = 2)) { Conv2d(3, kernel = 3, padding = 1), Relu, Conv2d(2, kernel = 2, stride = 2) },
        Relu, Residual(project = { Conv2d(3, 1), Tanh }) { Conv2d(3, 1) }, Flatten, Linear(3),
    }
    /// The end of the block may not overwrite what a sigmoid reads again.
    residual_after_sigmoid(): [4] -> [4] { Linear(4), Residual { Linear(4), Sigmoid }, Residual { Tanh }, Relu }
    /// An activation before a block may not overwrite what the block adds.
    residual_of_views(): [2, 2] -> [4] { Flatten, Residual { Relu, Linear(4), Reshape([4]) }, Residual { Dropout(0.0), Linear(4) }, Gelu }
    /// Blocks in blocks.
    residual_nested(): [3] -> [2] {
        Linear(3), outer: Residual { Linear(3), inner: Residual { Linear(3), Tanh }, Gelu, Linear(3) }, Linear(2),
    }
    /// Elements fall out, and samples mix, inside a block.
    residual_with_state(training_differs): [3] -> [2] {
        Linear(4), Residual { Dropout(0.3), Linear(4), BatchNorm1d, Relu }, BatchNorm1d, Linear(2),
    }
    /// A sum of branches, one of which is empty.
    sum_of_branches(): [4] -> [2] { Add { { Linear(4) } { Tanh, Linear(4) } {} }, Gelu, Add { {} {} }, Linear(2) }
    /// A gate.
    product_of_branches(): [4] -> [2] {
        Multiply { value: { Linear(5), Tanh } gate: { Linear(5), Sigmoid } }, Multiply { {} { Linear(5) } {} }, Linear(2),
    }
    /// Branches side by side.
    branches_side_by_side(): [4] -> [2] { Concat { { Linear(3), Tanh }, {}, { Linear(2) } }, Linear(2) }
    /// Branches side by side in an inner dimension, and channels.
    channels_side_by_side(): [1, 4, 4] -> [2] {
        Concat { { Conv2d(2, 1), Relu } { MaxPool2d(3, stride = 1, padding = 1) } }, Concat(dim = 2) { {} { Conv2d(3, 1) } },
        Flatten, Linear(2),
    }
    /// The same layers several times, each with its own weights.
    repeated(): [3] -> [2] { hidden: Repeat(3) { Linear(3), Tanh, Residual { Linear(3), Relu } }, Linear(2) }
    /// Everything in everything.
    blocks_in_blocks(): [4] -> [4] {
        Repeat(2) {
            Concat { { Residual { Linear(4), Tanh } } { Multiply { { Linear(4) } { Repeat(2) { Linear(4), Sigmoid } } } } },
            Residual(project = Add { { Linear(4) } { Linear(4), Relu } }) { Linear(6), Silu, Linear(4) },
        }
    }
    /// Several outputs with names.
    several_heads(): [4] -> [] {
        Linear(5), Tanh, Heads { policy: { Linear(3), Tanh, Linear(2) }, value: { Linear(1) }, image: { Linear(4), Reshape([2, 2]) } },
    }
    /// Inputs with names, of which one is read several times.
    inputs_with_names(): { state: [4], action: [2] } -> [2] {
        Concat { { state, Linear(3), Tanh } { action } { state } }, Tanh, Residual(project = state) { Linear(4) }, Linear(2),
    }
    /// Views of inputs belong to the caller.
    views_of_inputs(): { image: [2, 2], x: [4] } -> [4] { Multiply { { image, Flatten, Relu } { x, Sigmoid } { image, Reshape([4]) } {x} } }
    /// The output is none of the inputs' memory.
    view_of_one_input(): { image: [2, 3] } -> [6] { image, Flatten }
    /// Inputs become outputs.
    inputs_as_heads(): { a: [2], b: [3], c: [1] } -> [] { Heads { x: { c, Linear(2) }, y: { b }, z: { Add { { a } { a, Tanh } } } } }
    /// A product of branches with weights for every pair.
    bilinear_of_inputs(): { state: [3], action: [2] } -> [2] {
        mix: Bilinear(4) { { state } { action, Linear(2), Tanh } }, Tanh, Residual(project = state) { Linear(3) }, Linear(2),
    }
    /// In blocks, of itself, with every kind of branch.
    bilinear_in_blocks(): [4] -> [3] {
        Repeat(2) { Residual { Bilinear(4, bias = false) { {} { Linear(2), Sigmoid } } } },
        Bilinear(3) { { Bilinear(2) { {} {} } } { Tanh } },
    }
    /// The user's own layers in blocks.
    user_layers_in_blocks(): [3] -> [3] { Residual { gain: Gain, Tanh }, Repeat(2) { Gain, Residual { Gain } } }
    /// Elements fall out beside batch norm.
    dropout_and_batch_norm(training_differs): [4] -> [3] { Linear(5), Dropout(0.4), BatchNorm1d, Dropout(0.3), Relu, Linear(3) }
}

/// Sixty layers in blocks three deep, which is also a program whose compile time is measured.
#[path = "../../benches/compile_time/sixty_nested.rs"]
#[allow(dead_code)] // the program
mod sixty_nested;

mod sixty_layers_nested_three_deep {
    use super::sixty_nested::Nested;
    use super::*;

    #[test]
    fn gradients() {
        let computing = Nested::<f64>::LAYERS.iter().filter(|layer| {
            let blocks = ["Concat", "Residual", "Flatten"];
            !blocks.contains(&layer.declaration)
        });
        assert_eq!(computing.count(), 60);
        check_gradients::<Nested<f64>>();
    }
    #[test]
    fn forward() {
        check_forward::<Nested<f64>>(false);
    }
}

/// `y = a·x²` with a trained `a`; saves `x²`.
#[derive(Clone, Copy, Default)]
struct Gain;

impl Layer<f64> for Gain {
    type Input = [f64; 3];
    type Output = [f64; 3];
    type Parameters = [f64; 3];
    type Buffers = ();
    const PARAMETERS: &'static [Tensor] = &[Tensor::new("weight", &[3])];
    const SAVED: usize = 3;

    fn forward<E: Element<f64>>(&self, cx: Forward<f64, Self, E>, x: &[E; 3], y: &mut [E; 3]) {
        for i in 0..3 {
            y[i] = x[i] * x[i] * cx.parameters[i];
        }
        // Inference keeps nothing.
        for (saved, x) in cx.saved.iter_mut().zip(x) {
            *saved = *x * *x;
        }
    }
    fn backward<E: Element<f64>>(
        &self,
        cx: Backward<f64, Self, E>,
        x: &[E; 3],
        _: &[E; 3],
        dy: &[E; 3],
        dx: &mut [E; 3],
    ) {
        for i in 0..3 {
            dx[i] = dy[i] * x[i] * (2.0 * cx.parameters[i]);
            cx.gradients[i] += (dy[i] * cx.saved[i]).sum();
        }
    }
}
