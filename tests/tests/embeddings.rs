//! Networks that read indices: their gradients, what they take, and what they make of what is no index.

use chainrule::prelude::*;
use chainrule::{BackpropagateError, Bag};
use chainrule_tests::{assert_gradient, difference};
use std::array::from_fn;

/// A size that the compiler knows, but not the macro.
const LENGTH: usize = 4;

network! {
    #[network(scalar = f64)]
    struct Sequence: [LENGTH] -> [3] {
        letters: Embedding(5, 3), Tanh, Gru(4, last = true), Linear(3),
    }
}

network! {
    /// Words, a bag of them with empty places, and numbers.
    #[network(scalar = f64)]
    struct Mixed: [3, 4] -> [2] {
        all: Concat {
            a: { Slice(0, 0, 1), Flatten, words: Embedding(6, 3, padding_idx = 2), Flatten, Linear(4), Tanh }
            b: { Slice(0, 1, 2), Reshape([4]), bag: EmbeddingBag(7, 4, padding_idx = 0) }
            c: { Flatten, Slice(0, 8, 12), Linear(3) }
        },
        Residual { Linear(11), Tanh }, Linear(2),
    }
}

fn sequences(rng: &mut StdRng, count: usize) -> Vec<[f64; LENGTH]> {
    (0..count)
        .map(|_| from_fn(|_| f64::from(rng.random_range(0..5_u8))))
        .collect()
}

fn mixtures(rng: &mut StdRng, count: usize) -> Vec<[[f64; 4]; 3]> {
    let mixture = |rng: &mut StdRng| {
        [
            from_fn(|_| f64::from(rng.random_range(0..6))),
            from_fn(|_| f64::from(rng.random_range(-1..7))),
            from_fn(|_| rng.random_range(-2.0..2.0)),
        ]
    };
    (0..count).map(|_| mixture(rng)).collect()
}

/// The gradients of a batch against difference quotients, but those of the parameters that `fixed` names by index.
fn check_gradients<N, const OUT: usize>(inputs: &[N::Input], fixed: &[usize])
where
    N: Network<Scalar = f64, Output = [f64; OUT]>,
{
    let mut rng = StdRng::seed_from_u64(2);
    let mut net = N::init(&mut rng);
    let targets: Vec<[f64; OUT]> = inputs.iter().map(|_| from_fn(|_| rng.random())).collect();
    let mut workspace = N::workspace_with_capacity(16);
    let mut loss = |net: &mut N| {
        let loss = net
            .backpropagate(inputs, &targets, &MseLoss::default(), &mut workspace)
            .unwrap();
        (loss, workspace.gradients().parameters().to_vec())
    };
    let (_, gradients) = loss(&mut net);
    let differences: Vec<f64> = (0..gradients.len())
        .map(|i| match fixed.contains(&i) {
            true => 0.0,
            false => difference(net.parameters()[i], |w| {
                net.parameters_mut()[i] = w;
                loss(&mut net).0
            }),
        })
        .collect();
    assert_gradient("gradients", &gradients, &differences);
}

#[test]
fn gradients_of_sequences() {
    let inputs = sequences(&mut StdRng::seed_from_u64(1), 19);
    check_gradients::<Sequence, 3>(&inputs, &[]);
    check_gradients::<Sequence, 3>(&inputs[..1], &[]);
}

#[test]
fn gradients_of_indices_among_numbers() {
    let inputs = mixtures(&mut StdRng::seed_from_u64(1), 19);
    // The row of `words` that is padding.
    check_gradients::<Mixed, 2>(&inputs, &[6, 7, 8]);
    check_gradients::<Mixed, 2>(&inputs[..1], &[6, 7, 8]);
}

#[test]
fn indices_have_no_gradient_and_numbers_have_one() {
    let mut rng = StdRng::seed_from_u64(3);
    let (inputs, mut net) = (mixtures(&mut rng, 3), Mixed::init(&mut rng));
    let (mut workspace, mut d_inputs) = (Mixed::workspace(), [[[f64::NAN; 4]; 3]; 3]);
    let loss = MseLoss::default();
    net.backpropagate_to_inputs(
        &inputs,
        &[[0.0; 2]; 3],
        &loss,
        &mut workspace,
        &mut d_inputs,
    )
    .unwrap();
    for [words, bag, numbers] in d_inputs {
        assert_eq!([words, bag], [[0.0; 4]; 2]);
        assert!(numbers.iter().all(|d| *d != 0.0));
    }
}

#[test]
fn one_sample_and_batches_give_the_same() {
    let mut rng = StdRng::seed_from_u64(4);
    let (inputs, net) = (mixtures(&mut rng, 21), Mixed::init(&mut rng));
    let mut outputs = [[0.0; 2]; 21];
    net.forward_batch(&inputs, &mut outputs, &mut Mixed::workspace())
        .unwrap();
    for (input, output) in inputs.iter().zip(&outputs) {
        assert_gradient("outputs", &net.forward(input), output);
    }
}

#[test]
fn padding_does_not_learn() {
    let mut rng = StdRng::seed_from_u64(5);
    let (inputs, mut net) = (mixtures(&mut rng, 40), Mixed::init(&mut rng));
    let before = net.clone();
    let (mut workspace, mut adam) = (Mixed::workspace(), Adam::new(&net));
    for _ in 0..5 {
        adam.train_step(
            &mut *net,
            &inputs,
            &[[1.0; 2]; 40],
            &MseLoss::default(),
            &mut workspace,
        )
        .unwrap();
    }
    assert_eq!(net.all.a.words.weight[2], [0.0; 3]);
    assert_eq!(net.all.b.bag.weight[0], [0.0; 4]);
    assert_ne!(net.all.a.words.weight[3], before.all.a.words.weight[3]);
    assert_ne!(net.all.b.bag.weight[1], before.all.b.bag.weight[1]);
}

