//! `train_step` against `backpropagate` and `step`.

use chainrule::losses::Loss;
use chainrule::optimizers::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Adan, Lamb, Lion, Lookahead, Muon, NAdam, RAdam,
    RmsProp, ScheduleFree,
};
use chainrule::prelude::*;

network! {
    /// Small enough to be one function for each instruction set.
    struct Mlp: [5] -> [3] { Linear(33), Tanh, Linear(16, bias = false), Relu, Linear(3) }
}

network! {
    struct Large: [40] -> [3] { Linear(200), Relu, Linear(100), Prelu, Linear(3) }
}

network! {
    struct Cnn: [1, 8, 8] -> [3] {
        Conv2d(6, kernel = 3, padding = 1), Relu, MaxPool2d(2), Flatten, Dropout(0.25), Linear(20), Tanh, Linear(3),
    }
}

network! {
    struct Decoder: [1, 9] -> [3] {
        Conv1d(4, kernel = 3, causal = true), Relu, ConvTranspose1d(3, 4, stride = 2), Tanh, GlobalAvgPool,
    }
}

network! {
    struct Normed: [5] -> [3] { Linear(16), BatchNorm1d, Relu, Linear(3) }
}

const STEPS: usize = 4;

fn inputs<N: Network<Scalar = f32>>(samples: usize) -> Vec<N::Input> {
    let mut rng = StdRng::seed_from_u64(3);
    let mut inputs = bytemuck::zeroed_vec::<N::Input>(samples);
    for scalar in bytemuck::cast_slice_mut::<N::Input, f32>(&mut inputs) {
        *scalar = rng.random_range(-1.0..1.0);
    }
    inputs
}

/// Network and optimizer after a few steps, in one call or in two each, with every loss.
fn train<N, O>(samples: usize, optimizer: impl Fn(&N) -> O, fused: bool) -> (Box<N>, O, Vec<f32>)
where
    N: Network<Scalar = f32, Output = [f32; 3]>,
    O: Optimizer<f32>,
{
    let mut network = N::init(&mut StdRng::seed_from_u64(1));
    let mut optimizer = optimizer(&network);
    let mut workspace = N::workspace_with_capacity(32);
    let inputs = inputs::<N>(samples);
    let labels: Vec<usize> = (0..samples).map(|i| i % 3).collect();
    let loss = CrossEntropyLoss::default();
    let losses = (0..STEPS).map(|_| {
        if fused {
            let network = &mut *network;
            return optimizer
                .train_step(network, &inputs, &labels, &loss, &mut workspace)
                .unwrap();
        }
        let total = network
            .backpropagate(&inputs, &labels, &loss, &mut workspace)
            .unwrap();
        optimizer.step(&mut *network, workspace.gradients());
        total
    });
    let losses = losses.collect();
    (network, optimizer, losses)
}

/// The same bits, or for `rounded` nearly the same.
#[track_caller]
fn check_optimizer<N, O>(samples: usize, optimizer: impl Fn(&N) -> O, rounded: bool)
where
    N: Network<Scalar = f32, Output = [f32; 3]>,
    O: Optimizer<f32>,
{
    let (network, together, losses) = train(samples, &optimizer, true);
    let (expected, apart, expected_losses) = train(samples, &optimizer, false);
    let start = N::init(&mut StdRng::seed_from_u64(1));
    assert_ne!(network.parameters(), start.parameters());
    assert_eq!((together.steps(), apart.steps()), (4, 4));
    let pairs = [
        (network.parameters(), expected.parameters()),
        (network.buffers(), expected.buffers()),
        (&losses, &expected_losses),
    ];
    let states = together.state().zip(apart.state());
    for (a, b) in pairs.into_iter().chain(states.map(|(a, b)| (a.1, b.1))) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            let bound = if rounded {
                2e-6 * b.abs().max(1.0)
            } else {
                0.0
            };
            assert!((a - b).abs() <= bound, "{samples} samples: {a} beside {b}");
        }
    }
}

/// The optimizers that differ in their state.
fn check<N: Network<Scalar = f32, Output = [f32; 3]>>(batches: &[usize]) {
    for &samples in batches {
        check_optimizer::<N, _>(samples, |n| Sgd::new(n, 0.1), samples == 1);
        check_optimizer::<N, _>(samples, |n| Sgd::new(n, 0.1).momentum(0.9), false);
        check_optimizer::<N, _>(samples, |n| Adam::new(n).learning_rate(0.01), false);
        check_optimizer::<N, _>(samples, |n| RmsProp::new(n), false);
    }
}

#[test]
fn a_step_in_one_is_the_two_calls() {
    // More than 32 samples do not fit the workspace at once.
    check::<Mlp>(&[1, 5, 16, 32, 40]);
    check::<Large>(&[1, 5, 16, 40]);
    check::<Cnn>(&[1, 5, 16, 40]);
    check::<Decoder>(&[1, 5, 16, 40]);
    check::<Normed>(&[2, 5, 16, 32]);
}

