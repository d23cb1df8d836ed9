//! The loop.

use crate::samples::{Net, Noisy, Normed, bits, clouds, net};
use chainrule::data::{Batches, Dataset, Samples};
use chainrule::optimizers::{AveragedModel, Optimizer, grad_norm};
use chainrule::prelude::*;
use chainrule::schedules::{CosineAnnealingLr, ReduceLrOnPlateau};
use chainrule::train::metrics::{Accuracy, R2};
use chainrule::train::{Event, Observer, Progress, StepRecord, TrainError};
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

fn steps<'a>(into: &'a RefCell<Vec<StepRecord>>) -> impl FnMut(&Event<'_>) + 'a {
    |event| {
        if let Event::Step(step) = event {
            into.borrow_mut().push(**step);
        }
    }
}

#[test]
fn the_trainer_is_the_plain_loop_bit_for_bit() {
    let data = Noisy(clouds(50, 1));
    let loss = CrossEntropyLoss::default();
    let mut by_hand = net();
    let mut workspace = Net::workspace();
    let mut adam = Adam::new(&by_hand).learning_rate(0.01);
    let mut batches = Batches::new(&data, 16, 3);
    workspace.set_seed(3);
    for epoch in 0..4 {
        batches.start_at(epoch, 0);
        while let Some(batch) = batches.next_batch() {
            by_hand
                .backpropagate(batch.inputs(), batch.targets(), &loss, &mut workspace)
                .expect("it trains");
            adam.step(&mut by_hand, workspace.gradients());
        }
    }
    for ahead in [0, 1, 3] {
        let mut net = net();
        let mut adam = Adam::new(&net).learning_rate(0.01);
        let trained = net
            .trainer(&mut adam, loss, &data)
            .epochs(4)
            .batch_size(16)
            .seed(3)
            .read_ahead(ahead)
            .run()
            .expect("it trains");
        assert_eq!(trained.steps, 16);
        assert_eq!(bits(net.parameters()), bits(by_hand.parameters()));
    }
}

network! {
    /// Work enough for several threads.
    struct Cnn: [1, 24, 24] -> [10] {
        Conv2d(8, kernel = 5), Relu, MaxPool2d(2), Dropout(0.25), Conv2d(16, kernel = 3), Relu, MaxPool2d(2), Flatten,
        Linear(10),
    }
}

#[test]
fn the_trainer_gives_the_same_bits_on_1_2_3_and_8_threads() {
    let mut rng = StdRng::seed_from_u64(5);
    let inputs: Vec<[[[f32; 24]; 24]; 1]> = (0..200)
        .map(|_| {
            [core::array::from_fn(|_| {
                core::array::from_fn(|_| rng.random())
            })]
        })
        .collect();
    let labels = (0..200).map(|i| (i % 10) as u8).collect();
    let data = Samples::new(inputs, labels).expect("as many inputs as labels");
    let train = |parallel: bool| {
        let mut net = Cnn::init(&mut StdRng::seed_from_u64(7));
        let mut adam = Adam::new(&net);
        let trainer = net.trainer(&mut adam, CrossEntropyLoss::default(), &data);
        let trainer = trainer
            .epochs(2)
            .batch_size(96)
            .validation(&data)
            .metric(Accuracy::new());
        let trainer = if parallel {
            trainer.parallel()
        } else {
            trainer
        };
        let trained = trainer.run().expect("it trains");
        let loss = trained.epochs[1].validation_loss.map(f64::to_bits);
        (bits(net.parameters()), loss, trained.metric("accuracy"))
    };
    let on_one = train(true);
    // Batches are cut.
    assert_ne!(on_one, train(false));
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        assert!(
            pool.expect("a pool").install(|| train(true)) == on_one,
            "{threads} threads"
        );
    }
}

