//! Training and inference on pools of several sizes.

use chainrule::optimizers::{Adam, RmsProp};
use chainrule::prelude::*;
use chainrule::{Sample, losses::Loss};

network! {
    /// Wide enough that a lane group is worth a thread.
    struct Mlp: [200] -> [10] { Linear(400), Relu, Dropout(0.3), Linear(200), Tanh, Linear(10) }
}

network! {
    /// Many multiply-adds for each parameter: as many leaves as there can be.
    struct Cnn: [1, 24, 24] -> [10] {
        Conv2d(8, kernel = 5), Relu, MaxPool2d(2), Dropout(0.25), Conv2d(16, kernel = 3), Gelu, MaxPool2d(2), Flatten,
        Linear(32), Silu, Linear(10),
    }
}

network! {
    /// Too many parameters for leaves: its layers and steps are divided instead.
    struct Wide: [600] -> [10] { Linear(1000), Relu, Linear(10) }
}

network! {
    struct Normalized: [1, 24, 24] -> [10] {
        Conv2d(8, kernel = 5), BatchNorm2d, Relu, MaxPool2d(2), Flatten, Linear(10),
    }
}

const THREADS: [usize; 4] = [1, 2, 3, 8];

fn pool(threads: usize) -> rayon::ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap()
}

fn batch<N: Network<Scalar = f32>>(samples: usize) -> (Vec<N::Input>, Vec<usize>) {
    let mut rng = StdRng::seed_from_u64(samples as u64);
    let mut inputs: Vec<N::Input> = bytemuck::zeroed_vec(samples);
    for scalar in bytemuck::cast_slice_mut::<N::Input, f32>(&mut inputs) {
        *scalar = rng.random_range(-1.0..1.0);
    }
    (inputs, (0..samples).map(|i| i % 10).collect())
}

/// What ten steps leave.
struct Trained<I> {
    losses: Vec<f32>,
    gradients: Vec<f32>,
    input_gradients: Vec<I>,
    parameters: Vec<f32>,
    buffers: Vec<f32>,
    outputs: Vec<[f32; 10]>,
}

impl<I: bytemuck::Pod> Trained<I> {
    fn bits(&self) -> Vec<u32> {
        let inputs: &[f32] = bytemuck::cast_slice(&self.input_gradients);
        let outputs = self.outputs.as_flattened();
        let parts = [
            &self.losses,
            &self.gradients,
            &self.parameters,
            &self.buffers,
        ];
        let parts = parts.into_iter().flatten().chain(inputs).chain(outputs);
        parts.map(|x| x.to_bits()).collect()
    }
}

fn train<N: Network<Scalar = f32, Output = [f32; 10]>>(
    mut workspace: chainrule::HeapWorkspace<N>,
    samples: usize,
) -> Trained<N::Input> {
    let (inputs, labels) = batch::<N>(samples);
    let mut network = N::init(&mut StdRng::seed_from_u64(7));
    workspace.set_seed(3);
    let mut adam = Adam::new(&network).amsgrad(true);
    let mut rms_prop = RmsProp::new(&network).momentum(0.5);
    let mut sgd = Sgd::new(&network, 0.01).momentum(0.9);
    let mut input_gradients: Vec<N::Input> = bytemuck::zeroed_vec(samples);
    let loss = CrossEntropyLoss::default();
    let losses = (0..10).map(|step| {
        let loss = if step < 9 {
            network.backpropagate(&inputs, &labels, &loss, &mut workspace)
        } else {
            let (x, dx) = (&inputs, &mut input_gradients);
            network.backpropagate_to_inputs(x, &labels, &loss, &mut workspace, dx)
        };
        match step % 3 {
            0 => adam.step(&mut *network, workspace.gradients()),
            1 => rms_prop.step(&mut *network, workspace.gradients()),
            _ => sgd.step(&mut *network, workspace.gradients()),
        }
        loss.unwrap()
    });
    let losses = losses.collect();
    let mut outputs = vec![[0.0; 10]; samples];
    network
        .forward_batch(&inputs, &mut outputs, &mut workspace)
        .unwrap();
    Trained {
        losses,
        gradients: workspace.gradients().parameters().to_vec(),
        input_gradients,
        parameters: network.parameters().to_vec(),
        buffers: network.buffers().to_vec(),
        outputs,
    }
}

fn same_bits<N: Network<Scalar = f32, Output = [f32; 10]>>(batches: &[usize]) {
    for &samples in batches {
        let bits =
            |threads| pool(threads).install(|| train::<N>(N::parallel_workspace(), samples).bits());
        let on_one = bits(1);
        for threads in THREADS {
            assert!(
                bits(threads) == on_one,
                "{samples} samples, {threads} threads"
            );
        }
        // As much room as the batch needs: the same leaves.
        let fitting = || train::<N>(N::parallel_workspace_with_capacity(samples), samples).bits();
        assert!(pool(2).install(fitting) == on_one, "{samples} samples");
    }
}

