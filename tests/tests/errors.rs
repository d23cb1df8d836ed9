//! Bad input to a network: the error says what is wrong, and nothing is half updated.

use chainrule::losses::Loss;
use chainrule::prelude::*;
use chainrule::{BackpropagateError, LengthMismatch, TargetError};

network! {
    struct Mlp: [3] -> [2] { hidden: Linear(4), Tanh, Dropout(0.5), output: Linear(2) }
}

network! {
    struct Normed: [3] -> [2] { hidden: Linear(4), norm: BatchNorm1d, Relu, output: Linear(2) }
}

const GOOD: [[f32; 3]; 4] = [
    [0.5, -1.0, 2.0],
    [1.0, 0.0, -0.5],
    [-0.25, 0.75, 0.125],
    [3.0, 1.0, -2.0],
];

/// The error of a batch, and proof that the network is bit for bit as before.
#[track_caller]
fn error_of<N, Y: Sync>(
    inputs: &[[f32; 3]],
    targets: &[Y],
    loss: &impl Loss<f32, [f32; 2], Y>,
) -> BackpropagateError
where
    N: Network<Scalar = f32, Input = [f32; 3], Output = [f32; 2]>,
{
    let mut network = N::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = N::workspace_with_capacity(16);
    let before = bits::<N>(&network);
    let error = network
        .backpropagate(inputs, targets, loss, &mut workspace)
        .unwrap_err();
    assert_eq!(bits::<N>(&network), before, "the network changed");
    error
}

fn bits<N: Network<Scalar = f32>>(network: &N) -> Vec<u32> {
    network
        .parameters()
        .iter()
        .chain(network.buffers())
        .map(|scalar| scalar.to_bits())
        .collect()
}

#[test]
fn an_empty_batch() {
    let error = error_of::<Mlp, usize>(&[], &[], &CrossEntropyLoss::default());
    assert_eq!(error, BackpropagateError::EmptyBatch);
    assert_eq!(
        error.to_string(),
        "the batch is empty; a mean over no samples is undefined"
    );
    assert_eq!(
        error_of::<Normed, usize>(&[], &[], &CrossEntropyLoss::default()),
        BackpropagateError::EmptyBatch
    );
}

#[test]
fn inputs_and_targets_differ_in_number() {
    let error = error_of::<Mlp, usize>(&GOOD, &[0, 1, 1], &CrossEntropyLoss::default());
    assert_eq!(
        error,
        BackpropagateError::LengthMismatch(LengthMismatch {
            inputs: 4,
            others: 3
        })
    );
    assert_eq!(
        error.to_string(),
        "4 inputs, but 3 targets or outputs; give one for each input"
    );
}

#[test]
fn input_gradients_differ_in_number() {
    let mut network = Mlp::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = Mlp::workspace();
    let mut input_gradients = [[7.0; 3]; 5];
    let loss = CrossEntropyLoss::default();
    let result = network.backpropagate_to_inputs(
        &GOOD,
        &[0, 1, 1, 0],
        &loss,
        &mut workspace,
        &mut input_gradients,
    );
    assert_eq!(
        result,
        Err(LengthMismatch {
            inputs: 4,
            others: 5
        }
        .into())
    );
    assert_eq!(input_gradients, [[7.0; 3]; 5]);
    assert_eq!(workspace.steps(), 0);
}

#[test]
fn inputs_and_outputs_differ_in_number() {
    let network = Mlp::init(&mut StdRng::seed_from_u64(1));
    let mut outputs = [[7.0; 2]; 3];
    let result = network.forward_batch(&GOOD, &mut outputs, &mut Mlp::workspace());
    assert_eq!(
        result,
        Err(LengthMismatch {
            inputs: 4,
            others: 3
        })
    );
    assert_eq!(outputs, [[7.0; 2]; 3]);
}

#[test]
fn a_class_out_of_range() {
    let error = error_of::<Mlp, usize>(&GOOD, &[0, 1, 2, 0], &CrossEntropyLoss::default());
    assert_eq!(
        error,
        BackpropagateError::Target(TargetError::ClassOutOfRange {
            sample: 2,
            class: 2,
            classes: 2
        })
    );
    assert_eq!(
        error.to_string(),
        "the target of sample 2 is class 2, but the network has 2 outputs; classes count from 0"
    );
    let error = error_of::<Mlp, i32>(&GOOD, &[0, -1, 1, 0], &NllLoss::default());
    assert_eq!(
        error,
        BackpropagateError::Target(TargetError::ClassOutOfRange {
            sample: 1,
            class: -1,
            classes: 2
        })
    );
}

#[test]
fn weights_that_do_not_match_the_classes() {
    let loss = CrossEntropyLoss {
        weight: Some(&[1.0, 2.0, 3.0]),
        ..Default::default()
    };
    let error = error_of::<Mlp, usize>(&GOOD, &[0, 1, 1, 0], &loss);
    assert_eq!(
        error,
        BackpropagateError::Target(TargetError::WeightCount {
            weights: 3,
            classes: 2
        })
    );
    assert_eq!(
        error.to_string(),
        "3 weights for 2 outputs; give one for each output"
    );
}

