//! Ten steps of training a convolutional network, beside PyTorch's (`goldens/make_cnn_trace.py`): what the layers, the
//! loss and the optimizers compute separately must also be right together.

use chainrule::optimizers::Adam;
use chainrule::prelude::*;
use chainrule_tests::{Case, Golden, load};

network! {
    /// Every kind of layer that a small image classifier has.
    struct Cnn<T>: [1, 8, 8] -> [3] {
        conv1: Conv2d(4, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        conv2: Conv2d(6, kernel = 3, bias = false), norm: BatchNorm2d, Relu, AvgPool2d(2),
        Flatten, Dropout(0.0),
        head: Linear(3),
    }
}

/// Trains from PyTorch's start and compares every loss, the final parameters and buffers, and inference with them.
/// Ten steps multiply the rounding of one, so the tolerance is ten times that of a single layer.
fn check<T: Scalar, O: Optimizer<T>>(case: &str, optimizer: impl Fn(&Cnn<T>) -> O, tolerance: f64) {
    let golden = Golden::open("cnn_trace");
    let (batch, start, case) = (
        golden.case("batch"),
        golden.case("start"),
        golden.case(case),
    );
    let inputs = images::<T>(&batch);
    let labels = batch.classes("target");

    let mut network = Cnn::<T>::boxed();
    load(&mut *network, &start, "");
    let mut optimizer = optimizer(&network);
    let mut workspace = Cnn::<T>::workspace();
    for (step, &want) in case.get("loss").iter().enumerate() {
        let loss = CrossEntropyLoss::default();
        let got = network
            .backpropagate(&inputs, &labels, &loss, &mut workspace)
            .unwrap()
            .to_f64();
        assert!(
            (got - want).abs() <= tolerance,
            "loss of step {step}: got {got}, want {want}"
        );
        optimizer.step(&mut *network, workspace.gradients());
    }

    let mut tensors = 0;
    for tensor in network.named_parameters().chain(network.named_buffers()) {
        let name = tensor.name().to_string();
        for (index, (got, &want)) in tensor
            .values()
            .zip(case.get_shaped(&name, &tensor.tensor))
            .enumerate()
        {
            let got = got.to_f64();
            assert!(
                (got - want).abs() <= tolerance,
                "{name}[{index}]: got {got}, want {want}"
            );
        }
        tensors += 1;
    }
    assert_eq!(tensors, 9);

    let outputs = inputs.iter().flat_map(|image| network.forward(image));
    for (index, (got, &want)) in outputs.zip(case.get("inference")).enumerate() {
        let got = got.to_f64();
        assert!(
            (got - want).abs() <= 10.0 * tolerance,
            "output {index}: got {got}, want {want}"
        );
    }
}

fn images<T: Scalar>(batch: &Case) -> Vec<[[[T; 8]; 8]; 1]> {
    let scalars: Vec<T> = batch.get("input").iter().map(|&x| T::from_f64(x)).collect();
    scalars.as_chunks().0.as_chunks().0.as_chunks().0.to_vec()
}

#[test]
fn sgd_momentum_f64() {
    check::<f64, _>(
        "sgd",
        |network| Sgd::new(network, 0.125).momentum(0.875),
        1e-9,
    );
}

#[test]
fn sgd_momentum_f32() {
    check::<f32, _>(
        "sgd",
        |network| Sgd::new(network, 0.125).momentum(0.875),
        1e-4,
    );
}

#[test]
fn adam_f64() {
    check::<f64, _>(
        "adam",
        |network| Adam::new(network).learning_rate(1.0 / 64.0),
        1e-9,
    );
}

#[test]
fn adam_f32() {
    check::<f32, _>(
        "adam",
        |network| Adam::new(network).learning_rate(1.0 / 64.0),
        1e-4,
    );
}