const BATCHES: [usize; 5] = [1, 16, 17, 100, 256];

#[test]
fn any_number_of_threads_gives_the_same_bits_for_vectors() {
    same_bits::<Mlp>(&BATCHES);
}

#[test]
fn any_number_of_threads_gives_the_same_bits_for_images() {
    same_bits::<Cnn>(&BATCHES);
}

#[test]
fn any_number_of_threads_gives_the_same_bits_for_large_layers() {
    same_bits::<Wide>(&[1, 17, 100]);
}

#[test]
fn any_number_of_threads_gives_the_same_bits_where_samples_mix() {
    same_bits::<Normalized>(&[16, 17, 100]);
}

#[test]
fn outside_a_pool_the_global_one_gives_the_same_bits() {
    let bits = || train::<Cnn>(Cnn::parallel_workspace(), 100).bits();
    assert!(bits() == pool(2).install(bits));
}

/// Layers and steps that are divided keep the order of every sum, so without leaves nothing changes at all.
#[test]
fn without_leaves_the_bits_are_those_of_one_thread() {
    let on_one = train::<Wide>(Wide::workspace(), 100).bits();
    let on_two = pool(2).install(|| train::<Wide>(Wide::parallel_workspace(), 100).bits());
    assert!(on_two == on_one);
    let on_one = train::<Normalized>(Normalized::workspace(), 100).bits();
    let on_two = pool(2).install(|| train::<Normalized>(Normalized::parallel_workspace(), 100));
    assert!(on_two.bits() == on_one);
}

/// With leaves the sums over samples are the same, in another order.
#[test]
fn leaves_agree_with_one_thread() {
    fn check<N: Network<Scalar = f32, Output = [f32; 10]>>() {
        let first = |mut workspace: chainrule::HeapWorkspace<N>| {
            let (inputs, labels) = batch::<N>(256);
            let mut network = N::init(&mut StdRng::seed_from_u64(7));
            let loss = CrossEntropyLoss::default();
            workspace.set_seed(3);
            let mut dx: Vec<N::Input> = bytemuck::zeroed_vec(256);
            let loss = network
                .backpropagate_to_inputs(&inputs, &labels, &loss, &mut workspace, &mut dx)
                .unwrap();
            (loss, workspace.gradients().parameters().to_vec(), dx)
        };
        let (loss, gradients, dx) = first(N::workspace());
        let (tree_loss, tree_gradients, tree_dx) =
            pool(2).install(|| first(N::parallel_workspace()));
        assert!((loss - tree_loss).abs() < 1e-5, "{loss} {tree_loss}");
        assert!(gradients != tree_gradients, "the batch was not cut");
        // Of numbers below one half, 256 of which are added.
        for (a, b) in gradients.iter().zip(&tree_gradients) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
        // What belongs to a sample does not depend on the others.
        let (a, b): (&[f32], &[f32]) = (bytemuck::cast_slice(&dx), bytemuck::cast_slice(&tree_dx));
        assert!(a == b);
    }
    check::<Mlp>();
    check::<Cnn>();
}

#[test]
fn an_error_leaves_the_network_as_it_was() {
    let (mut inputs, mut labels) = batch::<Mlp>(256);
    let mut network = Mlp::init(&mut StdRng::seed_from_u64(7));
    let before = network.parameters().to_vec();
    let mut workspace = Mlp::parallel_workspace();
    let loss = CrossEntropyLoss::default();
    labels[255] = 10;
    let error = network.backpropagate(&inputs, &labels, &loss, &mut workspace);
    assert!(matches!(error, Err(BackpropagateError::Target(_))));
    assert!(workspace.gradients().parameters().iter().all(|&g| g == 0.0));
    labels[255] = 0;
    inputs[255][0] = f32::NAN;
    let error = network.backpropagate(&inputs, &labels, &loss, &mut workspace);
    assert!(matches!(
        error,
        Err(BackpropagateError::LossNotFinite { step: 0, .. })
    ));
    assert!(network.parameters() == before);
}

/// A loss of one's own, borrowed data and references to samples cross the threads.
#[test]
fn everything_that_one_thread_takes_goes_on_several() {
    fn run<X: Sample<[f32; 200]>, Y: Sync>(
        inputs: &[X],
        targets: &[Y],
        loss: &impl Loss<f32, [f32; 10], Y>,
    ) -> f32 {
        let mut network = Mlp::init(&mut StdRng::seed_from_u64(7));
        let mut workspace = Mlp::parallel_workspace();
        network
            .backpropagate(inputs, targets, loss, &mut workspace)
            .unwrap()
    }
    let (inputs, labels) = batch::<Mlp>(100);
    let references: Vec<&[f32; 200]> = inputs.iter().collect();
    let weight = [1.0; 10];
    let weighted = CrossEntropyLoss {
        weight: Some(&weight),
        ..CrossEntropyLoss::default()
    };
    assert_eq!(
        run(&inputs, &labels, &CrossEntropyLoss::default()),
        run(&references, &labels, &weighted)
    );
}
