//! Forward, backpropagation and step allocate nothing: a counting allocator is the witness.

use chainrule::Bag;
use chainrule::optimizers::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Adan, AveragedModel, Lamb, Lbfgs, Lion, Lookahead,
    Muon, NAdam, RAdam, RmsProp, ScheduleFree, clip_grad_norm, clip_grad_value,
};
use chainrule::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    /// Allocations of this thread: tests run beside each other.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

#[allow(unsafe_code)] // the trait is unsafe
// SAFETY: every call goes on to the system's allocator; the counter is a thread-local integer without a destructor,
// which allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `realloc`, and the memory came from `System`.
        unsafe { System.realloc(memory, layout, size) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory came from `System`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `run` returns, and how often it allocated.
fn allocations<R>(run: impl FnOnce() -> R) -> (R, usize) {
    let before = ALLOCATIONS.get();
    let result = run();
    (result, ALLOCATIONS.get() - before)
}

#[track_caller]
fn assert_none<R>(what: &str, run: impl FnOnce() -> R) -> R {
    let (result, count) = allocations(run);
    assert_eq!(count, 0, "allocations in {what}");
    result
}

network! {
    /// Every layer but the activations.
    struct Cnn: [2, 9, 9] -> [4] {
        Conv2d(6, kernel = 3, padding = 1), BatchNorm2d, Prelu, MaxPool2d(2),
        Dropout(0.25), Conv2d(6, kernel = 3, padding = 1, groups = 2, bias = false), AvgPool2d(2),
        AdaptiveAvgPool2d((2, 1)), Flatten, Reshape([3, 4]), BatchNorm1d, Softmax(0), Flatten,
        Linear(8), BatchNorm1d(affine = false), Relu, Linear(4), LogSoftmax,
    }
}

network! {
    /// Every recurrent layer.
    struct Sequences: [4, 3] -> [4] {
        Rnn(5), Gru(4, layers = 2, dropout = 0.2), Gru(3, reset_after = false), Lstm(3, bidirectional = true, last = true), Linear(4),
    }
}

network! {
    /// Layers of transformers.
    struct Transformer: [5, 8] -> [4] {
        PositionalEncoding(dropout = 0.1), PositionalEncoding(learned = true),
        MultiheadAttention(2, dropout = 0.1), MultiheadAttention(4, causal = true, window = 3),
        TransformerEncoderLayer(2, feedforward = 12), TransformerEncoderLayer(4, feedforward = 6, norm_first = true), Flatten, Linear(4),
    }
}

network! {
    /// Layers of sequences.
    struct Sequence: [2, 16] -> [4] {
        Conv1d(6, kernel = 3, causal = true, dilation = 2), Tanh, Conv1d(6, 3, padding = 1, groups = 2),
        Pad((1, 3), mode = reflect), Upsample(2, mode = linear), Slice(1, 2, 34), ConvTranspose1d(6, 3, padding = 1), Transpose, Permute([1, 0]),
        MaxPool1d(4), AvgPool1d(2), AdaptiveMaxPool1d(3), AdaptiveAvgPool1d(2),
        Add { { GlobalAvgPool } { GlobalMaxPool } {
            Reshape([12, 1, 1]), PixelShuffle(2), Pad(1), Upsample(2, mode = bilinear), Upsample(2), ConvTranspose2d(6, 4, stride = 2),
            AdaptiveMaxPool2d(1), Flatten,
        } },
        Linear(4), LogSoftmax,
    }
}

network! {
    /// Every layer that reads indices.
    struct Words: [6] -> [4] {
        Concat { { Embedding(9, 5, padding_idx = 0), Gru(4, last = true) } { EmbeddingBag(9, 20) } { EmbeddingBag(9, 3, mode = sum) } },
        Linear(4), LogSoftmax,
    }
}

network! {
    /// Inputs with names, and a layer of two.
    struct Critic: { state: [8], action: [2, 2] } -> [3] {
        Concat { { state, Linear(16), Relu } { Bilinear(5) { { state } { action, Flatten } } } { action, Conv1d(3, 1), GlobalAvgPool } },
        Linear(3),
    }
}

network! {
    /// Every layer that normalises a sample by its own statistics, functions with trained values, and gates.
    struct Norms: [2, 3, 4] -> [4] {
        InstanceNorm2d, Conv2d(4, 2), GroupNorm(2), LayerNorm(dims = 2), Reshape([4, 6]), InstanceNorm1d(affine = true), Flatten,
        RmsNorm, Linear(16), Glu, SwiGlu, LayerNorm(bias = false), Snake, Scale, LogSoftmax,
    }
}

network! {
    /// Every activation.
    struct Mlp: [5] -> [3] {
        Linear(16), Relu, Linear(16), Relu6, Linear(16), LeakyRelu, Linear(16), Elu, Linear(16), Selu, Linear(16), Celu,
        Linear(16), Gelu, Linear(16), Gelu(approximate = tanh), Linear(16), Silu, Linear(16), Mish, Linear(16), Hardswish,
        Linear(16), Hardsigmoid, Linear(16), Sigmoid, Linear(16), LogSigmoid, Linear(16), Tanh, Linear(16), Hardtanh,
        Linear(16), Softplus, Linear(16), Softsign, Linear(16), Tanhshrink, Linear(16), Softshrink, Linear(16), Threshold(0.1, 0.0),
        Linear(16), Clamp(min = -1.0), Linear(16), Square, Linear(16), ClippedRelu, Linear(16), SquaredClippedRelu, Linear(3),
    }
}

/// Forward, backpropagation (with and without input gradients) and steps of every optimizer.
fn check<N: Network<Scalar = f32>, Y: Sync>(
    inputs: &[N::Input],
    targets: &[Y],
    loss: &impl chainrule::losses::Loss<f32, N::Output, Y>,
) where
    N::Input: chainrule::Sample<N::Input>,
{
    let mut network = N::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = N::workspace();
    let mut outputs: Vec<N::Output> = bytemuck::zeroed_vec(inputs.len());
    let mut input_gradients: Vec<N::Input> = bytemuck::zeroed_vec(inputs.len());

    assert_none("forward_batch", || {
        network
            .forward_batch(inputs, &mut outputs, &mut workspace)
            .unwrap()
    });
    assert_none("backpropagate", || {
        network
            .backpropagate(inputs, targets, loss, &mut workspace)
            .unwrap()
    });
    assert_none("backpropagate_to_inputs", || {
        network
            .backpropagate_to_inputs(inputs, targets, loss, &mut workspace, &mut input_gradients)
            .unwrap()
    });
    let gradients = workspace.gradients();
    let mut sgd = Sgd::new(&network, 0.01).momentum(0.9);
    assert_none("Sgd", || sgd.step(&mut *network, gradients));
    let mut adam = Adam::new(&network).amsgrad(true);
    assert_none("Adam", || adam.step(&mut *network, gradients));
    let mut adam_w = AdamW::new(&network);
    assert_none("AdamW", || adam_w.step(&mut *network, gradients));
    let mut rms_prop = RmsProp::new(&network).momentum(0.9).centered(true);
    assert_none("RmsProp", || rms_prop.step(&mut *network, gradients));
    let mut adagrad = Adagrad::new(&network);
    assert_none("Adagrad", || adagrad.step(&mut *network, gradients));
    let mut adadelta = Adadelta::new(&network);
    assert_none("Adadelta", || adadelta.step(&mut *network, gradients));
    let mut adamax = Adamax::new(&network);
    assert_none("Adamax", || adamax.step(&mut *network, gradients));
    let mut nadam = NAdam::new(&network);
    assert_none("NAdam", || nadam.step(&mut *network, gradients));
    let mut radam = RAdam::new(&network);
    assert_none("RAdam", || radam.step(&mut *network, gradients));
    let mut lookahead = Lookahead::new(Adam::new(&network), &network).k(1);
    assert_none("Lookahead", || lookahead.step(&mut *network, gradients));
    let mut lbfgs = Lbfgs::new(&network, 3).max_iter(2);
    let mut calls = 0;
    assert_none("Lbfgs", || {
        let step = lbfgs.step(&mut network, |network, to| {
            calls += 1;
            to.copy_from_slice(network.parameters());
            Ok::<f32, ()>(to.iter().map(|g| g * g / 2.0).sum())
        });
        assert!(step.is_ok());
    });
    assert!(calls > 1);
    let mut average = AveragedModel::swa(&network);
    assert_none("AveragedModel", || {
        average.update(&network);
        average.swap(&mut network);
    });
    let mut lion = Lion::new(&network);
    assert_none("Lion", || lion.step(&mut *network, gradients));
    let mut lamb = Lamb::new(&*network);
    assert_none("Lamb", || lamb.step(&mut *network, gradients));
    let mut muon = Muon::new(&*network, AdamW::new(&network));
    assert_none("Muon", || muon.step(&mut *network, gradients));
    let mut adan = Adan::new(&network);
    assert_none("Adan", || adan.step(&mut *network, gradients));
    let mut schedule_free = ScheduleFree::new(&network);
    assert_none("ScheduleFree", || {
        schedule_free.step(&mut *network, gradients)
    });
    assert_none("accumulate and clipping", || {
        network
            .accumulate(inputs, targets, loss, &mut workspace)
            .unwrap();
        clip_grad_value(workspace.gradients_mut(), 0.1);
        clip_grad_norm(workspace.gradients_mut(), 0.01)
    });
}

/// Backpropagation and step in one, for several samples and, where a network takes that, for one.
fn check_train_step<N: Network<Scalar = f32>, Y: Sync>(
    inputs: &[N::Input],
    targets: &[Y],
    loss: &impl chainrule::losses::Loss<f32, N::Output, Y>,
) {
    let mut network = N::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = N::workspace();
    let mut sgd = Sgd::new(&network, 0.01);
    let mut adam = Adam::new(&network);
    let mut grouped = AdamW::new(&network);
    grouped
        .group(N::biases_and_norms(), |g| g.weight_decay(0.0))
        .group(N::all(), |g| g.learning_rate_factor(0.5));
    for samples in [inputs.len(), if N::CROSS_SAMPLE { 2 } else { 1 }] {
        let (inputs, targets) = (&inputs[..samples], &targets[..samples]);
        assert_none("train_step of Sgd", || {
            sgd.train_step(&mut *network, inputs, targets, loss, &mut workspace)
                .unwrap()
        });
        assert_none("train_step of Adam", || {
            adam.train_step(&mut *network, inputs, targets, loss, &mut workspace)
                .unwrap()
        });
        assert_none("train_step with groups", || {
            grouped
                .train_step(&mut *network, inputs, targets, loss, &mut workspace)
                .unwrap()
        });
        let gradients = workspace.gradients();
        assert_none("a step with groups", || {
            grouped.step(&mut *network, gradients);
        });
    }
}

#[test]
fn the_counter_counts() {
    let (boxed, count) = allocations(|| Box::new(1));
    assert_eq!((*boxed, count), (1, 1));
}

#[test]
fn a_network_of_every_layer_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(2);
    let inputs: Vec<[[[f32; 9]; 9]; 2]> = vec![rng.random(); 21];
    let labels: Vec<usize> = (0..21).map(|i| i % 4).collect();
    check::<Cnn, _>(&inputs, &labels, &NllLoss::default());
    check::<Cnn, _>(&inputs, &labels, &CrossEntropyLoss::default());
    check_train_step::<Cnn, _>(&inputs, &labels, &NllLoss::default());
    let network = Cnn::init(&mut rng);
    assert_none("forward", || network.forward(&inputs[0]));
}

