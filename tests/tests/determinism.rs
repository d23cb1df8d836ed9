//! The same seed gives the same bits.

use chainrule::optimizers::Adam;
use chainrule::prelude::*;

network! {
    struct Cnn: [1, 6, 6] -> [3] {
        Conv2d(4, kernel = 3), BatchNorm2d, Relu, MaxPool2d(2), Flatten, Dropout(0.3), Linear(8), Gelu, Linear(3),
    }
}

network! {
    struct Mlp: [5] -> [3] { Linear(17), Tanh, Dropout(0.5), Linear(9), Silu, Linear(3) }
}

const SAMPLES: usize = 100;

type Image = [[[f32; 6]; 6]; 1];

fn images() -> (Vec<Image>, Vec<usize>) {
    let mut rng = StdRng::seed_from_u64(1);
    (0..SAMPLES)
        .map(|_| (rng.random::<Image>(), rng.random_range(0..3)))
        .unzip()
}

fn vectors() -> (Vec<[f32; 5]>, Vec<usize>) {
    let mut rng = StdRng::seed_from_u64(2);
    (0..SAMPLES)
        .map(|_| (rng.random::<[f32; 5]>(), rng.random_range(0..3)))
        .unzip()
}

/// The bits of everything that training leaves: losses, parameters, buffers, outputs.
fn bits<N: Network<Scalar = f32>>(
    inputs: &[N::Input],
    labels: &[usize],
    seed: u64,
    capacity: usize,
) -> Vec<u32>
where
    N::Input: chainrule::Sample<N::Input>,
    for<'a> CrossEntropyLoss<'a, f32>: chainrule::losses::Loss<f32, N::Output, usize>,
{
    let mut network = N::init(&mut StdRng::seed_from_u64(7));
    let mut workspace = N::workspace_with_capacity(capacity);
    workspace.set_seed(seed);
    let mut adam = Adam::new(&network);
    let mut scalars = Vec::new();
    for _ in 0..5 {
        let loss = CrossEntropyLoss::default();
        scalars.push(
            network
                .backpropagate(inputs, labels, &loss, &mut workspace)
                .unwrap(),
        );
        adam.step(&mut *network, workspace.gradients());
    }
    scalars.extend_from_slice(network.parameters());
    scalars.extend_from_slice(network.buffers());
    let mut outputs: Vec<N::Output> = bytemuck::zeroed_vec(inputs.len());
    network
        .forward_batch(inputs, &mut outputs, &mut workspace)
        .unwrap();
    scalars.extend_from_slice(bytemuck::cast_slice(&outputs));
    scalars.into_iter().map(f32::to_bits).collect()
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let (inputs, labels) = images();
    let run = |seed| bits::<Cnn>(&inputs, &labels, seed, SAMPLES);
    assert!(run(3) == run(3));
    let (inputs, labels) = vectors();
    let run = |seed| bits::<Mlp>(&inputs, &labels, seed, SAMPLES);
    assert!(run(3) == run(3));
}

#[test]
fn another_seed_drops_other_elements() {
    let (inputs, labels) = vectors();
    let run = |seed| bits::<Mlp>(&inputs, &labels, seed, SAMPLES);
    assert!(run(3) != run(4));
}

#[test]
fn another_thread_gives_the_same_bits() {
    let (inputs, labels) = images();
    let here = bits::<Cnn>(&inputs, &labels, 3, SAMPLES);
    let there = std::thread::spawn(move || bits::<Cnn>(&inputs, &labels, 3, SAMPLES))
        .join()
        .unwrap();
    assert!(here == there);
}

/// Where samples do not mix, a batch larger than the workspace goes through it in pieces: the dropped elements and the
/// order of every sum stay the same.
#[test]
fn another_capacity_gives_the_same_bits() {
    let (inputs, labels) = vectors();
    let whole = bits::<Mlp>(&inputs, &labels, 3, 112);
    for capacity in [16, 32, 48, 1000] {
        assert!(
            bits::<Mlp>(&inputs, &labels, 3, capacity) == whole,
            "capacity {capacity}"
        );
    }
}

#[test]
fn initial_values_come_from_the_seed_alone() {
    let network = |seed| Cnn::init(&mut StdRng::seed_from_u64(seed));
    assert_eq!(network(1).parameters(), network(1).parameters());
    assert_ne!(network(1).parameters(), network(2).parameters());
    let mut reset = network(2);
    reset.reset(&mut StdRng::seed_from_u64(1));
    assert_eq!(reset.parameters(), network(1).parameters());
    assert_eq!(reset.buffers(), network(1).buffers());
}
