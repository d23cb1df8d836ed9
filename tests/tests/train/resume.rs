//! A run that was interrupted anywhere and resumed ends with the bits of one that was not.

use crate::samples::{Net, Noisy, Normed, bits, clouds};
use chainrule::checkpoint::Checkpoints;
use chainrule::optimizers::Optimizer;
use chainrule::prelude::*;
use chainrule::schedules::{CosineAnnealingLr, ReduceLrOnPlateau};
use chainrule::train::metrics::Accuracy;
use chainrule::train::{Event, TrainError, Trained};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// All that a run leaves.
#[derive(Debug, PartialEq)]
struct Left {
    parameters: Vec<u32>,
    buffers: Vec<u32>,
    moments: Vec<Vec<u32>>,
    steps: u64,
    reason: String,
    best_epoch: Option<u64>,
}

/// Where learning rates come from.
#[derive(Clone, Copy, Debug)]
enum Rate {
    Cosine,
    Plateau,
}

/// A run with everything that has a state; interrupted after the step `stop_at`, if that comes.
fn run<N>(folder: &Path, rate: Rate, stop_at: Option<u64>) -> (Left, bool)
where
    N: Network<Scalar = f32, Input = [f32; 4], Output = [f32; 3]>,
{
    let (training, validation) = (Noisy(clouds(41, 1)), clouds(30, 2));
    // What a resume does not overwrite would show.
    let begins = std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none());
    let mut net = N::init(&mut StdRng::seed_from_u64(if begins { 7 } else { 9 }));
    let mut adam = Adam::new(&net);
    let flag = AtomicBool::new(false);
    let trainer = net
        .trainer(&mut adam, CrossEntropyLoss::default(), &training)
        .epochs(9)
        .batch_size(16)
        .seed(3)
        .clip_grad_norm(0.5)
        .ema(0.9)
        .validation(&validation)
        .metric(Accuracy::new())
        .monitor("accuracy")
        .early_stopping(3)
        .checkpoints(Checkpoints::new(folder).expect("a folder"))
        .resume(true)
        .stop_when(&flag)
        .on_event(|event| {
            if let Event::Step(step) = event {
                flag.store(Some(step.step) == stop_at, Relaxed);
            }
        });
    let trainer = match rate {
        Rate::Cosine => trainer.schedule(CosineAnnealingLr::new(0.05, 27)),
        Rate::Plateau => trainer.reduce_on_plateau(ReduceLrOnPlateau {
            patience: 0,
            factor: 0.5,
            ..ReduceLrOnPlateau::new(0.05)
        }),
    };
    let trained = trainer.run().expect("it trains");
    let left = Left {
        parameters: bits(net.parameters()),
        buffers: bits(net.buffers()),
        moments: adam.state().map(|(_, state)| bits(state)).collect(),
        steps: trained.steps,
        reason: trained.outcome.reason,
        best_epoch: trained.outcome.best_epoch,
    };
    (left, trained.interrupted)
}

fn interrupted_anywhere<N>(rate: Rate)
where
    N: Network<Scalar = f32, Input = [f32; 4], Output = [f32; 3]>,
{
    let folder = || tempfile::tempdir().expect("a folder");
    let (whole, _) = run::<N>(folder().path(), rate, None);
    assert!(whole.steps > 9 && whole.best_epoch.is_some(), "{whole:?}");
    for stop_at in 1..=whole.steps {
        let folder = folder();
        let (_, interrupted) = run::<N>(folder.path(), rate, Some(stop_at));
        assert!(interrupted);
        let (resumed, interrupted) = run::<N>(folder.path(), rate, None);
        assert!(!interrupted);
        assert_eq!(resumed, whole, "{rate:?}, interrupted after step {stop_at}");
        // What is done stays done.
        let (again, _) = run::<N>(folder.path(), rate, None);
        assert_eq!(again, whole);
    }
}

#[test]
fn a_resumed_run_ends_with_the_bits_of_the_uninterrupted_one() {
    interrupted_anywhere::<Net>(Rate::Cosine);
    interrupted_anywhere::<Net>(Rate::Plateau);
}

#[test]
fn a_resumed_run_of_a_network_with_batch_norm_ends_with_the_same_bits() {
    interrupted_anywhere::<Normed>(Rate::Cosine);
}

#[test]
fn a_run_that_is_interrupted_again_and_again_ends_with_the_same_bits() {
    let folder = || tempfile::tempdir().expect("a folder");
    let (whole, _) = run::<Net>(folder().path(), Rate::Plateau, None);
    let folder = folder();
    for step in (2..whole.steps).step_by(2) {
        let (left, interrupted) = run::<Net>(folder.path(), Rate::Plateau, Some(step));
        assert!(interrupted);
        assert_eq!(left.steps, step);
    }
    assert_eq!(run::<Net>(folder.path(), Rate::Plateau, None).0, whole);
}

/// A short run that saves after every second step; `resume` as given.
fn short(folder: &Path, seed: u64, resume: bool) -> Result<Trained, TrainError> {
    let data = clouds(32, 1);
    let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(2)
        .batch_size(8)
        .seed(seed)
        .checkpoints(Checkpoints::new(folder).expect("a folder").keep(10))
        .checkpoint_every(3)
        .resume(resume)
        .run()
}

#[test]
fn checkpoints_are_saved_after_steps_and_epochs() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(short(folder.path(), 0, false).expect("it trains").steps, 8);
    let steps = Checkpoints::new(folder.path()).and_then(|checkpoints| checkpoints.steps());
    assert_eq!(steps.expect("a folder"), [3, 4, 6, 8]);
}

#[test]
fn a_new_run_does_not_mix_its_checkpoints_with_those_of_another() {
    let folder = tempfile::tempdir().expect("a folder");
    short(folder.path(), 0, false).expect("it trains");
    let error = short(folder.path(), 0, false).expect_err("the folder is in use");
    assert!(matches!(error, TrainError::Occupied { .. }));
    let message = error.to_string();
    assert!(message.contains("step-0000000008.safetensors"), "{message}");
    assert!(message.contains("resume(true)"), "{message}");
}

#[test]
fn a_run_with_another_seed_does_not_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    short(folder.path(), 0, false).expect("it trains");
    let error = short(folder.path(), 1, true).expect_err("another seed");
    assert!(matches!(error, TrainError::Checkpoint(_)));
    assert!(
        error.to_string().contains("seed") || error.to_string().contains("run"),
        "{error}"
    );
}