#[test]
fn a_network_of_every_recurrent_layer_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(2);
    let inputs: Vec<[[f32; 3]; 4]> = vec![rng.random(); 21];
    let labels: Vec<usize> = (0..21).map(|i| i % 4).collect();
    check::<Sequences, _>(&inputs, &labels, &CrossEntropyLoss::default());
    check_train_step::<Sequences, _>(&inputs, &labels, &CrossEntropyLoss::default());
    let network = Sequences::init(&mut rng);
    assert_none("forward", || network.forward(&inputs[0]));
}

#[test]
fn a_network_of_sequences_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(5);
    let inputs: Vec<[[f32; 16]; 2]> = vec![rng.random(); 21];
    let labels: Vec<usize> = (0..21).map(|i| i % 4).collect();
    check::<Sequence, _>(&inputs, &labels, &NllLoss::default());
    check_train_step::<Sequence, _>(&inputs, &labels, &NllLoss::default());
    let network = Sequence::init(&mut rng);
    assert_none("forward", || network.forward(&inputs[0]));
}

#[test]
fn a_network_of_indices_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(5);
    let indices: Vec<[u8; 6]> = (0..21)
        .map(|_| std::array::from_fn(|_| rng.random_range(0..9)))
        .collect();
    let inputs: Vec<[f32; 6]> = indices
        .iter()
        .map(|indices| indices.map(f32::from))
        .collect();
    let labels: Vec<usize> = (0..21).map(|i| i % 4).collect();
    check::<Words, _>(&inputs, &labels, &NllLoss::default());
    check_train_step::<Words, _>(&inputs, &labels, &NllLoss::default());
    let mut network = Words::init(&mut rng);
    assert_none("forward", || network.forward(&indices[0]));
    let (mut workspace, mut sgd) = (Words::workspace(), Sgd::new(&network, 0.1));
    assert_none("train_step with integers", || {
        sgd.train_step(
            &mut *network,
            &indices,
            &labels,
            &NllLoss::default(),
            &mut workspace,
        )
        .unwrap()
    });
    let error = assert_none("an index out of range", || {
        network.backpropagate(
            &[[9_u8; 6]],
            &labels[..1],
            &NllLoss::default(),
            &mut workspace,
        )
    });
    assert!(error.is_err());
}

