//! Layers with the weights of another one.

use chainrule::Input;
use chainrule::losses::Loss;
use chainrule::prelude::*;

network! {
    #[network(scalar = f64)]
    pub struct Autoencoder: [7] -> [7] {
        encoder: Linear(3), Tanh,
        decoder: tied(encoder, transposed = true), Sigmoid,
    }
}

network! {
    #[network(scalar = f64)]
    pub struct Again: [2, 6] -> [2, 6] {
        mix: Conv1d(2, kernel = 3, padding = 1), Tanh,
        Repeat(2) { Residual { own: Linear(6), tied(mix), Tanh } },
        last: tied(mix),
    }
}

network! {
    #[network(scalar = f64)]
    pub struct Words: [5] -> [5, 9] {
        words: Embedding(9, 4), Gru(4), scores: tied(words, transposed = true),
    }
}

network! {
    #[network(scalar = f64)]
    pub struct Steps: [5, 3] -> [5, 3] {
        first: Linear(2), Relu, back: tied(first, transposed = true), Tanh, tied(first), tied(first, transposed = true),
    }
}

/// Gradients against central differences, for one sample and a batch, and `train_step` against its two halves.
fn check<N, X, Y>(inputs: &[X], targets: &[Y])
where
    N: Network<Scalar = f64> + Clone,
    X: Input<N::Input>,
    Y: Sync,
    MseLoss: Loss<f64, N::Output, Y>,
{
    let mut net = N::init(&mut StdRng::seed_from_u64(2));
    for (index, x) in net.parameters_mut().iter_mut().enumerate() {
        *x += 0.1 * (index as f64).sin();
    }
    let loss = MseLoss::default();
    let mut workspace = N::workspace();
    for batch in [1, inputs.len()] {
        let (inputs, targets) = (&inputs[..batch], &targets[..batch]);
        net.backpropagate(inputs, targets, &loss, &mut workspace)
            .unwrap();
        let gradients = workspace.gradients().parameters().to_vec();
        assert_eq!(gradients.len(), N::PARAMETERS);
        for (index, gradient) in gradients.iter().enumerate() {
            let (h, before) = (1e-5, net.parameters()[index]);
            let mut at = |x: f64| {
                net.parameters_mut()[index] = x;
                net.backpropagate(inputs, targets, &loss, &mut workspace)
                    .unwrap()
            };
            let difference = (at(before + h) - at(before - h)) / (2.0 * h);
            at(before);
            assert!(
                (difference - gradient).abs() < 1e-8,
                "{batch}: {index}: {gradient}, {difference}"
            );
        }
        let mut other = net.clone();
        let (mut a, mut b) = (Sgd::new(&*net, 0.1), Sgd::new(&*other, 0.1));
        net.backpropagate(inputs, targets, &loss, &mut workspace)
            .unwrap();
        a.step(&mut *net, workspace.gradients());
        b.train_step(&mut *other, inputs, targets, &loss, &mut workspace)
            .unwrap();
        assert_eq!(net.parameters(), other.parameters());
    }
    // One sample and lanes.
    let mut outputs = vec![bytemuck::Zeroable::zeroed(); inputs.len()];
    net.forward_batch(inputs, &mut outputs, &mut workspace)
        .unwrap();
    for (x, y) in inputs.iter().zip(&outputs) {
        let one = net.forward(x);
        let (one, y): (&[f64], &[f64]) = (
            bytemuck::cast_slice(std::slice::from_ref(&one)),
            bytemuck::cast_slice(std::slice::from_ref(y)),
        );
        for (a, b) in one.iter().zip(y) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}

#[test]
fn gradients_of_shared_weights_are_sums() {
    let mut rng = StdRng::seed_from_u64(5);
    let vectors: Vec<[f64; 7]> = (0..21).map(|_| rng.random()).collect();
    check::<Autoencoder, _, _>(&vectors, &vectors);
    let images: Vec<[[f64; 6]; 2]> = (0..21).map(|_| rng.random()).collect();
    check::<Again, _, _>(&images, &images);
    let steps: Vec<[[f64; 3]; 5]> = (0..21).map(|_| rng.random()).collect();
    check::<Steps, _, _>(&steps, &steps);
    let words: Vec<[u8; 5]> = (0..21)
        .map(|_| std::array::from_fn(|_| rng.random_range(0..9)))
        .collect();
    let targets: Vec<[[f64; 9]; 5]> = (0..21).map(|_| rng.random()).collect();
    check::<Words, _, _>(&words, &targets);
}

#[test]
fn shared_weights_are_there_once() {
    let names = |tensors: Vec<String>| tensors.join(" ");
    let net = Autoencoder::boxed();
    let tensors = net
        .named_parameters()
        .map(|t| t.name().to_string())
        .collect();
    assert_eq!(names(tensors), "encoder.weight encoder.bias");
    assert_eq!(Autoencoder::PARAMETERS, 7 * 3 + 3);
    assert_eq!(Autoencoder::MACS, 2 * 7 * 3);
    let net = Again::boxed();
    let tensors = net
        .named_parameters()
        .map(|t| t.name().to_string())
        .collect();
    assert_eq!(
        names(tensors),
        "mix.weight mix.bias repeat1.0.residual1.own.weight repeat1.0.residual1.own.bias \
         repeat1.1.residual1.own.weight repeat1.1.residual1.own.bias"
    );
    let summary = Again::summary().to_string();
    assert!(summary.contains("tied(mix)"), "{summary}");
}

/// The weights transposed are those that PyTorch multiplies with in `F.linear(x, layer.weight.t())`.
#[test]
fn transposed_is_the_product_with_the_other_index() {
    let mut net = Autoencoder::init(&mut StdRng::seed_from_u64(2));
    net.encoder.bias.fill(0.25);
    let x = [0.5, -1.0, 2.0, 0.0, 1.0, -0.5, 0.75];
    let hidden: Vec<f64> = (0..3)
        .map(|o| {
            (0..7)
                .map(|i| net.encoder.weight[(o, i)] * x[i])
                .sum::<f64>()
                + 0.25
        })
        .map(f64::tanh)
        .collect();
    for (i, y) in net.forward(&x).into_iter().enumerate() {
        let sum: f64 = (0..3).map(|o| net.encoder.weight[(o, i)] * hidden[o]).sum();
        assert!((y - 1.0 / (1.0 + (-sum).exp())).abs() < 1e-12);
    }
}

#[test]
fn a_stream_shares_them_too() {
    let net = Steps::init(&mut StdRng::seed_from_u64(2));
    let sequence: [[f64; 3]; 5] = StdRng::seed_from_u64(5).random();
    let mut stream = net.stream();
    for (x, y) in sequence.iter().zip(net.forward(&sequence)) {
        for (a, b) in stream.step(x).into_iter().zip(y) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}