#[test]
fn a_schedule_gives_the_learning_rate_of_every_step() {
    let (data, records) = (clouds(40, 1), RefCell::new(Vec::new()));
    let schedule = CosineAnnealingLr::new(0.1, 12);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 5.0);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(3)
        .batch_size(10)
        .schedule(schedule)
        .on_event(steps(&records))
        .run()
        .expect("it trains");
    let records = records.into_inner();
    assert_eq!(records.len(), 12);
    for (step, record) in records.iter().enumerate() {
        assert_eq!(record.step, step as u64 + 1);
        assert_eq!(record.epoch, step as u64 / 4 + 1);
        assert_eq!(record.learning_rate, schedule.learning_rate(step as u64));
    }
}

#[test]
fn a_plateau_lowers_the_learning_rate_after_an_epoch() {
    let data = clouds(40, 1);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 5.0);
    // Nothing is ever better by so much.
    let plateau = ReduceLrOnPlateau {
        patience: 1,
        factor: 0.5,
        threshold: chainrule::schedules::Threshold::Absolute(1e9),
        ..ReduceLrOnPlateau::new(0.4)
    };
    let trained = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(6)
        .reduce_on_plateau(plateau)
        .run()
        .expect("it trains");
    let rates: Vec<f64> = trained
        .epochs
        .iter()
        .map(|epoch| epoch.learning_rate)
        .collect();
    assert_eq!(rates, [0.4, 0.4, 0.4, 0.2, 0.2, 0.1]);
}

#[test]
fn clipping_limits_the_step_and_not_the_norm_that_is_told() {
    let (data, records) = (clouds(32, 1), RefCell::new(Vec::new()));
    let mut net = net();
    let before = net.parameters().to_vec();
    let mut sgd = Sgd::new(&net, 1.0);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .clip_grad_norm(0.01)
        .on_event(steps(&records))
        .run()
        .expect("it trains");
    let records = records.into_inner();
    assert_eq!(records.len(), 1);
    assert!(records[0].gradient_norm > 0.1, "{records:?}");
    let moved = before
        .iter()
        .zip(net.parameters())
        .map(|(a, b)| f64::from(a - b).powi(2));
    assert!((moved.sum::<f64>().sqrt() - 0.01).abs() < 1e-5);
}

fn in_parts<N>(part: usize) -> Vec<f32>
where
    N: Network<Scalar = f32, Input = [f32; 4], Output = [f32; 3]>,
{
    let data = clouds(50, 1);
    let mut net = N::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&*net, 0.5);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(3)
        .batch_size(25)
        .parts_of(part)
        .run()
        .expect("it trains");
    net.parameters().to_vec()
}

#[test]
fn a_batch_in_parts_has_the_gradient_of_the_whole() {
    network! { struct Plain: [4] -> [3] { Linear(8), Tanh, Linear(3) } }
    for (part, whole) in in_parts::<Plain>(7).iter().zip(in_parts::<Plain>(25)) {
        assert!((part - whole).abs() < 1e-5);
    }
    // Statistics are those of each part.
    assert_ne!(in_parts::<Normed>(7), in_parts::<Normed>(25));
}

#[test]
fn a_network_with_batch_norm_leaves_out_a_last_sample_that_is_alone() {
    let data = clouds(33, 1);
    for part in [32, 31, 3] {
        let mut net = Normed::init(&mut StdRng::seed_from_u64(7));
        let mut sgd = Sgd::new(&net, 0.1);
        let trained = net
            .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
            .epochs(2)
            .batch_size(32)
            .parts_of(part)
            .run()
            .expect("it trains");
        assert_eq!(trained.steps, 2);
    }
}

#[test]
fn a_batch_larger_than_the_usual_workspace_of_batch_norm_fits() {
    let data = clouds(700, 1);
    let mut net = Normed::init(&mut StdRng::seed_from_u64(7));
    let mut sgd = Sgd::new(&net, 0.1);
    let trainer = net.trainer(&mut sgd, CrossEntropyLoss::default(), &data);
    assert_eq!(trainer.batch_size(600).run().expect("it trains").steps, 2);
}