/// The error of a batch in both ways to train, and that nothing has changed.
fn error(wrong: impl FnOnce(&mut [[[f64; 4]; 3]])) -> BackpropagateError {
    let mut rng = StdRng::seed_from_u64(6);
    let (mut inputs, mut net) = (mixtures(&mut rng, 20), Mixed::init(&mut rng));
    let (targets, loss) = ([[0.5; 2]; 20], MseLoss::default());
    let (mut workspace, mut adam) = (Mixed::workspace(), Adam::new(&net));
    net.backpropagate(&inputs, &targets, &loss, &mut workspace)
        .unwrap();
    let before = (
        net.parameters().to_vec(),
        workspace.gradients().parameters().to_vec(),
    );
    wrong(&mut inputs);
    let error = net
        .backpropagate(&inputs, &targets, &loss, &mut workspace)
        .unwrap_err();
    let other = adam
        .train_step(&mut *net, &inputs, &targets, &loss, &mut workspace)
        .unwrap_err();
    // Of NaN as well.
    assert_eq!((other.to_string(), adam.steps()), (error.to_string(), 0));
    let after = (
        net.parameters().to_vec(),
        workspace.gradients().parameters().to_vec(),
    );
    assert_eq!(before, after);
    error
}

#[test]
fn what_is_no_index_is_an_error_before_anything_changes() {
    let wrong = |sample, element, index, rows| BackpropagateError::IndexOutOfRange {
        sample,
        element,
        index,
        rows,
    };
    assert_eq!(error(|inputs| inputs[17][0][3] = 6.0), wrong(17, 3, 6.0, 6));
    assert_eq!(error(|inputs| inputs[0][0][0] = 0.5), wrong(0, 0, 0.5, 6));
    assert_eq!(error(|inputs| inputs[0][0][1] = -1.0), wrong(0, 1, -1.0, 6));
    assert_eq!(error(|inputs| inputs[3][1][2] = 7.0), wrong(3, 6, 7.0, 7));
    assert_eq!(error(|inputs| inputs[3][1][2] = -2.0), wrong(3, 6, -2.0, 7));
    assert!(matches!(
        error(|inputs| inputs[1][1][0] = f64::NAN),
        BackpropagateError::IndexOutOfRange {
            sample: 1,
            element: 4,
            rows: 7,
            ..
        }
    ));
    assert_eq!(
        wrong(17, 3, 6.0, 6).to_string(),
        "element 3 of input 17 is 6, but the table that it points into has 6 rows; indices are whole numbers and count from 0"
    );
}

#[test]
fn what_is_no_index_gives_zeros_in_inference() {
    network! { #[derive(Debug)] struct Rows: [3] -> [3, 2] { letters: Embedding(5, 2) } }

    let net = Rows::init(&mut StdRng::seed_from_u64(7));
    let [zero, nothing, four] = net.forward(&[0_u32, 5, 4]);
    assert_eq!(
        ([zero, four], nothing),
        ([net.letters.weight[0], net.letters.weight[4]], [0.0; 2])
    );
    assert_eq!(net.forward(&[f32::NAN, -1.0, 1e30]), [[0.0; 2]; 3]);
}

#[test]
fn bags_and_arrays_of_integers_are_inputs() {
    network! { struct Words: [6] -> [2] { words: EmbeddingBag(300, 20, mode = sum), Linear(2) } }

    let mut net = Words::init(&mut StdRng::seed_from_u64(8));
    let bags = [vec![], vec![299], vec![1, 2, 3, 4, 5, 6], vec![7, 7, 0]];
    let bags = bags.map(|indices| Bag::<6>::try_from(indices.as_slice()).unwrap());
    let arrays = [
        [-1.0; 6],
        [299.0, -1.0, -1.0, -1.0, -1.0, -1.0],
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        [7.0, 7.0, 0.0, -1.0, -1.0, -1.0],
    ];
    let (mut workspace, targets, loss) = (Words::workspace(), [[1.0, 0.0]; 4], MseLoss::default());
    let of_bags = net
        .backpropagate(&bags, &targets, &loss, &mut workspace)
        .unwrap();
    let gradients = workspace.gradients().parameters().to_vec();
    let of_arrays = net
        .backpropagate(&arrays, &targets, &loss, &mut workspace)
        .unwrap();
    assert_eq!(
        (of_bags, gradients),
        (of_arrays, workspace.gradients().parameters().to_vec())
    );
    for (bag, array) in bags.iter().zip(&arrays) {
        assert_eq!(net.forward(bag), net.forward(array));
    }
    assert_eq!(
        net.forward(&[1_u16, 2, 3, 4, 5, 6]),
        net.forward(&arrays[2])
    );
    let error = net
        .backpropagate(&[[300_u16; 6]], &targets[..1], &loss, &mut workspace)
        .unwrap_err();
    assert_eq!(
        error,
        BackpropagateError::IndexOutOfRange {
            sample: 0,
            element: 0,
            index: 300.0,
            rows: 300
        }
    );
}
