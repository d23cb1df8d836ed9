//! `freeze` in a declaration: no gradient, no step, statistics as in inference; and everything else as without it.

use chainrule::HeapWorkspace;
use chainrule::optimizers::{AveragedModel, Lamb, Lookahead, Muon, ScheduleFree};
use chainrule::prelude::*;

network! {
    struct Free: [1, 6, 6] -> [3] {
        conv: Conv2d(3, kernel = 3), norm: BatchNorm2d, Relu, Flatten,
        stage: Residual { fc1: Linear(48), Tanh },
        fc2: Linear(8), Tanh,
        head: Linear(3),
    }
}

network! {
    struct Frozen: [1, 6, 6] -> [3] {
        conv: Conv2d(3, kernel = 3), norm: BatchNorm2d(freeze), Relu, Flatten,
        stage: Residual(freeze) { fc1: Linear(48), Tanh },
        fc2: Linear(8, freeze = false), Tanh,
        head: Linear(3, freeze),
    }
}

network! {
    /// Everything up to the head.
    struct Body: [1, 6, 6] -> [3] {
        conv: Conv2d(3, kernel = 3, freeze), BatchNorm2d(freeze), Relu, Flatten,
        Repeat(2, freeze) { Linear(48), Dropout(0.5) },
        head: Linear(3),
    }
}

network! {
    struct Inner: [4] -> [4] { a: Linear(4), BatchNorm1d, Dropout(0.5), b: Linear(4, freeze) }
}

network! {
    struct Outer: [4] -> [2] { fc: Linear(4), whole: Inner(freeze), part: Inner, head: Linear(2) }
}

type Image = [[[f32; 6]; 6]; 1];

fn batch() -> (Vec<Image>, Vec<[f32; 3]>) {
    let mut rng = StdRng::seed_from_u64(3);
    let image = |rng: &mut StdRng| {
        [core::array::from_fn(|_| {
            core::array::from_fn(|_| rng.random_range(-1.0..1.0))
        })]
    };
    let inputs = (0..37).map(|_| image(&mut rng)).collect();
    let targets = (0..37).map(|_| core::array::from_fn(|_| rng.random_range(-1.0..1.0)));
    (inputs, targets.collect())
}

fn gradient<N: Network<Scalar = f32>>(workspace: &HeapWorkspace<N>, layer: &str) -> Vec<f32> {
    let tensors = workspace
        .named_gradients()
        .filter(|tensor| tensor.layer.starts_with(layer));
    tensors.flat_map(|tensor| tensor.memory.to_vec()).collect()
}

#[test]
fn frozen_layers_have_no_gradient_and_the_others_have_theirs() {
    let (inputs, targets) = batch();
    let mut frozen = Frozen::init(&mut StdRng::seed_from_u64(7));
    let mut workspace = Frozen::workspace();
    // What lies there from before does not show.
    workspace.gradients_mut().parameters_mut().fill(f32::NAN);
    let before = frozen.clone();
    frozen
        .backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)
        .unwrap();
    assert_eq!(frozen.buffers(), before.buffers());
    for layer in ["norm", "stage", "head"] {
        assert!(
            gradient(&workspace, layer).iter().all(|&g| g == 0.0),
            "{layer}"
        );
    }
    // The statistics are those of inference, so the gradients are differences of the loss of `forward`.
    let loss = |net: &Frozen| -> f64 {
        let pairs = inputs.iter().zip(&targets);
        let squares = pairs.flat_map(|(x, t)| {
            let y = net.forward(x);
            (0..3).map(move |i| f64::from(y[i] - t[i]).powi(2))
        });
        squares.sum::<f64>() / (3 * inputs.len()) as f64
    };
    for layer in ["conv", "fc2"] {
        let gradients = gradient(&workspace, layer);
        let start = {
            let tensors = before
                .named_parameters()
                .take_while(|tensor| tensor.layer != layer);
            tensors.map(|tensor| tensor.memory.len()).sum::<usize>()
        };
        for index in (0..gradients.len()).step_by(7) {
            let moved = |step: f32| {
                let mut net = before.clone();
                net.parameters_mut()[start + index] += step;
                loss(&net)
            };
            let difference = (moved(0.01) - moved(-0.01)) / 0.02;
            let error = (f64::from(gradients[index]) - difference).abs();
            assert!(
                error < 2e-3,
                "{layer} {index}: {} and {difference}",
                gradients[index]
            );
        }
    }
}

