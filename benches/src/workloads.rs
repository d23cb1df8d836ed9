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
pub type Call = Box<dyn FnMut()>;

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
    prepare: fn() -> Call,
}

impl Workload {
    const fn forward<N: Network<Scalar = f32>>(name: &'static str) -> Self {
        Self {
            name,
            samples: 1,
            flops: 2 * N::MACS,
            training: false,
            prepare: forward::<N>,
        }
    }

    /// Backward costs the forward pass twice, without the input gradient of the first layer, which nobody reads.
    const fn step<N: Network<Scalar = f32>>(
        name: &'static str,
        samples: usize,
        prepare: fn() -> Call,
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
    pub fn prepare(&self) -> Call {
        (self.prepare)()
    }
}

/// All rows, in the table's order.
pub const ALL: &[Workload] = &[
    Workload::forward::<Controller>("I1"),
    Workload::forward::<Policy>("I2"),
    Workload::forward::<Perceptron>("I3"),
    Workload::forward::<LeNet5>("I4"),
    Workload::forward::<Wide>("I6"),
    Workload::step::<Perceptron>("T1_b32", 32, || classify::<Perceptron>(32)),
    Workload::step::<Perceptron>("T1_b256", 256, || classify::<Perceptron>(256)),
    Workload::step::<LeNet5>("T2_b32", 32, || classify::<LeNet5>(32)),
    Workload::step::<LeNet5>("T2_b128", 128, || classify::<LeNet5>(128)),
    Workload::step::<Controller>("T3_b1", 1, || regress::<Controller>(1)),
    Workload::step::<Controller>("T3_b32", 32, || regress::<Controller>(32)),
    Workload::step::<Square>("T4_b128", 128, || regress::<Square>(128)),
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

/// Ten classes, cross-entropy, Adam.
fn classify<N>(batch: usize) -> Call
where
    N: Network<Scalar = f32, Output = [f32; 10]>,
{
    let labels = (0..batch).map(|i| (i % 10) as u8).collect();
    step::<N, _, _, _>(batch, labels, CrossEntropyLoss::default(), |network| {
        Adam::new(network).learning_rate(1e-3)
    })
}

/// Targets of zero, mean squared error, plain SGD.
fn regress<N: Network<Scalar = f32>>(batch: usize) -> Call
where
    MseLoss: Loss<f32, N::Output, N::Output>,
{
    let targets = vec![N::Output::zeroed(); batch];
    step::<N, _, _, _>(batch, targets, MseLoss::default(), |network| {
        Sgd::new(network, 1e-2)
    })
}

/// A whole training step on a fixed batch: backpropagation and update.
fn step<N, Y, L, O>(batch: usize, targets: Vec<Y>, loss: L, optimizer: fn(&N) -> O) -> Call
where
    N: Network<Scalar = f32>,
    Y: 'static,
    L: Loss<f32, N::Output, Y> + 'static,
    O: Optimizer<f32> + 'static,
{
    let mut rng = StdRng::seed_from_u64(1);
    let mut network = N::init(&mut rng);
    let inputs = samples::<N::Input>(batch, &mut rng);
    let mut workspace = N::workspace();
    let mut optimizer = optimizer(&network);
    Box::new(move || {
        let loss = network.backpropagate(
            black_box(&inputs),
            black_box(&targets),
            &loss,
            &mut workspace,
        );
        optimizer.step(&mut network, workspace.gradients());
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
