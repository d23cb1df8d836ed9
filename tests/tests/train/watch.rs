//! What a run watches.

use crate::samples::{Net, bits, clouds, net};
use chainrule::data::Samples;
use chainrule::prelude::*;
use chainrule::train::{Event, Fault, LayerNorms, Quantity, TrainError};
use std::cell::RefCell;

/// Trains a network that it is to stop, and returns where the fault is.
#[track_caller]
fn fault<N, L, Y>(net: &mut N, loss: L, data: &Samples<N::Input, Y>) -> (Quantity, Fault, u64, u64)
where
    N: Network<Scalar = f32>,
    N::Input: chainrule::Input<N::Input>,
    L: Loss<f32, N::Output, Y>,
    Y: Clone + Send + Sync,
{
    let before = bits(net.parameters());
    let mut sgd = Sgd::new(&*net, 0.0);
    let trainer = net
        .trainer(&mut sgd, loss, data)
        .epochs(2)
        .batch_size(8)
        .in_order();
    match trainer.run() {
        Err(TrainError::NotFinite {
            quantity,
            value,
            step,
            epoch,
            fault,
            samples,
        }) => {
            assert!(!value.is_finite());
            assert_eq!(
                samples,
                Vec::from_iter(8 * (step as usize - 1)..8 * step as usize)
            );
            assert_eq!(bits(net.parameters()), before, "nothing was updated");
            (quantity, fault, step, epoch)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_input_that_is_no_number_is_named() {
    let mut data = clouds(32, 1);
    data.inputs[19][2] = f32::NAN;
    let found = fault(&mut *net(), CrossEntropyLoss::default(), &data);
    let (
        Quantity::Loss,
        Fault::Input {
            sample: 19,
            element: 2,
            value,
        },
        3,
        1,
    ) = found
    else {
        panic!("{found:?}");
    };
    assert!(value.is_nan());
}

#[test]
fn a_weight_that_is_no_number_is_named() {
    let mut net = net();
    net.head.weight[(1, 3)] = f32::INFINITY;
    net.head.weight[(2, 3)] = f32::NAN;
    let (quantity, found, ..) = fault(&mut *net, CrossEntropyLoss::default(), &clouds(32, 1));
    let tensor = "head.weight".to_owned();
    assert_eq!(
        (quantity, found),
        (Quantity::Loss, Fault::Weights { tensor })
    );
}

network! {
    struct Deep: [4] -> [3] {
        first: Linear(8), Relu,
        second: Linear(8),
        Residual { Square, third: Linear(8) },
        head: Linear(3),
    }
}

#[test]
fn the_first_layer_whose_outputs_are_not_finite_is_named() {
    let data = clouds(32, 1);
    for (layer, change) in [
        (
            "second",
            (|net: &mut Deep| net.second.weight.fill(1e38)) as fn(&mut Deep),
        ),
        ("third", |net| {
            net.second.weight.fill(1e15);
            net.residual1.third.weight.fill(1e15);
        }),
        ("head", |net| net.head.weight.fill(f32::MAX)),
    ] {
        let mut net = Deep::init(&mut StdRng::seed_from_u64(7));
        net.first.bias.fill(1000.0);
        change(&mut net);
        let (_, found, ..) = fault(&mut *net, CrossEntropyLoss::default(), &data);
        let Fault::Outputs { layer: found } = found else {
            panic!("{layer}: {found:?}");
        };
        assert!(found.ends_with(layer), "{layer}: {found}");
    }
}

#[test]
fn a_layer_without_weights_is_named_as_declared() {
    let mut net = Deep::init(&mut StdRng::seed_from_u64(7));
    net.second.weight.fill(1e25);
    let (_, found, ..) = fault(&mut *net, CrossEntropyLoss::default(), &clouds(32, 1));
    assert_eq!(
        found,
        Fault::Outputs {
            layer: "Square".into()
        }
    );
}

network! { struct Two: [1] -> [1] { first: Linear(1, bias = false), second: Linear(1, bias = false) } }

fn two(
    first: f32,
    second: f32,
    input: f32,
    target: f32,
) -> (Box<Two>, Samples<[f32; 1], [f32; 1]>) {
    let mut net = Two::boxed();
    net.first.weight.fill(first);
    net.second.weight.fill(second);
    let data = Samples::new(vec![[input]; 16], vec![[target]; 16]);
    (net, data.expect("as many inputs as targets"))
}

#[test]
fn a_loss_of_finite_outputs_is_blamed_itself() {
    let (mut net, data) = two(1e15, 1e15, 1.0, 0.0);
    let (quantity, found, step, _) = fault(&mut *net, MseLoss::default(), &data);
    assert_eq!((quantity, found, step), (Quantity::Loss, Fault::Loss, 1));
}

#[test]
fn the_first_gradient_on_the_way_back_is_named() {
    // The output is 1e10, and its derivative by the first weight 1e40.
    let (mut net, data) = two(1e-20, 1e10, 1e20, 0.0);
    net.second.weight.fill(1e20);
    let (quantity, found, ..) = fault(&mut *net, L1Loss::default(), &data);
    let tensor = "first.weight".to_owned();
    assert_eq!(
        (quantity, found),
        (Quantity::Gradient, Fault::Gradient { tensor })
    );
}

#[test]
fn the_error_tells_step_place_and_samples() {
    let mut data = clouds(40, 1);
    data.inputs[31][0] = f32::INFINITY;
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let trainer = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .in_order();
    let error = trainer
        .batch_size(20)
        .run()
        .expect_err("an infinite input")
        .to_string();
    assert_eq!(
        error,
        "step 2 (epoch 1): the loss is NaN: element 0 of the input of sample 31 is inf; mend or remove that sample. \
         Nothing was updated. The batch has samples [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35] and 4 more"
    );
}

#[test]
fn units_without_a_gradient_for_an_epoch_are_told() {
    let data = clouds(600, 1);
    let notes = RefCell::new(Vec::new());
    let norms: RefCell<Vec<Vec<LayerNorms>>> = RefCell::default();
    let mut net = net();
    net.hidden.bias[3] = -1000.0;
    net.hidden.bias[4] = -1000.0;
    let mut sgd = Sgd::new(&net, 0.01);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(3)
        .batch_size(200)
        .norms_every(9)
        .on_event(|event| match event {
            Event::Note(note) => notes.borrow_mut().push(note.to_string()),
            Event::Norms(_, of_layers) => norms.borrow_mut().push(of_layers.to_vec()),
            _ => {}
        })
        .run()
        .expect("it trains");
    // Once, as nothing changes.
    assert_eq!(
        *notes.borrow(),
        [
            "2 of 16 units of `hidden` had a gradient of exactly zero for a whole epoch: they learn nothing"
        ]
    );
    let norms = norms.into_inner();
    assert_eq!(norms.len(), 1);
    let [hidden, head] = norms[0].as_slice() else {
        panic!("{norms:?}");
    };
    assert_eq!((hidden.label, hidden.dead), ("hidden", 2.0 / 16.0));
    assert_eq!((head.label, head.dead), ("head", 0.0));
    assert!(hidden.weights > 1000.0 && head.weights < 10.0 && head.gradients > 0.0);
}

#[test]
fn norms_are_those_of_the_layers_tensors() {
    let data = clouds(8, 1);
    let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    let norms: RefCell<Vec<LayerNorms>> = RefCell::default();
    let mut sgd = Sgd::new(&net, 0.0);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .on_event(|event| {
            if let Event::Norms(1, of_layers) = event {
                norms.borrow_mut().extend_from_slice(of_layers);
            }
        })
        .run()
        .expect("it trains");
    let squares = |scalars: &[f32]| scalars.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let expected = (squares(net.head.weight.as_slice()) + squares(net.head.bias.as_slice())).sqrt();
    assert!((norms.borrow()[1].weights - expected).abs() < 1e-12);
}
