//! The learning-rate finder.

use crate::samples::{Net, Normed, bits, clouds, net};
use chainrule::optimizers::{NAdam, Optimizer};
use chainrule::prelude::*;
use chainrule::train::LearningRateFinder;

#[test]
fn the_finder_suggests_a_rate_between_where_the_loss_falls_and_where_it_diverges() {
    let data = clouds(300, 1);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.1);
    let finder = LearningRateFinder {
        start: 1e-5,
        end: 1e4,
        ..LearningRateFinder::default()
    };
    let trainer = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .batch_size(16);
    let curve = trainer.find_learning_rate(finder).expect("it trains");
    assert!(curve.diverged);
    let last = curve.points.last().expect("points").learning_rate;
    let suggestion = curve.suggestion.expect("the loss falls");
    assert!((1e-3..last).contains(&suggestion), "{suggestion} {last}");
    assert!(
        curve
            .points
            .is_sorted_by(|a, b| a.learning_rate < b.learning_rate)
    );
}

#[test]
fn the_finder_leaves_network_and_optimizer_as_they_were() {
    let data = clouds(100, 1);
    let loss = CrossEntropyLoss::default();
    let mut net = Normed::init(&mut StdRng::seed_from_u64(7));
    let mut nadam = NAdam::new(&net).learning_rate(0.01);
    net.trainer(&mut nadam, loss, &data)
        .run()
        .expect("it trains");
    let state = |net: &Normed, nadam: &NAdam<f32>| {
        let slices = nadam
            .state()
            .flat_map(|(_, state)| bits(state))
            .collect::<Vec<_>>();
        let scalars = nadam
            .scalar_state()
            .map(|(_, scalar)| scalar.to_bits())
            .collect::<Vec<_>>();
        let rate = nadam.current_learning_rate();
        (
            bits(net.parameters()),
            bits(net.buffers()),
            slices,
            scalars,
            nadam.steps(),
            rate,
        )
    };
    let before = state(&net, &nadam);
    let curve = net
        .trainer(&mut nadam, loss, &data)
        .find_learning_rate(LearningRateFinder::default());
    assert!(!curve.expect("it trains").points.is_empty());
    assert_eq!(state(&net, &nadam), before);

    let mut wrong = data.clone();
    wrong.targets.fill(9);
    let error = net
        .trainer(&mut nadam, loss, &wrong)
        .find_learning_rate(LearningRateFinder::default());
    assert!(error.is_err());
    assert_eq!(state(&net, &nadam), before);
}

#[test]
fn the_finder_gives_the_same_curve_twice() {
    let data = clouds(100, 1);
    let find = || {
        let mut net: Box<Net> = net();
        let mut adam = Adam::new(&net);
        let trainer = net
            .trainer(&mut adam, CrossEntropyLoss::default(), &data)
            .seed(3);
        trainer
            .find_learning_rate(LearningRateFinder::default())
            .expect("it trains")
    };
    assert_eq!(find(), find());
}
