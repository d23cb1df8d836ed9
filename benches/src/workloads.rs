//! The networks that everybody runs, and what is timed of each. `benches/README.md` has the table.

use bytemuck::Zeroable;
use chainrule::losses::Loss;
use chainrule::prelude::*;
use std::hint::black_box;

network! {
    /// I1 and T3: a controller.
    pub struct Controller: [4] -> [2] {
        Linear(32), Tanh,
        Linear(32), Tanh,
        Linear(2),
    }
}

network! {
    /// I2: a policy.
    pub struct Policy: [16] -> [8] {
        Linear(64), Relu,
        Linear(64), Relu,
        Linear(8),
    }
}

network! {
    /// I3 and T1: the usual perceptron for 28×28 grey images.
    pub struct Perceptron: [784] -> [10] {
        Linear(128), Relu,
        Linear(64), Relu,
        Linear(10),
    }
}

network! {
    /// I4 and T2: LeNet-5 with ReLU and max pooling.
    pub struct LeNet5: [1, 28, 28] -> [10] {
        Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
        Flatten,
        Linear(120), Relu,
        Linear(84), Relu,
        Linear(10),
    }
}

network! {
    /// I5gru: one number in, one out, a step at a time.
    pub struct Gated: [64, 1] -> [64, 1] { Gru(16), Linear(1) }
}

network! {
    /// I5lstm
    pub struct Memory: [64, 1] -> [64, 1] { Lstm(20), Linear(1) }
}

network! {
    /// I6: 7 MB of weights, so a single sample is bound by the memory they lie in.
    pub struct Wide: [512] -> [256] {
        Linear(1024), Relu,
        Linear(1024), Relu,
        Linear(256),
    }
}

network! {
    /// T4: square matrices.
    pub struct Square: [1024] -> [1024] {
        Linear(1024), Relu,
        Linear(1024), Relu,
        Linear(1024),
    }
}

/// A call to be timed.
pub type Call = Box<dyn FnMut() + Send>;

/// One row of the table.
pub struct Workload {
    /// `I3`, `T1_b256`.
    pub name: &'static str,
    /// How many samples a call works on.
    pub samples: usize,
    /// Floating-point operations a call.
    pub flops: usize,
    /// Whether a call is a whole training step: forward, backward, update.
    pub training: bool,
    prepare: Prepare,
}

/// Makes the call, for one thread or for the threads of the pool that it will be called on.
type Prepare = fn(Threads) -> Call;

/// Where a training step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// On the thread that calls.
    One,
    /// On the current pool.
    Pool,
}

impl Workload {
    const fn forward<N: Network<Scalar = f32>>(name: &'static str) -> Self {
        Self {
            name,
            samples: 1,
            flops: 2 * N::MACS,
            training: false,
            prepare: |_| forward::<N>(),
        }
    }

    const fn stream<N: Streamable<Scalar = f32>>(name: &'static str) -> Self {
        Self {
            name,
            samples: 1,
            flops: 2 * N::STEP_MACS,
            training: false,
            prepare: |_| stream::<N>(),
        }
    }

    /// Backward costs the forward pass twice, without the input gradient of the first layer, which nobody reads.
    const fn step<N: Network<Scalar = f32>>(
        name: &'static str,
        samples: usize,
        prepare: Prepare,
    ) -> Self {
        Self {
            name,
            samples,
            flops: samples * 2 * (3 * N::MACS - N::LAYERS[0].macs),
            training: true,
            prepare,
        }
    }

    /// Makes the network and its data; what it returns does the same work each time.
    pub fn prepare(&self, threads: Threads) -> Call {
        (self.prepare)(threads)
    }
}

