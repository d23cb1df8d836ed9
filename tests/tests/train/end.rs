//! How runs end.

use crate::samples::{Net, bits, clouds, net};
use chainrule::data::{Dataset, Samples};
use chainrule::prelude::*;
use chainrule::train::metrics::{Accuracy, MeanOf};
use chainrule::train::{Confusion, Event, TrainError, WorstSample};
use core::ops::ControlFlow;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

#[test]
fn early_stopping_gives_back_the_best_weights() {
    let (data, validation) = (clouds(60, 1), clouds(60, 2));
    let weights = RefCell::new(Vec::new());
    let mut net = net();
    // So large that it gets worse soon.
    let mut sgd = Sgd::new(&net, 4.0);
    let trained = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(100)
        .validation(&validation)
        .metric(Accuracy::new())
        .early_stopping(4)
        .after_epoch(|net, _| {
            weights.borrow_mut().push(bits(net.parameters()));
            ControlFlow::Continue(())
        })
        .run()
        .expect("it trains");
    assert_eq!(trained.outcome.reason, "no better for 4 epochs");
    let losses: Vec<f64> = trained
        .epochs
        .iter()
        .filter_map(|epoch| epoch.validation_loss)
        .collect();
    let best = (0..losses.len())
        .min_by(|&a, &b| losses[a].total_cmp(&losses[b]))
        .expect("epochs");
    assert_eq!(losses.len(), best + 1 + 4);
    assert_eq!(trained.outcome.best_epoch, Some(best as u64 + 1));
    assert_eq!(bits(net.parameters()), weights.borrow()[best]);
    assert_eq!(
        trained.metric("accuracy"),
        Some(trained.epochs[best].metrics[0].1)
    );
    let loss = net.evaluate(&validation, &CrossEntropyLoss::default(), &mut []);
    assert_eq!(loss.expect("targets fit"), losses[best]);
}

#[test]
fn a_metric_is_monitored_by_its_name_and_in_its_direction() {
    let data = clouds(60, 1);
    for (value, best) in [(0.0, 1), (f64::NAN, 0)] {
        let metric = MeanOf::new("rising", move |_: &[f32; 3], _: &u8| value);
        let mut net = net();
        let mut sgd = Sgd::new(&net, 0.1);
        let trained = net
            .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
            .epochs(9)
            .validation(&data)
            .metric(metric)
            .monitor("rising")
            .early_stopping(2)
            .run()
            .expect("it trains");
        assert_eq!(trained.epochs.len(), best + 2);
        assert_eq!(trained.outcome.best_epoch, (best > 0).then_some(1));
    }
}

#[test]
fn a_metric_that_is_not_measured_cannot_be_monitored() {
    let data = clouds(60, 1);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let trainer = net.trainer(&mut sgd, CrossEntropyLoss::default(), &data);
    let trainer = trainer
        .validation(&data)
        .metric(Accuracy::new())
        .monitor("acuracy");
    let error = trainer.run().expect_err("a misspelt name");
    assert_eq!(
        error.to_string(),
        "`acuracy` is to be monitored, but the trainer measures `accuracy`"
    );
}

#[test]
fn a_flag_ends_the_run_after_the_step() {
    let (data, flag) = (clouds(60, 1), AtomicBool::new(false));
    let notes = RefCell::new(Vec::new());
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let trained = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(100)
        .batch_size(20)
        .validation(&data)
        .early_stopping(50)
        .stop_when(&flag)
        .on_event(|event| match event {
            Event::Step(step) if step.step == 5 => flag.store(true, Relaxed),
            Event::Note(note) => notes.borrow_mut().push(note.to_string()),
            _ => {}
        })
        .run()
        .expect("it trains");
    assert!(trained.interrupted);
    assert_eq!((trained.steps, trained.epochs.len()), (5, 1));
    assert_eq!(trained.outcome.reason, "interrupted");
    assert_eq!(trained.outcome.best_epoch, None);
    assert_eq!(
        *notes.borrow(),
        ["interrupted after step 5; nothing is saved without `checkpoints`"]
    );
}

