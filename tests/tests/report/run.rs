//! Runs to be observed: one of made-up numbers, and one of a network that learns.

use chainrule::prelude::*;
use chainrule::train::{
    Confusion, EpochRecord, Event, LayerNorms, Observer, Outcome, RunInfo, StepRecord, WorstSample,
};

pub(crate) const STEPS_AN_EPOCH: u64 = 5;

network! {
    /// Tells strokes from each other.
    pub(crate) struct Strokes: [1, 12, 12] -> [4] {
        conv1: Conv2d(8, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        block: Residual { conv: Conv2d(8, kernel = 3, padding = 1), Relu },
        Concat { narrow: { Conv2d(4, kernel = 1) } wide: { Conv2d(8, kernel = 3, padding = 1), Relu } },
        Flatten,
        fc: Linear(24), Relu,
        head: Linear(4),
    }
}

type Image = [[[f32; 12]; 12]; 1];

pub(crate) fn info(resumed_at: u64) -> RunInfo {
    RunInfo {
        name: "strokes".into(),
        network: Strokes::NAME,
        layers: Strokes::LAYERS,
        input: &[1, 12, 12],
        samples: 40,
        batch_size: 8,
        epochs: 6,
        settings: vec![
            ("optimizer".into(), "Adam".into()),
            ("seed".into(), "7".into()),
        ],
        resumed_at,
    }
}

pub(crate) fn step(step: u64) -> StepRecord {
    StepRecord {
        step,
        epoch: (step - 1) / STEPS_AN_EPOCH + 1,
        loss: 1.0 / step as f64,
        learning_rate: 0.125,
        gradient_norm: 3.0 + step as f64,
    }
}

pub(crate) fn epoch(epoch: u64) -> EpochRecord {
    EpochRecord {
        epoch,
        step: epoch * STEPS_AN_EPOCH,
        loss: 1.0 / epoch as f64,
        learning_rate: 0.125,
        validation_loss: Some(2.0 / epoch as f64),
        metrics: vec![("accuracy".into(), 1.0 - 0.5 / epoch as f64)],
        seconds: 0.25,
    }
}

fn norms(step: u64) -> [LayerNorms; 2] {
    ["conv1", "head"].map(|label| LayerNorms {
        label,
        weights: step as f64,
        gradients: 1.0 / step as f64,
        dead: 0.5,
    })
}

/// The steps behind `from` up to `to`, with everything that comes with them; norms after every second step.
pub(crate) fn play(observer: &mut dyn Observer, from: u64, to: u64) {
    let mut tell = |event: Event<'_>| observer.observe(&event).expect("a place to write");
    tell(Event::Start(&info(from)));
    for number in from + 1..=to {
        tell(Event::Step(&step(number)));
        if number.is_multiple_of(2) {
            tell(Event::Norms(number, &norms(number)));
        }
        if number.is_multiple_of(STEPS_AN_EPOCH) {
            tell(Event::Epoch(&epoch(number / STEPS_AN_EPOCH)));
        }
    }
}

pub(crate) fn end(observer: &mut dyn Observer) {
    let outcome = Outcome {
        reason: "all epochs done".into(),
        best_epoch: Some(3),
        seconds: 12.5,
    };
    let event = Event::End(&outcome);
    observer.observe(&event).expect("a place to write");
}

/// Samples of four kinds of strokes, with noise.
fn strokes(count: usize, rng: &mut StdRng) -> (Vec<Image>, Vec<u8>) {
    (0..count)
        .map(|_| {
            let class: u8 = rng.random_range(0..4);
            let place: usize = rng.random_range(2..10);
            let mut image = [[[0.0_f32; 12]; 12]; 1];
            for (row, line) in image[0].iter_mut().enumerate() {
                for (column, pixel) in line.iter_mut().enumerate() {
                    let inked = match class {
                        0 => row == place,
                        1 => column == place,
                        2 => row + 6 == column + place,
                        _ => row + column == place + 6,
                    };
                    *pixel = rng.random_range(-0.8..0.8) + if inked { 1.0 } else { 0.0 };
                }
            }
            (image, class)
        })
        .unzip()
}

fn layer_norms(net: &Strokes, gradients: &StrokesParameters) -> Vec<LayerNorms> {
    let norm = |values: &[f32]| {
        values
            .iter()
            .map(|value| f64::from(value * value))
            .sum::<f64>()
    };
    let mut layers: Vec<LayerNorms> = Vec::new();
    for (tensor, gradient) in net
        .named_parameters()
        .zip(Strokes::name_parameters(gradients))
    {
        if layers.last().is_none_or(|last| last.label != tensor.layer) {
            let label = tensor.layer;
            layers.push(LayerNorms {
                label,
                weights: 0.0,
                gradients: 0.0,
                dead: 0.0,
            });
        }
        let layer = layers.last_mut().expect("one was pushed");
        layer.weights += norm(tensor.memory);
        layer.gradients += norm(gradient.memory);
        let silent = gradient
            .memory
            .iter()
            .filter(|value| **value == 0.0)
            .count();
        layer.dead = silent as f64 / gradient.memory.len() as f64;
    }
    for layer in &mut layers {
        (layer.weights, layer.gradients) = (layer.weights.sqrt(), layer.gradients.sqrt());
    }
    layers
}

/// Trains a network, and tells the observers all there is to tell.
pub(crate) fn learn(observers: &mut [&mut dyn Observer], epochs: u64) {
    const BATCH: usize = 16;
    let mut rng = StdRng::seed_from_u64(7);
    let (images, labels) = strokes(640, &mut rng);
    let (new_images, new_labels) = strokes(300, &mut rng);
    let mut net = Strokes::init(&mut rng);
    let mut workspace = Strokes::workspace();
    let loss = CrossEntropyLoss::default();
    let mut adam = Adam::new(&net);
    let mut tell = |event: Event<'_>| {
        for observer in &mut *observers {
            observer.observe(&event).expect("a place to write");
        }
    };
    let settings = [
        ("optimizer", "Adam (β₁ 0.9, β₂ 0.999)"),
        ("schedule", "linear decay"),
        ("loss", "cross-entropy"),
    ];
    let info = RunInfo {
        name: "Strokes with noise".into(),
        samples: images.len(),
        batch_size: BATCH,
        epochs,
        settings: settings
            .map(|(name, value)| (name.into(), value.into()))
            .into(),
        ..info(0)
    };
    tell(Event::Start(&info));
    let steps = epochs * (images.len() / BATCH) as u64;
    let (mut step, mut best, mut learning_rate) = (0, (f64::INFINITY, 0), 0.0);
    for epoch in 1..=epochs {
        let mut total = 0.0;
        for (x, y) in images.chunks(BATCH).zip(labels.chunks(BATCH)) {
            learning_rate = 3e-3 * (1.0 - step as f64 / steps as f64);
            adam.set_learning_rate(learning_rate);
            let loss = f64::from(
                net.backpropagate(x, y, &loss, &mut workspace)
                    .expect("labels in range"),
            );
            let gradient_norm = workspace
                .gradients()
                .parameters()
                .iter()
                .map(|g| f64::from(g * g))
                .sum::<f64>()
                .sqrt();
            step += 1;
            total += loss;
            tell(Event::Step(&StepRecord {
                step,
                epoch,
                loss,
                learning_rate,
                gradient_norm,
            }));
            if step.is_multiple_of(10) {
                tell(Event::Norms(
                    step,
                    &layer_norms(&net, workspace.gradients()),
                ));
            }
            adam.step(&mut net, workspace.gradients());
        }
        let judged = judge(&net, &new_images, &new_labels);
        if judged.0 < best.0 {
            best = (judged.0, epoch);
            tell(Event::Note(&format!(
                "checkpoint written: runs/strokes/{epoch:04}.checkpoint"
            )));
        }
        tell(Event::Epoch(&EpochRecord {
            epoch,
            step,
            loss: total / (images.len() / BATCH) as f64,
            learning_rate,
            validation_loss: Some(judged.0),
            metrics: vec![
                ("accuracy".into(), judged.1),
                ("top-2 accuracy".into(), judged.2),
            ],
            seconds: 0.8,
        }));
    }
    finish(&net, &new_images, &new_labels, &mut tell);
    let reason = "all epochs done".into();
    tell(Event::End(&Outcome {
        reason,
        best_epoch: Some(best.1),
        seconds: 0.8 * epochs as f64,
    }));
}

