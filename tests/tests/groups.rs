//! Parameter groups and frozen layers: the constants of labels, and what steps do with what is set for them.

use chainrule::optimizers::{
    Adadelta, Adagrad, Adamax, Adan, Lamb, Lion, Lookahead, Muon, NAdam, RAdam, ScheduleFree,
};
use chainrule::prelude::*;
use chainrule::{Group, HeapWorkspace};

network! {
    /// Labels of every kind.
    #[derive(PartialEq, Debug)]
    struct Labels: [6] -> [3] {
        Linear(4),
        norm: BatchNorm1d, Relu,
        stage: Repeat(2) { Residual { fc: Linear(4), Tanh } },
        layers: Linear(5, bias = false),
        slope: Prelu,
        gate: Multiply { value: { Linear(3) } open: { Linear(3), Sigmoid } },
    }
}

network! {
    struct Inner: [4] -> [3] { first: Linear(5), Tanh, LayerNorm, second: Linear(3) }
}

network! {
    struct Outer: [2] -> [2] { fc: Linear(4), inner: Inner, head: Linear(2) }
}

network! {
    struct Sized<const H: usize, T>: [3] -> [1] { hidden: Linear(H), Tanh, head: Linear(1) }
}

/// Which parameters an optimizer moves that has frozen everything else.
fn moved<N: Network<Scalar = f32>>(group: Group<N>) -> Vec<usize> {
    let mut net = N::init(&mut StdRng::seed_from_u64(7));
    let before = net.parameters().to_vec();
    let gradients = {
        let mut gradients = N::boxed();
        gradients.parameters_mut().fill(1.0);
        gradients
    };
    let mut sgd = Sgd::new(&net, 0.5);
    sgd.freeze(N::all()).unfreeze(group);
    sgd.step(&mut net, &gradients);
    let pairs = before.iter().zip(net.parameters()).enumerate();
    pairs
        .filter(|(_, (before, after))| before != after)
        .map(|(index, _)| index)
        .collect()
}

/// Where the tensors whose names begin so lie.
fn tensors<N: Network<Scalar = f32>>(prefixes: &[&str]) -> Vec<usize> {
    let net = N::boxed();
    let mut start = 0;
    let mut found = Vec::new();
    for tensor in net.named_parameters() {
        let name = tensor.name().to_string();
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            found.extend(start..start + tensor.memory.len());
        }
        start += tensor.memory.len();
    }
    found
}

#[test]
fn constants_name_layers_and_blocks() {
    let is = |group: Group<Labels>, prefixes: &[&str]| {
        assert_eq!(moved(group), tensors::<Labels>(prefixes), "{prefixes:?}");
        assert_eq!(group.len(), tensors::<Labels>(prefixes).len());
    };
    is(Labels::LINEAR1, &["linear1."]);
    is(Labels::NORM, &["norm."]);
    is(Labels::STAGE, &["stage."]);
    is(Labels::STAGE_0, &["stage.0."]);
    is(Labels::STAGE_1_RESIDUAL1, &["stage.1.residual1."]);
    is(Labels::STAGE_1_RESIDUAL1_FC, &["stage.1.residual1.fc."]);
    // `LAYERS` is the table of the layers.
    is(Labels::LAYERS_, &["layers."]);
    is(Labels::SLOPE, &["slope."]);
    is(Labels::GATE, &["gate."]);
    is(Labels::GATE_OPEN_LINEAR1, &["gate.open."]);
    is(Labels::all(), &[""]);
    assert_eq!(Labels::LAYERS.len(), 15);
}

#[test]
fn biases_and_norms_are_the_tensors_with_one_dimension() {
    let vectors = [
        "linear1.bias",
        "norm.",
        "stage.0.residual1.fc.bias",
        "stage.1.residual1.fc.bias",
        "slope.",
        "gate.value.linear1.bias",
        "gate.open.linear1.bias",
    ];
    assert_eq!(
        moved(Labels::biases_and_norms()),
        tensors::<Labels>(&vectors)
    );
    assert_eq!(
        moved(Labels::STAGE.biases_and_norms()),
        tensors::<Labels>(&vectors[2..4])
    );
}