#[test]
fn a_closure_ends_the_run_after_an_epoch() {
    let data = clouds(60, 1);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let trained = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(100)
        .after_epoch(|_, record| {
            if record.epoch == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .run()
        .expect("it trains");
    assert_eq!(trained.epochs.len(), 3);
    assert!(!trained.interrupted);
}

#[test]
fn at_the_end_observers_see_the_confusion_and_the_worst_samples() {
    let (data, mut validation) = (clouds(60, 1), clouds(30, 2));
    // No network that has learned says so.
    validation.inputs[7] = [9.0, 0.0, 0.0, 0.0];
    validation.targets[7] = 2;
    let seen: RefCell<(Option<Confusion>, Vec<WorstSample>)> = RefCell::default();
    let mut net = net();
    let mut adam = Adam::new(&net).learning_rate(0.05);
    net.trainer(&mut adam, CrossEntropyLoss::default(), &data)
        .epochs(10)
        .validation(&validation)
        .classes(["ash", "beech", "cedar"])
        .on_event(|event| match event {
            Event::Confusion(confusion) => seen.borrow_mut().0 = Some((*confusion).clone()),
            Event::Worst(worst) => seen.borrow_mut().1 = worst.to_vec(),
            _ => {}
        })
        .run()
        .expect("it trains");
    let (confusion, worst) = seen.into_inner();
    let confusion = confusion.expect("a confusion matrix");
    assert_eq!(confusion.classes, ["ash", "beech", "cedar"]);
    let of_class: Vec<u64> = confusion
        .counts
        .iter()
        .map(|row| row.iter().sum())
        .collect();
    let labels = |class| {
        validation
            .targets
            .iter()
            .filter(|&&label| label == class)
            .count() as u64
    };
    assert_eq!(of_class, [labels(0), labels(1), labels(2)]);
    assert_eq!(worst.len(), 16);
    assert!(worst.is_sorted_by(|a, b| a.loss >= b.loss));
    assert_eq!(
        (worst[0].index, worst[0].input.as_slice()),
        (7, [9.0, 0.0, 0.0, 0.0].as_slice())
    );
    assert_eq!(
        (worst[0].answer.as_str(), worst[0].target.as_str()),
        ("ash", "cedar")
    );
    let right = (0..3)
        .map(|class| confusion.counts[class][class])
        .sum::<u64>() as f64;
    let mut accuracy = Accuracy::new();
    net.evaluate(
        &validation,
        &CrossEntropyLoss::default(),
        &mut [&mut accuracy],
    )
    .expect("targets fit");
    assert_eq!(right / 30.0, accuracy.value());
}

#[test]
fn the_worst_of_a_regression_are_described_by_the_program() {
    network! { struct Line: [1] -> [1] { Linear(1) } }
    let inputs: Vec<[f32; 1]> = (0..10).map(|i| [i as f32 / 10.0]).collect();
    let mut targets: Vec<[f32; 1]> = inputs.clone();
    targets[4] = [50.0];
    let data = Samples::new(inputs, targets).expect("as many inputs as targets");
    assert_eq!(data.len(), 10);
    let words = RefCell::new(Vec::new());
    let mut net = Line::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.0);
    net.trainer(&mut sgd, MseLoss::default(), &data)
        .validation(&data)
        .worst(2, |[y], [t]| (format!("{y:.0}"), format!("{t:.0}")))
        .on_event(|event| {
            if let Event::Worst(worst) = event {
                words.borrow_mut().extend(
                    worst
                        .iter()
                        .map(|sample| (sample.index, sample.target.clone())),
                );
            }
        })
        .run()
        .expect("it trains");
    assert_eq!(words.borrow().len(), 2);
    assert_eq!(words.borrow()[0], (4, "50".to_owned()));
}

#[test]
fn events_come_in_order() {
    let data = clouds(40, 1);
    let names = RefCell::new(String::new());
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(2)
        .batch_size(20)
        .norms_every(3)
        .validation(&data)
        .classes(["ash", "beech", "cedar"])
        .on_event(|event| {
            names.borrow_mut().push_str(match event {
                Event::Start(info) => {
                    assert_eq!((info.network, info.samples, info.epochs), ("Net", 40, 2));
                    assert_eq!(
                        (info.input, info.layers.len()),
                        ([4].as_slice(), Net::LAYERS.len())
                    );
                    "start "
                }
                Event::Step(_) => "step ",
                Event::Norms(3, _) => "norms ",
                Event::Epoch(_) => "epoch ",
                Event::Confusion(_) => "confusion ",
                Event::Worst(_) => "worst ",
                Event::End(_) => "end",
                _ => "other ",
            });
        })
        .run()
        .expect("it trains");
    assert_eq!(
        *names.borrow(),
        "start step step epoch step norms step epoch confusion worst end"
    );
}

#[test]
fn the_error_of_a_run_can_be_passed_on() {
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_error::<TrainError>();
}