#[test]
fn a_network_of_several_inputs_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(5);
    let inputs: Vec<CriticInput> = (0..21)
        .map(|_| CriticInput {
            state: rng.random(),
            action: rng.random(),
        })
        .collect();
    let targets: Vec<[f32; 3]> = (0..21).map(|_| rng.random()).collect();
    check::<Critic, _>(&inputs, &targets, &MseLoss::default());
    check_train_step::<Critic, _>(&inputs, &targets, &MseLoss::default());
    let network = Critic::init(&mut rng);
    assert_none("forward", || network.forward(&inputs[0]));
}

#[test]
fn an_accumulator_allocates_nothing() {
    network! { struct Evaluation: [6] -> [4] { SparseLinear(90, 40), ClippedRelu, Linear(4) } }

    let mut network = Evaluation::init(&mut StdRng::seed_from_u64(5));
    let bags = [Bag::<6>::try_from([3, 80].as_slice()).unwrap(); 21];
    let mut workspace = Evaluation::workspace();
    assert_none("backpropagate", || {
        network
            .backpropagate(
                &bags,
                &[1_u8; 21],
                &CrossEntropyLoss::default(),
                &mut workspace,
            )
            .unwrap()
    });
    let mut accumulator = assert_none("accumulator", || network.accumulator());
    assert_none("its changes and forward_from", || {
        accumulator.refresh(&network, &[1, 2, 3]);
        accumulator.add(&network, 80);
        accumulator.remove(&network, 2);
        accumulator.update(&network, &[7, 8], &[1]);
        network.forward_from(&accumulator)
    });
}