#[test]
fn steps_end_a_run_within_an_epoch() {
    let data = clouds(40, 1);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let trained = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .batch_size(10)
        .steps(6)
        .validation(&data)
        .run()
        .expect("it trains");
    assert_eq!((trained.steps, trained.epochs.len()), (6, 2));
    assert_eq!(trained.outcome.reason, "all steps done");
    assert_eq!(sgd.steps(), 6);
}

#[test]
fn a_moving_average_is_validated_and_stays_in_the_network() {
    let (data, validation) = (clouds(40, 1), clouds(30, 2));
    let loss = CrossEntropyLoss::default();
    let mut averaged = net();
    let mut adam = Adam::new(&averaged).learning_rate(0.05);
    let mut average = AveragedModel::ema(&averaged, 0.8);
    let weights = RefCell::new(Vec::new());
    let trained = averaged
        .trainer(&mut adam, loss, &data)
        .epochs(2)
        .batch_size(10)
        .ema(0.8)
        .validation(&validation)
        .after_epoch(|net, _| {
            weights.borrow_mut().push(net.to_boxed());
            core::ops::ControlFlow::Continue(())
        })
        .run()
        .expect("it trains");
    // The same by hand, from the weights that the trainer must have had.
    let mut workspace = Net::workspace();
    let mut net = net();
    let mut adam = Adam::new(&net).learning_rate(0.05);
    let mut batches = Batches::new(&data, 10, 0);
    for epoch in 0..2 {
        batches.start_at(epoch, 0);
        while let Some(batch) = batches.next_batch() {
            net.backpropagate(batch.inputs(), batch.targets(), &loss, &mut workspace)
                .expect("it trains");
            adam.step(&mut net, workspace.gradients());
            average.update(&net);
        }
    }
    assert_eq!(
        bits(weights.borrow()[1].parameters()),
        bits(net.parameters())
    );
    average.swap(&mut net);
    assert_eq!(bits(averaged.parameters()), bits(net.parameters()));
    let of_average = net
        .evaluate(&validation, &loss, &mut [])
        .expect("targets fit");
    assert_eq!(trained.epochs[1].validation_loss, Some(of_average));
}

#[test]
fn evaluate_is_the_mean_over_all_samples() {
    let data = clouds(300, 1);
    let net = net();
    let loss = CrossEntropyLoss::default();
    let mut accuracy = Accuracy::new();
    let mean = net
        .evaluate(&data, &loss, &mut [&mut accuracy])
        .expect("targets fit");
    let (mut sum, mut right) = (0.0, 0);
    for (input, &label) in data.inputs.iter().zip(&data.targets) {
        let y = net.forward(input).map(f64::from);
        sum -= y[usize::from(label)] - y.iter().map(|y| y.exp()).sum::<f64>().ln();
        right += usize::from((0..3).all(|class| y[class] <= y[usize::from(label)]));
    }
    assert!((mean - sum / 300.0).abs() < 1e-6, "{mean} {}", sum / 300.0);
    assert_eq!(accuracy.value(), right as f64 / 300.0);
}

#[test]
fn a_regression_in_double_precision_is_learned() {
    network! {
        #[network(scalar = f64)]
        struct Curve: [1] -> [1] { Linear(16), Tanh, Linear(1) }
    }
    let inputs: Vec<[f64; 1]> = (0..200).map(|i| [f64::from(i) / 100.0 - 1.0]).collect();
    let targets = inputs.iter().map(|[x]| [x * x]).collect();
    let data = Samples::new(inputs, targets).expect("as many inputs as targets");
    let mut net = Curve::init(&mut StdRng::seed_from_u64(7));
    let mut adam = Adam::new(&net).learning_rate(0.01);
    let trained = net
        .trainer(&mut adam, MseLoss::default(), &data)
        .epochs(60)
        .validation(&data)
        .metric(R2::new())
        .run()
        .expect("it trains");
    assert!(
        trained.metric("R²") > Some(0.98),
        "{:?}",
        trained.epochs.last()
    );
}