#[test]
fn a_frozen_batch_norm_does_not_mix_samples() {
    const { assert!(Free::CROSS_SAMPLE && !Frozen::CROSS_SAMPLE && !Body::CROSS_SAMPLE) }
    // So a single sample is a batch, and gradients add up over samples.
    let (inputs, targets) = batch();
    let mut net = Frozen::init(&mut StdRng::seed_from_u64(7));
    let (mut all, mut one) = (Frozen::workspace(), Frozen::workspace());
    let loss = MseLoss {
        reduction: chainrule::losses::Reduction::Sum,
    };
    net.backpropagate(&inputs, &targets, &loss, &mut all)
        .unwrap();
    let mut sums = vec![0.0; Frozen::PARAMETERS];
    for (input, target) in inputs.iter().zip(&targets) {
        net.backpropagate(&[*input], &[*target], &loss, &mut one)
            .unwrap();
        sums.iter_mut()
            .zip(one.gradients().parameters())
            .for_each(|(sum, g)| *sum += g);
    }
    for (sum, g) in sums.iter().zip(all.gradients().parameters()) {
        assert!((sum - g).abs() <= 1e-4 * (1.0 + g.abs()), "{sum} and {g}");
    }
}

/// Steps leave what is frozen alone, by either way, in pieces and in one.
fn leaves_alone(
    mut make: impl FnMut(&Frozen) -> Box<dyn FnMut(&mut Frozen, &mut HeapWorkspace<Frozen>)>,
) {
    for capacity in [16, 64] {
        let mut net = Frozen::init(&mut StdRng::seed_from_u64(7));
        let before = net.clone();
        let mut workspace = Frozen::workspace_with_capacity(capacity);
        let mut step = make(&net);
        for _ in 0..3 {
            step(&mut net, &mut workspace);
        }
        let layers = before.named_parameters().zip(net.named_parameters());
        for (before, after) in layers {
            let frozen = ["norm", "stage.fc1", "head"].contains(&before.layer);
            let bits = |memory: &[f32]| memory.iter().map(|w| w.to_bits()).collect::<Vec<_>>();
            assert_eq!(
                bits(before.memory) == bits(after.memory),
                frozen,
                "{}",
                before.name()
            );
        }
        assert_eq!(before.buffers(), net.buffers());
    }
}

macro_rules! optimizers {
    ($($name:ident: |$net:ident| $make:expr;)*) => {$(
        #[test]
        fn $name() {
            for fused in [false, true] {
                leaves_alone(|$net| {
                    let mut optimizer = $make;
                    let (inputs, targets) = batch();
                    Box::new(move |net, workspace| {
                        let loss = MseLoss::default();
                        if fused {
                            optimizer.train_step(net, &inputs, &targets, &loss, workspace).unwrap();
                        } else {
                            net.backpropagate(&inputs, &targets, &loss, workspace).unwrap();
                            // What is left from elsewhere has no effect.
                            workspace.gradients_mut().head.bias.fill(1.0);
                            optimizer.step(net, workspace.gradients());
                        }
                    })
                });
            }
        }
    )*};
}

optimizers! {
    sgd_leaves_it_alone: |net| Sgd::new(&Box::new(*net), 0.1).momentum(0.9).weight_decay(0.1);
    plain_sgd_leaves_it_alone: |net| Sgd::new(&Box::new(*net), 0.1);
    adam_w_leaves_it_alone: |net| AdamW::new(&Box::new(*net)).weight_decay(0.1);
    rms_prop_leaves_it_alone: |net| RmsProp::new(&Box::new(*net)).weight_decay(0.1);
    schedule_free_leaves_it_alone: |net| ScheduleFree::new(&Box::new(*net)).weight_decay(0.1);
    lamb_leaves_it_alone: |net| Lamb::new(net).weight_decay(0.1);
    muon_leaves_it_alone: |net| Muon::new(net, AdamW::new(&Box::new(*net))).weight_decay(0.1);
    lookahead_leaves_it_alone: |net| Lookahead::new(AdamW::new(&Box::new(*net)), &Box::new(*net)).k(2);
}