#[test]
fn a_transformer_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(5);
    let inputs: Vec<[[f32; 8]; 5]> = vec![rng.random(); 21];
    let labels: Vec<usize> = (0..21).map(|i| i % 4).collect();
    check::<Transformer, _>(&inputs, &labels, &CrossEntropyLoss::default());
    check_train_step::<Transformer, _>(&inputs, &labels, &CrossEntropyLoss::default());
    let network = Transformer::init(&mut rng);
    assert_none("forward", || network.forward(&inputs[0]));
}

#[test]
fn a_network_of_every_norm_of_samples_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(2);
    let inputs: Vec<[[[f32; 4]; 3]; 2]> = vec![rng.random(); 21];
    let labels: Vec<usize> = (0..21).map(|i| i % 4).collect();
    check::<Norms, _>(&inputs, &labels, &NllLoss::default());
    check_train_step::<Norms, _>(&inputs, &labels, &NllLoss::default());
    let network = Norms::init(&mut rng);
    assert_none("forward", || network.forward(&inputs[0]));
}

#[test]
fn a_network_of_every_activation_allocates_nothing() {
    let mut rng = StdRng::seed_from_u64(3);
    let inputs: Vec<[f32; 5]> = (0..21).map(|_| rng.random()).collect();
    let targets: Vec<[f32; 3]> = (0..21).map(|_| rng.random()).collect();
    check::<Mlp, _>(&inputs, &targets, &MseLoss::default());
    check::<Mlp, _>(&inputs, &targets, &L1Loss::default());
    check_train_step::<Mlp, _>(&inputs, &targets, &MseLoss::default());
    check::<Mlp, _>(&inputs, &targets, &SmoothL1Loss::default());
    check::<Mlp, _>(&inputs, &targets, &HuberLoss::default());
    check::<Mlp, _>(&inputs, &targets, &CrossEntropyLoss::default());
    check::<Mlp, _>(&inputs, &targets, &BceWithLogitsLoss::default());
    check::<Mlp, _>(&inputs, &targets, &KlDivLoss::default());
    let network = Mlp::init(&mut rng);
    assert_none("forward", || network.forward(&inputs[0]));
    assert_none("forward of an SVector", || {
        network.forward(&nalgebra::SVector::from(inputs[0]))
    });
}