/// All rows, in the table's order.
pub const ALL: &[Workload] = &[
    Workload::forward::<Controller>("I1"),
    Workload::forward::<Policy>("I2"),
    Workload::forward::<Perceptron>("I3"),
    Workload::forward::<LeNet5>("I4"),
    Workload::stream::<Gated>("I5gru"),
    Workload::stream::<Memory>("I5lstm"),
    Workload::forward::<Wide>("I6"),
    Workload::step::<Perceptron>("T1_b16", 16, |threads| classify::<Perceptron>(16, threads)),
    Workload::step::<Perceptron>("T1_b32", 32, |threads| classify::<Perceptron>(32, threads)),
    Workload::step::<Perceptron>("T1_b256", 256, |threads| {
        classify::<Perceptron>(256, threads)
    }),
    Workload::step::<LeNet5>("T2_b32", 32, |threads| classify::<LeNet5>(32, threads)),
    Workload::step::<LeNet5>("T2_b128", 128, |threads| classify::<LeNet5>(128, threads)),
    Workload::step::<Controller>("T3_b1", 1, |threads| regress::<Controller>(1, threads)),
    Workload::step::<Controller>("T3_b32", 32, |threads| regress::<Controller>(32, threads)),
    Workload::step::<Square>("T4_b128", 128, |threads| regress::<Square>(128, threads)),
];

/// One forward call. Sixteen inputs in turn, as in the yardstick, so that none is constant.
fn forward<N: Network<Scalar = f32>>() -> Call {
    const INPUTS: usize = 16;
    let mut rng = StdRng::seed_from_u64(1);
    let network = N::init(&mut rng);
    let inputs = samples::<N::Input>(INPUTS, &mut rng);
    let mut next = 0;
    Box::new(move || {
        let input = &inputs[next % INPUTS];
        next += 1;
        black_box(&black_box(&*network).forward(black_box(input)));
    })
}

/// One step of a stream.
fn stream<N: Streamable<Scalar = f32>>() -> Call {
    const INPUTS: usize = 1024;
    let mut rng = StdRng::seed_from_u64(1);
    let mut stream = Stream::new(N::init(&mut rng));
    let inputs = samples::<N::StepInput>(INPUTS, &mut rng);
    let mut next = 0;
    Box::new(move || {
        let input = &inputs[next % INPUTS];
        next += 1;
        black_box(&black_box(&mut stream).step(black_box(input)));
    })
}

/// Ten classes, cross-entropy, Adam.
fn classify<N>(batch: usize, threads: Threads) -> Call
where
    N: Network<Scalar = f32, Output = [f32; 10]>,
{
    let labels = (0..batch).map(|i| (i % 10) as u8).collect();
    let loss = CrossEntropyLoss::default();
    step::<N, _, _, _>(batch, threads, labels, loss, |network| {
        Adam::new(network).learning_rate(1e-3)
    })
}

/// Targets of zero, mean squared error, plain SGD.
fn regress<N: Network<Scalar = f32>>(batch: usize, threads: Threads) -> Call
where
    MseLoss: Loss<f32, N::Output, N::Output>,
{
    let targets = vec![N::Output::zeroed(); batch];
    let loss = MseLoss::default();
    step::<N, _, _, _>(batch, threads, targets, loss, |network| {
        Sgd::new(network, 1e-2)
    })
}

/// A whole training step on a fixed batch: backpropagation and update in one, as in the yardstick.
fn step<N, Y, L, O>(
    batch: usize,
    threads: Threads,
    targets: Vec<Y>,
    loss: L,
    optimizer: fn(&N) -> O,
) -> Call
where
    N: Network<Scalar = f32>,
    Y: Send + Sync + 'static,
    L: Loss<f32, N::Output, Y> + Send + 'static,
    O: Optimizer<f32> + Send + 'static,
{
    let mut rng = StdRng::seed_from_u64(1);
    let mut network = N::init(&mut rng);
    let inputs = samples::<N::Input>(batch, &mut rng);
    let mut workspace = match threads {
        Threads::One => N::workspace(),
        Threads::Pool => N::parallel_workspace(),
    };
    let mut optimizer = optimizer(&network);
    Box::new(move || {
        let loss = optimizer.train_step(
            &mut *network,
            black_box(&inputs),
            black_box(&targets),
            &loss,
            &mut workspace,
        );
        black_box(loss).expect("the loss stays finite");
    })
}

/// Uniform between −1 and 1.
fn samples<S: Shape<Scalar = f32>>(count: usize, rng: &mut StdRng) -> Vec<S> {
    let mut samples = vec![S::zeroed(); count];
    for scalar in bytemuck::cast_slice_mut::<S, f32>(&mut samples) {
        *scalar = rng.random_range(-1.0..1.0);
    }
    samples
}