#[test]
fn the_way_back_ends_before_what_is_frozen() {
    let (inputs, targets) = batch();
    let mut net = Body::init(&mut StdRng::seed_from_u64(7));
    let mut workspace = Body::workspace();
    net.backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)
        .unwrap();
    let (head, others): (Vec<_>, Vec<_>) = workspace
        .named_gradients()
        .partition(|tensor| tensor.layer == "head");
    assert!(
        head.iter()
            .all(|tensor| tensor.memory.iter().all(|&g| g != 0.0))
    );
    assert!(
        others
            .iter()
            .all(|tensor| tensor.memory.iter().all(|&g| g == 0.0))
    );
    // Dropout in what is frozen is off: training sees what inference does.
    let y = net.forward(&inputs[0]);
    let loss = net
        .backpropagate(
            &inputs[..1],
            &targets[..1],
            &MseLoss::default(),
            &mut workspace,
        )
        .unwrap();
    let expected = (0..3).map(|i| (y[i] - targets[0][i]).powi(2)).sum::<f32>() / 3.0;
    assert!((loss - expected).abs() < 1e-5, "{loss} and {expected}");
    // Who asks for it gets the gradient of the inputs all the same.
    let mut gradients = [[[[0.0; 6]; 6]; 1]; 1];
    net.backpropagate_to_inputs(
        &inputs[..1],
        &targets[..1],
        &MseLoss::default(),
        &mut workspace,
        &mut gradients,
    )
    .unwrap();
    let loss_at = |x: &Image| {
        let y = net.forward(x);
        (0..3)
            .map(|i| f64::from(y[i] - targets[0][i]).powi(2))
            .sum::<f64>()
            / 3.0
    };
    for row in 0..6 {
        let moved = |step: f32| {
            let mut x = inputs[0];
            x[0][row][2] += step;
            loss_at(&x)
        };
        let difference = (moved(0.01) - moved(-0.01)) / 0.02;
        assert!((f64::from(gradients[0][0][row][2]) - difference).abs() < 2e-3);
    }
}

#[test]
fn networks_within_the_network() {
    let mut net = Outer::init(&mut StdRng::seed_from_u64(7));
    let before = net.clone();
    let mut workspace = Outer::workspace();
    let (inputs, targets) = (
        [
            [0.5, -1.0, 0.25, 1.0],
            [1.0, 0.5, -0.5, 0.0],
            [0.0, 0.3, 0.6, -0.9],
        ],
        [[1.0, 0.0]; 3],
    );
    let mut adam = AdamW::new(&net).learning_rate(0.01).weight_decay(0.1);
    for _ in 0..3 {
        net.backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)
            .unwrap();
        assert!(gradient(&workspace, "whole").iter().all(|&g| g == 0.0));
        adam.step(&mut net, workspace.gradients());
        adam.train_step(
            &mut *net,
            &inputs,
            &targets,
            &MseLoss::default(),
            &mut workspace,
        )
        .unwrap();
    }
    let bits = |net: &Outer, range: core::ops::Range<usize>| net.parameters()[range].to_vec();
    // fc 20, whole 48, part: a 20, norm 8, b 20, head 10.
    assert_eq!(Outer::PARAMETERS, 20 + 48 + 48 + 10);
    assert_eq!(bits(&before, 20..68), bits(&net, 20..68));
    assert_eq!(bits(&before, 96..116), bits(&net, 96..116));
    for range in [0..20, 68..88, 116..126] {
        assert_ne!(bits(&before, range.clone()), bits(&net, range));
    }
    let (whole, part) = before.buffers().split_at(8);
    assert_eq!(whole, &net.buffers()[..8]);
    assert_ne!(part, &net.buffers()[8..]);
    assert!(
        Outer::summary()
            .to_string()
            .contains("68 of the parameters are frozen")
    );
    let frozen: Vec<usize> = Outer::LAYERS
        .iter()
        .map(|layer| layer.frozen_count())
        .collect();
    assert_eq!(frozen, [0, 48, 20, 0]);
}

#[test]
fn averages_know_nothing_of_it() {
    let net = Frozen::init(&mut StdRng::seed_from_u64(7));
    let mut average = AveragedModel::ema(&net, 0.5);
    average.update(&net);
    assert_eq!(average.state(), net.parameters());
}