#[test]
fn an_error_allocates_nothing() {
    let mut network = Mlp::init(&mut StdRng::seed_from_u64(4));
    let mut workspace = Mlp::workspace();
    let (inputs, labels) = ([[0.0; 5]; 2], [0, 7]);
    let loss = CrossEntropyLoss::default();
    let error = assert_none("a class out of range", || {
        network.backpropagate(&inputs, &labels, &loss, &mut workspace)
    });
    assert!(error.is_err());
    let inputs = [[f32::NAN; 5]; 2];
    let error = assert_none("a loss of NaN", || {
        network.backpropagate(&inputs, &[0, 1], &loss, &mut workspace)
    });
    assert!(error.is_err());
}

network! {
    struct Causal: [2, 32] -> [3, 32] {
        Residual { Conv1d(2, kernel = 3, dilation = 4, causal = true), Tanh, Dropout(0.1) },
        Conv1d(4, kernel = 2, groups = 2, causal = true), BatchNorm1d,
        Transpose, LayerNorm, Lstm(5, layers = 2), Gru(6), Rnn(4), Linear(3), Softmax, Transpose,
    }
}

network! {
    struct Language: [6] -> [6, 9] {
        Embedding(9, 8), PositionalEncoding, TransformerEncoderLayer(2, feedforward = 16, causal = true, window = 4), Linear(9),
    }
}

#[test]
fn a_stream_of_indices_allocates_nothing() {
    let net = Language::init(&mut StdRng::seed_from_u64(3));
    let mut stream = assert_none("stream", || net.stream());
    for t in 0..40_u8 {
        assert_none("step", || stream.step(&[t % 9]));
    }
}

#[test]
fn a_stream_allocates_nothing() {
    let net = Causal::init(&mut StdRng::seed_from_u64(3));
    let mut stream = assert_none("stream", || net.stream());
    for t in 0..40 {
        assert_none("step", || stream.step(&[t as f32, 0.5]));
    }
    assert_none("reset", || stream.reset());
}

network! {
    struct Small: [1, 8, 8] -> [10] {
        Conv2d(6, kernel = 3, padding = 1), BatchNorm2d, Relu, MaxPool2d(2), Residual { Conv2d(6, kernel = 1), Tanh },
        AvgPool2d(2), Flatten, Linear(10), Softmax,
    }
    quantize = int8
}

#[test]
fn int8_forward_allocates_nothing() {
    let net = Small::init(&mut StdRng::seed_from_u64(1));
    let image = [[[0.5; 8]; 8]];
    let quantized = QSmall::calibrate(&net, &[image]).unwrap();
    let bytes = quantized.to_bytes();
    let mut loaded = QSmall::zeroed();
    assert_none("load_bytes", || loaded.load_bytes(&bytes)).unwrap();
    let (output, count) = allocations(|| loaded.forward(&image));
    assert_eq!(count, 0);
    assert!((output.iter().sum::<f32>() - 1.0).abs() < 1e-5);
}

#[test]
fn a_slot_allocates_nothing_on_either_side() {
    let net = Causal::init(&mut StdRng::seed_from_u64(3));
    let (mut sender, receiver) = net.slot();
    let mut stream = Stream::new(receiver);
    for t in 0..40 {
        if t % 7 == 0 {
            assert_none("publish", || sender.publish(&net));
        }
        let new = assert_none("update", || stream.network_mut().update());
        assert_eq!(new, t % 7 == 0);
        assert_none("step", || stream.step(&[t as f32, 0.5]));
    }
}