#[test]
fn a_part_of_a_network_within_the_network() {
    const SECOND: Group<Outer> = Outer::INNER.part(Inner::SECOND);
    assert_eq!(moved(Outer::INNER), tensors::<Outer>(&["inner."]));
    assert_eq!(moved(SECOND), tensors::<Outer>(&["inner.second."]));
    assert_eq!(
        moved(Outer::INNER.part(Inner::biases_and_norms())),
        tensors::<Outer>(&[
            "inner.first.bias",
            "inner.layer_norm1.",
            "inner.second.bias"
        ])
    );
    assert_eq!(
        moved(Outer::INNER.biases_and_norms()),
        moved(Outer::INNER.part(Inner::biases_and_norms()))
    );
}

#[test]
#[should_panic(expected = "is not that of a network within the network")]
fn a_part_of_a_layer() {
    let _ = Outer::FC.part(Inner::FIRST);
}

#[test]
fn generic_networks_have_labels_too() {
    assert_eq!(Sized::<5, f32>::HIDDEN.len(), 20);
    assert_eq!(Sized::<7, f64>::HEAD.len(), 8);
    let net = Sized::<5, f64>::init(&mut StdRng::seed_from_u64(7));
    Adam::new(&net).freeze(Sized::<5, f64>::HIDDEN);
}

#[test]
#[should_panic(
    expected = "the label is one of `Inner`, which has 53 parameters, but the optimizer is for 73"
)]
fn a_label_of_another_network() {
    let net = Outer::init(&mut StdRng::seed_from_u64(7));
    Adam::new(&net).freeze(Inner::FIRST);
}

#[test]
#[should_panic(expected = "set `.momentum(…)` of the optimizer first")]
fn momentum_of_a_group_without_a_buffer() {
    let net = Outer::init(&mut StdRng::seed_from_u64(7));
    Sgd::new(&net, 0.1).group(Outer::FC, |g| g.momentum(0.9));
}

fn batch() -> (Vec<[f32; 6]>, Vec<[f32; 3]>) {
    let mut rng = StdRng::seed_from_u64(3);
    let inputs = (0..21).map(|_| core::array::from_fn(|_| rng.random_range(-1.0..1.0)));
    let inputs = inputs.collect();
    let targets = (0..21).map(|_| core::array::from_fn(|_| rng.random_range(-1.0..1.0)));
    (inputs, targets.collect())
}

/// Trains by the two calls or by the fused one.
fn train<O: Optimizer<f32>>(
    optimizer: &mut O,
    net: &mut Labels,
    workspace: &mut HeapWorkspace<Labels>,
    fused: bool,
    steps: usize,
) {
    let (inputs, targets) = batch();
    let loss = MseLoss::default();
    for _ in 0..steps {
        if fused {
            optimizer
                .train_step(net, &inputs, &targets, &loss, workspace)
                .unwrap();
        } else {
            net.backpropagate(&inputs, &targets, &loss, workspace)
                .unwrap();
            optimizer.step(net, workspace.gradients());
        }
    }
}

