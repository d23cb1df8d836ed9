//! Settings that do not fit, and what follows from those that do.

use crate::samples::{Net, Normed, clouds};
use chainrule::checkpoint::{CheckpointError, Checkpoints};
use chainrule::data::Samples;
use chainrule::prelude::*;
use chainrule::schedules::ReduceLrOnPlateau;
use chainrule::train::metrics::Accuracy;
use chainrule::train::{Event, TrainError};

network! {
    struct Frozen: [4] -> [3] { fixed: Linear(8, freeze), Relu, head: Linear(3) }
}

#[test]
fn a_run_on_other_samples_does_not_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |samples, batch_size| {
        let data = clouds(samples, 1);
        let mut net = Net::init(&mut StdRng::seed_from_u64(7));
        let mut sgd = Sgd::new(&net, 0.1);
        net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
            .batch_size(batch_size)
            .checkpoints(Checkpoints::new(folder.path()).expect("a folder"))
            .resume(true)
            .run()
    };
    run(32, 8).expect("the first run");
    for (samples, batch_size, words) in [
        (40, 8, ["`on 32 samples`", "`on 40 samples`"]),
        (32, 16, ["`in batches of 8`", "`in batches of 16`"]),
    ] {
        match run(samples, batch_size) {
            Err(TrainError::Checkpoint(CheckpointError::Other {
                state,
                found,
                expected,
                ..
            })) => assert_eq!((&*state, [&*found, &*expected]), ("run", words)),
            other => panic!("{other:?}"),
        }
    }
    run(32, 8).expect("the same samples");
}

#[test]
fn so_many_steps_are_made_where_batch_norm_leaves_a_sample_out() {
    let data = clouds(33, 1);
    let mut net = Normed::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    let trained = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .batch_size(16)
        .steps(6)
        .run()
        .expect("it trains");
    assert_eq!(trained.steps, 6);
}

#[test]
fn nothing_to_validate_with_is_an_error() {
    let (data, none) = (clouds(32, 1), clouds(0, 2));
    let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    let run = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .validation(&none)
        .run();
    assert!(matches!(run, Err(TrainError::NoSamples)), "{run:?}");
}

#[test]
fn a_wrong_index_to_validate_with_is_an_error() {
    network! { struct Words: [2] -> [2] { Embedding(5, 4), Flatten, Linear(2) } }

    let training = Samples::new(vec![[0.0_f32, 4.0]; 4], vec![1_u8; 4]).expect("as many");
    let validation =
        Samples::new(vec![[0.0_f32, 1.0], [5.0, 1.0]], vec![0_u8; 2]).expect("as many");
    let mut net = Words::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    let run = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &training)
        .validation(&validation)
        .run();
    let error = run.expect_err("the table has five rows").to_string();
    assert!(error.contains("sample 1 of the data"), "{error}");
}

#[test]
fn two_metrics_of_one_name_are_an_error() {
    let data = clouds(32, 1);
    let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    let run = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .validation(&data)
        .metric(Accuracy::new())
        .metric(Accuracy::new())
        .run();
    match run {
        Err(TrainError::SameName { name }) => assert_eq!(name, "accuracy"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plateau_of_a_metric_knows_that_more_is_better() {
    let data = clouds(64, 1);
    let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    let (mut rates, mut accuracies) = (Vec::new(), Vec::new());
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(4)
        .batch_size(8)
        .validation(&data)
        .metric(Accuracy::new())
        .monitor("accuracy")
        .reduce_on_plateau(ReduceLrOnPlateau {
            patience: 0,
            ..ReduceLrOnPlateau::new(0.02)
        })
        .on_event(|event| {
            if let Event::Epoch(epoch) = event {
                rates.push(epoch.learning_rate);
                accuracies.push(epoch.metrics[0].1);
            }
        })
        .run()
        .expect("it trains");
    let better = accuracies.windows(2).take_while(|pair| pair[1] > pair[0]);
    let better = better.count();
    assert!(better > 0, "{accuracies:?}");
    assert!(
        rates[..=better].iter().all(|&rate| rate == 0.02),
        "{rates:?}"
    );
}

#[test]
fn frozen_layers_are_not_told_to_be_dead() {
    let data = clouds(64, 1);
    let mut net = Frozen::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    let mut dead = Vec::new();
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(2)
        .on_event(|event| match event {
            Event::Norms(_, layers) => {
                dead.extend(layers.iter().map(|layer| (layer.label, layer.dead)));
            }
            Event::Note(note) => assert!(!note.contains("fixed"), "{note}"),
            _ => {}
        })
        .run()
        .expect("it trains");
    assert!(dead.contains(&("fixed", 0.0)), "{dead:?}");
}