fn sample_loss(logits: &[f32; 4], label: u8) -> f64 {
    let sum: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
    sum.ln() - f64::from(logits[usize::from(label)])
}

fn order(logits: &[f32; 4]) -> [usize; 4] {
    let mut order = [0, 1, 2, 3];
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    order
}

/// The mean loss, the accuracy, and how often the label is among the first two answers.
fn judge(net: &Strokes, images: &[Image], labels: &[u8]) -> (f64, f64, f64) {
    let mut sums = (0.0, 0.0, 0.0);
    for (image, &label) in images.iter().zip(labels) {
        let logits = net.forward(image);
        let order = order(&logits);
        sums.0 += sample_loss(&logits, label);
        sums.1 += f64::from(order[0] == usize::from(label));
        sums.2 += f64::from(order[..2].contains(&usize::from(label)));
    }
    let count = images.len() as f64;
    (sums.0 / count, sums.1 / count, sums.2 / count)
}

fn finish(net: &Strokes, images: &[Image], labels: &[u8], tell: &mut impl FnMut(Event<'_>)) {
    let classes = ["row", "column", "falling", "rising"];
    let mut counts = vec![vec![0; 4]; 4];
    let mut worst: Vec<WorstSample> = Vec::new();
    for (index, (image, &label)) in images.iter().zip(labels).enumerate() {
        let logits = net.forward(image);
        let answer = order(&logits)[0];
        counts[usize::from(label)][answer] += 1;
        worst.push(WorstSample {
            index,
            loss: sample_loss(&logits, label),
            input: image.as_flattened().as_flattened().to_vec(),
            answer: classes[answer].into(),
            target: classes[usize::from(label)].into(),
        });
    }
    worst.sort_by(|a, b| b.loss.total_cmp(&a.loss));
    worst.truncate(12);
    tell(Event::Confusion(&Confusion {
        classes: classes.map(String::from).into(),
        counts,
    }));
    tell(Event::Worst(&worst));
}