#[test]
fn gradient_norms_are_those_of_the_gradients() {
    let (data, records) = (clouds(8, 1), RefCell::new(Vec::new()));
    let mut net = net();
    let mut copy = net.clone();
    let mut sgd = Sgd::new(&net, 0.1);
    let trainer = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .in_order();
    trainer.on_event(steps(&records)).run().expect("it trains");
    let mut workspace = Net::workspace();
    let loss = copy
        .backpropagate(
            &data.inputs,
            &data.targets,
            &CrossEntropyLoss::default(),
            &mut workspace,
        )
        .expect("it trains");
    let record = records.borrow()[0];
    assert_eq!(record.gradient_norm, grad_norm(workspace.gradients()));
    assert_eq!(record.loss, f64::from(loss));
}

#[test]
fn an_observer_that_cannot_write_ends_the_run() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    struct Stuck;
    impl Observer for Stuck {
        fn observe(&mut self, _: &Event<'_>) -> Result<(), TrainError> {
            Err(TrainError::Write {
                path: "a log".into(),
                source: io::ErrorKind::StorageFull.into(),
            })
        }
    }
    let data = clouds(8, 1);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let trainer = net.trainer(&mut sgd, CrossEntropyLoss::default(), &data);
    let error = trainer.observer(Stuck).run().expect_err("a full disk");
    assert!(matches!(error, TrainError::Write { .. }), "{error}");
    assert_eq!(sgd.steps(), 0);
    // A display is no log.
    let trainer = net.trainer(&mut sgd, CrossEntropyLoss::default(), &data);
    let shown = trainer.observer(Progress::lines(Full)).run();
    assert_eq!(shown.expect("it trains").steps, 1);
}

#[test]
fn without_a_terminal_progress_is_a_line_for_each_epoch() {
    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (data, text) = (clouds(600, 1), Shared::default());
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .name("clouds")
        .epochs(12)
        .validation(&data)
        .metric(Accuracy::new())
        .observer(Progress::lines(text.clone()))
        .run()
        .expect("it trains");
    let text = String::from_utf8(text.0.take()).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 14, "{text}");
    assert_eq!(lines[0], "clouds: Net, 600 samples in batches of 32");
    assert!(lines[1].starts_with("epoch  1/12  loss "), "{text}");
    assert!(
        lines[12].contains("  validation ") && lines[12].contains("  accuracy "),
        "{text}"
    );
    assert!(lines[13].starts_with("all epochs done after "), "{text}");
}

#[test]
fn a_target_that_the_loss_does_not_take_is_named_by_its_place_in_the_data() {
    let mut data = clouds(40, 1);
    data.targets[29] = 3;
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let trainer = net.trainer(&mut sgd, CrossEntropyLoss::default(), &data);
    let error = trainer
        .batch_size(8)
        .run()
        .expect_err("there is no class 3")
        .to_string();
    assert!(error.contains("class 3"), "{error}");
    assert!(error.ends_with("is sample 29 of the data"), "{error}");

    let good = clouds(40, 1);
    let mut sgd = Sgd::new(&net, 0.1);
    let trainer = net.trainer(&mut sgd, CrossEntropyLoss::default(), &good);
    let error = trainer
        .validation(&data)
        .run()
        .expect_err("there is no class 3")
        .to_string();
    assert!(error.starts_with("in validation: "), "{error}");
    assert!(error.ends_with("is sample 29 of the data"), "{error}");
}

#[test]
fn nothing_to_train_on_is_an_error() {
    let data = clouds(0, 1);
    assert!(data.is_empty());
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let error = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .run();
    assert!(matches!(error, Err(TrainError::NoSamples)));
    let loss = net
        .evaluate(&data, &CrossEntropyLoss::default(), &mut [])
        .expect("no targets");
    assert!(loss.is_nan());
}
