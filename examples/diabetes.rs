//! Regression: how far has diabetes progressed after a year? A small network beside least squares.
//!
//! 442 patients, ten measurements each; the first 353 are trained on, the last 89 held out.

use chainrule::prelude::*;
use nalgebra::{DMatrix, DVector};

network! {
    /// Ten standardised measurements to the standardised progression.
    pub struct Progression: [10] -> [1] {
        Linear(16), Tanh,
        Linear(1),
    }
}

type Data = (Vec<[f32; 10]>, Vec<f32>);

const TRAINING: usize = 353;
/// Members of the ensemble: the data are few and noisy, so one network's result depends much on its start.
const NETWORKS: u64 = 8;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut inputs, progression) = read(include_str!("data/diabetes.csv"))?;
    standardise(&mut inputs);
    let (mean, deviation) = moments(progression[..TRAINING].iter().copied());
    let targets: Vec<[f32; 1]> = progression
        .iter()
        .map(|y| [(y - mean) / deviation])
        .collect();
    let (inputs, held_out) = inputs.split_at(TRAINING);
    let truth = &progression[TRAINING..];

    println!("{}\n", Progression::summary());
    let mut predictions = vec![0.0; truth.len()];
    for seed in 0..NETWORKS {
        let net = train(seed, inputs, &targets[..TRAINING])?;
        for (prediction, input) in predictions.iter_mut().zip(held_out) {
            let [y] = net.forward(input);
            *prediction += (mean + deviation * y) / NETWORKS as f32;
        }
    }
    let network = rmse(&predictions, truth);

    let lines = least_squares(inputs, &progression[..TRAINING])?;
    let predictions: Vec<f32> = held_out
        .iter()
        .map(|x| lines[0] + (0..10).map(|i| lines[i + 1] * x[i]).sum::<f32>())
        .collect();
    let linear = rmse(&predictions, truth);
    let always_mean = rmse(&vec![mean; truth.len()], truth);

    println!("predicting the mean:  held-out RMSE {always_mean:.1}");
    println!("least squares:        held-out RMSE {linear:.1}");
    println!("network:              held-out RMSE {network:.1}");
    println!("network rmse / least squares rmse: {:.3}", network / linear);
    Ok(())
}

/// Mini-batches of 32 in shuffled order, AdamW: decay of the weights is what keeps 193 parameters from learning 353
/// patients by heart.
fn train(
    seed: u64,
    inputs: &[[f32; 10]],
    targets: &[[f32; 1]],
) -> Result<Box<Progression>, BackpropagateError> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut net = Progression::init(&mut rng);
    let mut workspace = Progression::workspace();
    let mut adam = AdamW::new(&net).learning_rate(2e-3).weight_decay(0.5);
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    for _epoch in 0..40 {
        order.shuffle(&mut rng);
        for batch in order.chunks(32) {
            let x: Vec<_> = batch.iter().map(|&i| &inputs[i]).collect();
            let y: Vec<_> = batch.iter().map(|&i| &targets[i]).collect();
            net.backpropagate(&x, &y, &MseLoss::default(), &mut workspace)?;
            adam.step(&mut net, workspace.gradients());
        }
    }
    Ok(net)
}

/// Intercept and slopes that minimise the squared error, by singular values.
fn least_squares(inputs: &[[f32; 10]], targets: &[f32]) -> Result<DVector<f32>, &'static str> {
    let x = DMatrix::from_fn(inputs.len(), 11, |row, column| {
        if column == 0 {
            1.0
        } else {
            inputs[row][column - 1]
        }
    });
    x.svd(true, true)
        .solve(&DVector::from_column_slice(targets), 1e-6)
}

/// Measurements and progression, patient by patient.
fn read(csv: &str) -> Result<Data, Box<dyn std::error::Error>> {
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for (number, line) in csv.lines().enumerate() {
        let fields: Vec<f32> = line.split(',').map(str::parse).collect::<Result<_, _>>()?;
        let [input @ .., target] = &fields[..] else {
            return Err(format!("line {} is empty", number + 1).into());
        };
        inputs.push(
            input
                .try_into()
                .map_err(|_| format!("line {} has {} fields", number + 1, fields.len()))?,
        );
        targets.push(*target);
    }
    Ok((inputs, targets))
}

/// Every measurement to mean 0 and deviation 1, as the training rows have it.
fn standardise(inputs: &mut [[f32; 10]]) {
    for feature in 0..10 {
        let (mean, deviation) = moments(inputs[..TRAINING].iter().map(|input| input[feature]));
        for input in &mut *inputs {
            input[feature] = (input[feature] - mean) / deviation;
        }
    }
}

fn moments(values: impl ExactSizeIterator<Item = f32> + Clone) -> (f32, f32) {
    let n = values.len() as f32;
    let mean = values.clone().sum::<f32>() / n;
    (
        mean,
        (values.map(|value| (value - mean).powi(2)).sum::<f32>() / n).sqrt(),
    )
}

fn rmse(predictions: &[f32], truth: &[f32]) -> f32 {
    let squares: f32 = predictions
        .iter()
        .zip(truth)
        .map(|(p, t)| (p - t).powi(2))
        .sum();
    (squares / truth.len() as f32).sqrt()
}