/// A frozen layer keeps its bits and its state; the others move; both ways of a step have the same bits, and a group that
/// sets nothing those of no group.
macro_rules! every_optimizer {
    ($($name:ident: |$net:ident| $make:expr;)*) => {$(
        #[test]
        fn $name() {
            let start = Labels::init(&mut StdRng::seed_from_u64(7));
            let make = |$net: &Labels| $make;
            let run = |fused: bool, set: &dyn Fn(&mut _)| {
                let (mut net, mut workspace) = (start.clone(), Labels::workspace());
                let mut optimizer = make(&*net);
                train(&mut optimizer, &mut *net, &mut workspace, fused, 2);
                set(&mut optimizer);
                train(&mut optimizer, &mut *net, &mut workspace, fused, 3);
                let state: Vec<f32> = optimizer.state().flat_map(|(_, state)| state.to_vec()).collect();
                (net.parameters().to_vec(), state)
            };
            let two = {
                let (mut net, mut workspace) = (start.clone(), Labels::workspace());
                let mut optimizer = make(&*net);
                train(&mut optimizer, &mut *net, &mut workspace, false, 2);
                let state: Vec<f32> = optimizer.state().flat_map(|(_, state)| state.to_vec()).collect();
                (net.parameters().to_vec(), state)
            };
            let free = run(false, &|_| {});
            let frozen = run(false, &|optimizer| { optimizer.freeze(Labels::STAGE_1).freeze(Labels::NORM); });
            let ranges = tensors::<Labels>(&["stage.1.", "norm."]);
            for index in 0..Labels::PARAMETERS {
                let is_frozen = ranges.contains(&index);
                let same = frozen.0[index].to_bits() == two.0[index].to_bits();
                assert_eq!(same, is_frozen, "parameter {index}");
                for state in (index..two.1.len()).step_by(Labels::PARAMETERS).filter(|_| is_frozen) {
                    assert_eq!(frozen.1[state].to_bits(), two.1[state].to_bits(), "state {state}");
                }
            }
            assert_eq!(run(true, &|optimizer| { optimizer.freeze(Labels::STAGE_1).freeze(Labels::NORM); }), frozen);
            assert_eq!(run(false, &|optimizer| { optimizer.group(Labels::STAGE, |g| g).group(Labels::biases_and_norms(), |g| g); }), free);
            assert_ne!(run(true, &|optimizer| { optimizer.group(Labels::GATE, |g| g.learning_rate_factor(0.1)); }), free);
        }
    )*};
}

every_optimizer! {
    sgd_freezes: |net| Sgd::new(&Box::new(*net), 0.1).momentum(0.9).weight_decay(0.1);
    adam_freezes: |net| Adam::new(&Box::new(*net)).weight_decay(0.1).amsgrad(true);
    adam_w_freezes: |net| AdamW::new(&Box::new(*net)).weight_decay(0.1);
    rms_prop_freezes: |net| RmsProp::new(&Box::new(*net)).momentum(0.9).centered(true).weight_decay(0.1);
    adagrad_freezes: |net| Adagrad::new(&Box::new(*net)).weight_decay(0.1);
    adadelta_freezes: |net| Adadelta::new(&Box::new(*net)).weight_decay(0.1);
    adamax_freezes: |net| Adamax::new(&Box::new(*net)).weight_decay(0.1);
    nadam_freezes: |net| NAdam::new(&Box::new(*net)).weight_decay(0.1);
    radam_freezes: |net| RAdam::new(&Box::new(*net)).weight_decay(0.1);
    lion_freezes: |net| Lion::new(&Box::new(*net)).weight_decay(0.1);
    lamb_freezes: |net| Lamb::new(net).weight_decay(0.1);
    adan_freezes: |net| Adan::new(&Box::new(*net)).weight_decay(0.1);
    schedule_free_freezes: |net| ScheduleFree::new(&Box::new(*net)).weight_decay(0.1);
    muon_freezes: |net| Muon::new(net, AdamW::new(&Box::new(*net))).weight_decay(0.1);
}

#[test]
fn lookahead_freezes_inside() {
    let mut net = Labels::init(&mut StdRng::seed_from_u64(7));
    let (start, mut workspace) = (net.clone(), Labels::workspace());
    let mut optimizer = Lookahead::new(AdamW::new(&net), &net).k(2);
    optimizer.inside_mut().freeze(Labels::LAYERS_);
    train(&mut optimizer, &mut net, &mut workspace, true, 5);
    assert_eq!(net.layers, start.layers);
    assert_ne!(net.linear1, start.linear1);
}

#[test]
fn single_samples_of_plain_gradient_descent() {
    let start = Outer::init(&mut StdRng::seed_from_u64(7));
    let run = |fused: bool| {
        let (mut net, mut workspace) = (start.clone(), Outer::workspace());
        let mut sgd = Sgd::new(&net, 0.1);
        sgd.freeze(Outer::HEAD)
            .group(Outer::FC, |g| g.learning_rate(0.3));
        for sample in [[0.5, -1.0], [1.0, 0.25]] {
            let loss = MseLoss::default();
            if fused {
                sgd.train_step(&mut *net, &[sample], &[sample], &loss, &mut workspace)
                    .unwrap();
            } else {
                net.backpropagate(&[sample], &[sample], &loss, &mut workspace)
                    .unwrap();
                sgd.step(&mut net, workspace.gradients());
            }
        }
        net
    };
    let (net, two_calls) = (run(true), run(false));
    assert_eq!(net.parameters(), two_calls.parameters());
    assert_eq!(net.head.weight, start.head.weight);
    assert_ne!(net.fc.weight, start.fc.weight);
}