#[test]
fn options_make_no_difference() {
    for samples in [1, 5, 40] {
        let sgd = |n: &Mlp| Sgd::new(n, 0.1);
        check_optimizer(samples, |n| sgd(n).weight_decay(0.01), false);
        check_optimizer(samples, |n| sgd(n).momentum(0.9).dampening(0.5), false);
        check_optimizer(samples, |n| sgd(n).momentum(0.9).nesterov(true), false);
        check_optimizer(samples, |n: &Mlp| Adam::new(n).amsgrad(true), false);
        let rms_prop = |n: &Mlp| RmsProp::new(n).momentum(0.9).centered(true);
        check_optimizer(samples, rms_prop, false);
        check_optimizer(samples, |n: &Mlp| AdamW::new(n), false);
        check_optimizer(samples, |n: &Mlp| Adagrad::new(n), false);
        check_optimizer(samples, |n: &Mlp| Adadelta::new(n), false);
        check_optimizer(samples, |n: &Mlp| Adamax::new(n), false);
        check_optimizer(samples, |n: &Mlp| NAdam::new(n), false);
        check_optimizer(samples, |n: &Mlp| RAdam::new(n), false);
        check_optimizer(samples, |n: &Mlp| Lion::new(n), false);
        check_optimizer(samples, |n: &Mlp| Muon::new(n, AdamW::new(n)), false);
        check_optimizer(samples, |n: &Cnn| Muon::new(n, Sgd::new(n, 0.1)), false);
        let lookahead = |n: &Mlp| Lookahead::new(Adam::new(n), n).k(2);
        check_optimizer(samples, lookahead, false);
        check_optimizer(samples, |n: &Mlp| Lamb::new(n), false);
        check_optimizer(samples, |n: &Cnn| Lamb::new(n), false);
        check_optimizer(samples, |n: &Mlp| Adan::new(n), false);
        check_optimizer(samples, |n: &Mlp| ScheduleFree::new(n), false);
    }
}

/// Plain gradient descent without an override.
struct Own(f32);

impl Optimizer<f32> for Own {
    fn step_slices(&mut self, parameters: &mut [f32], gradients: &[f32]) {
        for (w, g) in parameters.iter_mut().zip(gradients) {
            *w -= 0.1 * g;
        }
        self.0 += 1.0;
    }
    fn current_learning_rate(&self) -> f64 {
        0.1
    }
    fn set_learning_rate(&mut self, _: f64) {}
    fn steps(&self) -> u64 {
        self.0 as u64
    }
    fn set_steps(&mut self, steps: u64) {
        self.0 = steps as f32;
    }
    fn state(&self) -> impl Iterator<Item = (&'static str, &[f32])> {
        [].into_iter()
    }
    fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [f32])> {
        [].into_iter()
    }
}

#[test]
fn an_optimizer_of_the_user_makes_the_two_calls() {
    check_optimizer::<Mlp, _>(5, |_| Own(0.0), false);
}

/// An error leaves network and optimizer as they were.
#[track_caller]
fn check_error<Y: Sync>(
    optimizer: &mut impl Optimizer<f32>,
    network: &mut Mlp,
    inputs: &[[f32; 5]],
    targets: &[Y],
    loss: &impl Loss<f32, [f32; 3], Y>,
) {
    let bits = |scalars: &[f32]| scalars.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let parameters = bits(network.parameters());
    let before: Vec<_> = optimizer.state().map(|(_, state)| bits(state)).collect();
    let steps = optimizer.steps();
    for capacity in [16, 64] {
        let mut workspace = Mlp::workspace_with_capacity(capacity);
        let result = optimizer.train_step(network, inputs, targets, loss, &mut workspace);
        assert!(result.is_err());
        assert_eq!(bits(network.parameters()), parameters);
        let after: Vec<_> = optimizer.state().map(|(_, state)| bits(state)).collect();
        assert_eq!((after, optimizer.steps()), (before.clone(), steps));
    }
}

#[test]
fn an_error_changes_nothing() {
    let mut network = Mlp::init(&mut StdRng::seed_from_u64(1));
    let network = &mut *network;
    let mut check = |samples: usize| {
        let mut inputs = vec![[0.5; 5]; samples];
        let targets = vec![[0.0; 3]; samples];
        let mse = MseLoss::default();
        inputs[samples - 1][2] = f32::NAN;
        let mut sgd = Sgd::new(network, 0.1).momentum(0.9);
        let mut workspace = Mlp::workspace();
        check_error(&mut sgd, network, &inputs, &targets, &mse);
        // What is in the buffer before the first step counts as nothing, and stays.
        sgd.state_mut().for_each(|(_, state)| state.fill(3.0));
        check_error(&mut sgd, network, &inputs, &targets, &mse);
        let mut adam = Adam::new(network);
        check_error(&mut adam, network, &inputs, &targets, &mse);
        inputs[samples - 1][2] = 0.0;
        sgd.train_step(network, &inputs, &targets, &mse, &mut workspace)
            .unwrap();
        adam.train_step(network, &inputs, &targets, &mse, &mut workspace)
            .unwrap();
        inputs[0][0] = f32::INFINITY;
        let infinite = vec![[f32::INFINITY; 3]; samples];
        check_error(&mut sgd, network, &inputs, &infinite, &mse);
        check_error(&mut adam, network, &inputs, &infinite, &mse);
        check_error(&mut adam, network, &[], &[] as &[[f32; 3]], &mse);
        let labels = vec![7_usize; samples];
        check_error(
            &mut adam,
            network,
            &inputs,
            &labels,
            &CrossEntropyLoss::default(),
        );
    };
    for samples in [1, 5, 40] {
        check(samples);
    }
}
