//! Batches in parts, and gradients made smaller.

use chainrule::losses::Part;
use chainrule::optimizers::{clip_grad_norm, clip_grad_value, grad_norm};
use chainrule::prelude::*;

network! {
    struct Mlp: [5] -> [3] { Linear(33), Tanh, Linear(16, bias = false), Relu, Linear(3) }
}

network! {
    struct Cnn: [5, 8] -> [3] { Conv1d(6, kernel = 3, padding = 1), Relu, GlobalAvgPool, Linear(3) }
}

fn samples<N: Network<Scalar = f32>>(samples: usize) -> (Vec<N::Input>, Vec<usize>) {
    let mut rng = StdRng::seed_from_u64(3);
    let mut inputs = bytemuck::zeroed_vec::<N::Input>(samples);
    for scalar in bytemuck::cast_slice_mut::<N::Input, f32>(&mut inputs) {
        *scalar = rng.random_range(-1.0..1.0);
    }
    (inputs, (0..samples).map(|i| i * i % 3).collect())
}

/// The gradients of the whole batch, and of its parts of `size`, with the losses.
fn both<N>(total: usize, size: usize) -> [(Vec<f32>, f32); 2]
where
    N: Network<Scalar = f32, Output = [f32; 3]>,
{
    let mut network = N::init(&mut StdRng::seed_from_u64(1));
    let (inputs, targets) = samples::<N>(total);
    // The mean over weights, which differ from part to part.
    let weight = [1.0, 0.25, 3.0];
    let loss = CrossEntropyLoss {
        weight: Some(&weight),
        ..CrossEntropyLoss::default()
    };
    let mut workspace = N::workspace_with_capacity(32);
    let whole = network.backpropagate(&inputs, &targets, &loss, &mut workspace);
    let gradients = workspace.gradients().parameters().to_vec();
    let part = Part::of(&loss, &targets);
    let mut sum = 0.0;
    workspace.gradients_mut().parameters_mut().fill(f32::NAN);
    for (i, (x, t)) in inputs.chunks(size).zip(targets.chunks(size)).enumerate() {
        sum += if i == 0 {
            network.backpropagate(x, t, &part, &mut workspace).unwrap()
        } else {
            network.accumulate(x, t, &part, &mut workspace).unwrap()
        };
    }
    let parts = workspace.gradients().parameters().to_vec();
    [(gradients, whole.unwrap()), (parts, sum)]
}

#[test]
fn parts_of_the_capacity_give_the_bits_of_the_batch() {
    for total in [32, 64, 75, 128] {
        let [(whole, _), (parts, _)] = both::<Mlp>(total, 32);
        assert_eq!(whole, parts, "{total} samples");
        let [(whole, _), (parts, _)] = both::<Cnn>(total, 32);
        assert_eq!(whole, parts, "{total} samples");
    }
}

#[test]
fn parts_of_any_size_add_up_to_the_batch() {
    for size in [1, 5, 16, 40] {
        for [(whole, loss), (parts, sum)] in [both::<Mlp>(75, size), both::<Cnn>(75, size)] {
            assert!((loss - sum).abs() <= 1e-6 * loss, "{loss} {sum}");
            for (a, b) in whole.iter().zip(&parts) {
                assert!((a - b).abs() <= 1e-6, "parts of {size}: {a} beside {b}");
            }
        }
    }
}

#[test]
fn a_cut_batch_adds_to_the_gradients_too() {
    network! { struct Wide: [200] -> [3] { Linear(400), Relu, Linear(300), Relu, Linear(3) } }
    let mut network = Wide::init(&mut StdRng::seed_from_u64(1));
    let (inputs, targets) = samples::<Wide>(256);
    let loss = CrossEntropyLoss::default();
    let mut workspace = Wide::parallel_workspace();
    network
        .backpropagate(&inputs, &targets, &loss, &mut workspace)
        .unwrap();
    let once = workspace.gradients().parameters().to_vec();
    network
        .accumulate(&inputs, &targets, &loss, &mut workspace)
        .unwrap();
    for (once, twice) in once.iter().zip(workspace.gradients().parameters()) {
        assert!((2.0 * once - twice).abs() <= 1e-6, "{once} {twice}");
    }
}

#[test]
fn a_part_in_which_no_target_counts_adds_nothing() {
    let mut network = Mlp::init(&mut StdRng::seed_from_u64(1));
    let (inputs, _) = samples::<Mlp>(8);
    let targets: [i64; 8] = [0, 1, 2, 1, -100, -100, -100, -100];
    let loss = CrossEntropyLoss::default();
    let part = Part::of(&loss, &targets);
    let mut workspace = Mlp::workspace();
    network
        .backpropagate(&inputs[..4], &targets[..4], &part, &mut workspace)
        .unwrap();
    let before = workspace.gradients().parameters().to_vec();
    let added = network.accumulate(&inputs[4..], &targets[4..], &part, &mut workspace);
    assert_eq!(added, Ok(0.0));
    assert_eq!(workspace.gradients().parameters(), before);
    let error = network.accumulate(&inputs[..1], &[7], &part, &mut workspace);
    assert!(error.is_err(), "class 7 of 3");
}

#[test]
fn norms_and_limits_match_pytorch() {
    // torch.nn.utils.clip_grad_norm_ of [3, -4, 12]: norm 13, factor max_norm / (13 + 1e-6).
    let mut gradients = *Mlp::boxed();
    gradients.parameters_mut()[..3].copy_from_slice(&[3.0, -4.0, 12.0]);
    assert_eq!(grad_norm(&gradients), 13.0);
    assert_eq!(clip_grad_norm(&mut gradients, 20.0), 13.0);
    assert_eq!(gradients.parameters()[..3], [3.0, -4.0, 12.0]);
    assert_eq!(clip_grad_norm(&mut gradients, 2.6), 13.0);
    let expected = [3.0, -4.0, 12.0].map(|g| g * (2.6 / (13.0 + 1e-6)) as f32);
    assert_eq!(gradients.parameters()[..3], expected);
    clip_grad_value(&mut gradients, 0.7);
    assert_eq!(gradients.parameters()[..3], [expected[0], -0.7, 0.7]);
    gradients.parameters_mut()[5] = f32::NAN;
    clip_grad_value(&mut gradients, 0.7);
    assert!(gradients.parameters()[5].is_nan());
    assert!(clip_grad_norm(&mut gradients, 1.0).is_nan());
    assert!(gradients.parameters()[0].is_nan());
}