#[test]
fn all_targets_ignored() {
    let loss = CrossEntropyLoss {
        ignore_index: 1,
        ..Default::default()
    };
    let error = error_of::<Mlp, usize>(&GOOD, &[1, 1, 1, 1], &loss);
    assert_eq!(
        error,
        BackpropagateError::Target(TargetError::NothingCounts)
    );
}

#[test]
fn targets_that_are_no_numbers_or_no_probabilities() {
    let mut targets = [[0.0, 1.0]; 4];
    targets[3][1] = f32::INFINITY;
    assert!(matches!(
        error_of::<Mlp, _>(&GOOD, &targets, &MseLoss::default()),
        BackpropagateError::Target(TargetError::NotFinite {
            sample: 3,
            element: 1,
            ..
        })
    ));
    targets[3][1] = 1.5;
    let error = error_of::<Mlp, _>(&GOOD, &targets, &BceWithLogitsLoss::default());
    assert_eq!(
        error,
        BackpropagateError::Target(TargetError::NotAProbability {
            sample: 3,
            element: 1,
            value: 1.5
        })
    );
    assert_eq!(
        error.to_string(),
        "element 1 of the target of sample 3 is 1.5; probabilities lie in 0 to 1"
    );
}

#[test]
fn a_batch_too_large_for_batch_norm() {
    let error = error_of::<Normed, usize>(&[[1.0; 3]; 17], &[0; 17], &CrossEntropyLoss::default());
    assert_eq!(
        error,
        BackpropagateError::BatchTooLarge {
            samples: 17,
            capacity: 16
        }
    );
    assert_eq!(
        error.to_string(),
        "a batch of 17 samples does not fit a workspace for 16, and this network mixes samples (batch norm); make the \
         workspace with `workspace_with_capacity(17)`"
    );
    // A network that mixes nothing takes the batch in pieces.
    let mut network = Mlp::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = Mlp::workspace_with_capacity(16);
    network
        .backpropagate(
            &[[1.0; 3]; 17],
            &[0; 17],
            &CrossEntropyLoss::default(),
            &mut workspace,
        )
        .unwrap();
}

#[test]
fn a_batch_too_small_for_batch_norm() {
    let error = error_of::<Normed, usize>(&GOOD[..1], &[0], &CrossEntropyLoss::default());
    assert_eq!(error, BackpropagateError::BatchTooSmall);
    assert_eq!(
        error.to_string(),
        "batch norm needs at least two samples to train on, but the batch has one"
    );
}

#[test]
fn a_loss_that_is_not_a_number() {
    let mut network = Normed::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = Normed::workspace();
    let loss = CrossEntropyLoss::default();
    let labels = [0, 1, 1, 0];
    for _ in 0..2 {
        network
            .backpropagate(&GOOD, &labels, &loss, &mut workspace)
            .unwrap();
    }
    let before = bits::<Normed>(&network);
    let mut bad = GOOD;
    bad[1][2] = f32::NAN;
    let error = network
        .backpropagate(&bad, &labels, &loss, &mut workspace)
        .unwrap_err();
    assert!(
        matches!(error, BackpropagateError::LossNotFinite { loss, step: 2 } if loss.is_nan()),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "the loss of step 2 is NaN; nothing was updated. Look for inputs that are not finite, or lower the learning rate"
    );
    assert_eq!(
        bits::<Normed>(&network),
        before,
        "parameters or running statistics changed"
    );

    // Training goes on as if nothing had been.
    let good = network
        .backpropagate(&GOOD, &labels, &loss, &mut workspace)
        .unwrap();
    assert!(good.is_finite());
    assert!(
        workspace
            .gradients()
            .parameters()
            .iter()
            .all(|gradient| gradient.is_finite())
    );
}

#[test]
fn a_loss_that_is_infinite() {
    let error = error_of::<Mlp, _>(&GOOD, &[[3e38, 0.0]; 4], &MseLoss::default());
    assert_eq!(
        error,
        BackpropagateError::LossNotFinite {
            loss: f64::INFINITY,
            step: 0
        }
    );
}

#[test]
fn a_scratch_too_short_leaves_the_output_alone() {
    let network = Mlp::init(&mut StdRng::seed_from_u64(1));
    let mut output = [7.0; 2];
    let mut scratch = vec![0.0; Mlp::INFERENCE_BYTES / size_of::<f32>()];
    let len = scratch.len();
    let error = network
        .forward_with(&GOOD[0], &mut output, &mut scratch[..len - 1])
        .unwrap_err();
    assert_eq!((error.scalars, error.needed), (len - 1, len));
    assert!(error.to_string().contains("`INFERENCE_BYTES`"), "{error}");
    assert_eq!(output, [7.0; 2]);
    network
        .forward_with(&GOOD[0], &mut output, &mut scratch)
        .unwrap();
    assert_eq!(output, network.forward(&GOOD[0]));
}