#[test]
fn schedules_scale_all_groups() {
    let net = Outer::boxed();
    let gradients = {
        let mut gradients = Outer::boxed();
        gradients.parameters_mut().fill(1.0);
        gradients
    };
    let steps = |sgd: &mut Sgd<f32>| {
        let mut net = net.clone();
        sgd.step(&mut net, &gradients);
        (
            -net.fc.bias[0],
            -net.inner.second.bias[0],
            -net.head.bias[0],
        )
    };
    let mut sgd = Sgd::new(&net, 0.5);
    sgd.group(Outer::FC, |g| g.learning_rate(0.25))
        .group(Outer::HEAD, |g| g.learning_rate_factor(2.0));
    assert_eq!(steps(&mut sgd), (0.25, 0.5, 1.0));
    sgd.set_learning_rate(0.125);
    assert_eq!(steps(&mut sgd), (0.0625, 0.125, 0.25));
    assert_eq!(sgd.current_learning_rate(), 0.125);
}

/// Adam's corrections of bias begin when a layer begins to train.
#[test]
fn layers_that_train_later_begin_as_others_did() {
    let gradients = {
        let mut gradients = Outer::boxed();
        gradients.parameters_mut().fill(1.0);
        gradients
    };
    let mut adam = Adam::new(&gradients).learning_rate(0.5);
    adam.group(Outer::FC, |g| g.freeze_until(20))
        .freeze(Outer::HEAD);
    let mut net = Outer::boxed();
    let mut path = |adam: &mut Adam<f32>, steps| {
        for _ in 0..steps {
            adam.step(&mut net, &gradients);
        }
        (net.inner.second.bias[0], net.fc.bias[0], net.head.bias[0])
    };
    let (first, fc, head) = path(&mut adam, 3);
    assert_eq!((fc, head), (0.0, 0.0));
    path(&mut adam, 17);
    let (_, fc, head) = path(&mut adam, 3);
    assert_eq!((fc, head), (first, 0.0));
    adam.unfreeze(Outer::HEAD);
    let (_, fc_later, head) = path(&mut adam, 3);
    assert_eq!(head, first);
    assert!(fc_later < fc);
}

network! {
    /// So large that its steps are divided among threads.
    struct Wide: [300] -> [10] { fc1: Linear(900), Relu, head: Linear(10) }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let mut rng = StdRng::seed_from_u64(3);
    let inputs: Vec<[f32; 300]> = (0..64)
        .map(|_| core::array::from_fn(|_| rng.random_range(-1.0..1.0)))
        .collect();
    let labels: Vec<u8> = (0..64).map(|i| i % 10).collect();
    let train = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let mut net = Wide::init(&mut StdRng::seed_from_u64(7));
            let mut workspace = Wide::parallel_workspace();
            let mut adam = AdamW::new(&net);
            adam.group(Wide::biases_and_norms(), |g| g.weight_decay(0.0))
                .group(Wide::FC1, |g| g.learning_rate(3e-4))
                .group(Wide::HEAD, |g| g.freeze_until(2));
            let loss = CrossEntropyLoss::default();
            for _ in 0..2 {
                net.backpropagate(&inputs, &labels, &loss, &mut workspace)
                    .unwrap();
                adam.step(&mut net, workspace.gradients());
                adam.train_step(&mut *net, &inputs, &labels, &loss, &mut workspace)
                    .unwrap();
            }
            let bits = net.parameters().iter().map(|w| w.to_bits());
            bits.collect::<Vec<_>>()
        })
    };
    let one = train(1);
    for threads in [2, 3] {
        assert!(train(threads) == one, "{threads} threads");
    }
}
