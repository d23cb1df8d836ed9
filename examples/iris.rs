//! A table from file to answer: read, divided in folds that keep the classes balanced, normalised by what is trained on,
//! trained, saved with its normalisation, loaded and asked.

use chainrule::data::{Adapt, Batches, Csv, Dataset, Normalization, Per, Samples, Split};
use chainrule::prelude::*;

network! {
    /// Four lengths in cm to three species.
    pub struct Species: [4] -> [3] {
        Linear(16), Tanh,
        Linear(3),
    }
}

/// A network, and how its inputs are normalised.
type Trained = (Box<Species>, Normalization<[f32; 4]>);

const NAMES: [&str; 3] = ["setosa", "versicolor", "virginica"];
const SEED: u64 = 7;
const FILE: &str = "iris.safetensors";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/iris.csv");
    // The first line is taken for the header. The species is a number in the last column, all others are inputs.
    let flowers: Samples<[f32; 4], u8> = Csv::new(path).classes(4)?;
    println!("{}\n\n{} flowers", Species::summary(), flowers.len());

    // Every flower is held out once, so every answer is about one that the network has not seen.
    let mut right = 0;
    for (number, fold) in Split::stratified_folds(&flowers.targets, 5, SEED)?
        .into_iter()
        .enumerate()
    {
        let (training, held_out) = fold.of(&flowers)?;
        let (net, normalization) = train(&training)?;
        let held_out = Samples::of(&held_out);
        let hits = held_out.inputs.iter().zip(&held_out.targets);
        let hits = hits.filter(|(flower, species)| {
            answer(&net, &normalization, flower) == usize::from(**species)
        });
        let hits = hits.count();
        println!("fold {}: {hits} of {} right", number + 1, held_out.len());
        right += hits;
    }

    let (net, normalization) = train(&flowers)?;
    net.save_safetensors_with(FILE, &normalization)?;

    // What another program does.
    let mut net = Species::boxed();
    net.load_safetensors(FILE)?;
    let normalization = Normalization::load(FILE)?;
    let flower = [6.1, 2.8, 4.7, 1.2];
    println!(
        "\n{flower:?} cm: {}",
        NAMES[answer(&net, &normalization, &flower)]
    );
    println!(
        "cross-validated accuracy: {:.3}",
        right as f64 / flowers.len() as f64
    );
    Ok(())
}

/// Inputs are normalised by the mean and deviation of what it is trained on, and nothing else.
fn train(
    flowers: &impl Dataset<Input = [f32; 4], Target = u8>,
) -> Result<Trained, Box<dyn std::error::Error>> {
    let normalization = Normalization::standardize(flowers, Per::Feature)?;
    let mut net = Species::init(&mut StdRng::seed_from_u64(SEED));
    let mut workspace = Species::workspace();
    let mut adam = Adam::new(&net).learning_rate(0.01);
    let mut batches = Batches::new(flowers.normalize(&normalization), 16, SEED);
    for epoch in 0..60 {
        batches.start_at(epoch, 0);
        while let Some(batch) = batches.next_batch() {
            net.backpropagate(
                batch.inputs(),
                batch.targets(),
                &CrossEntropyLoss::default(),
                &mut workspace,
            )?;
            adam.step(&mut net, workspace.gradients());
        }
    }
    Ok((net, normalization))
}

/// The species with the largest output.
fn answer(net: &Species, normalization: &Normalization<[f32; 4]>, flower: &[f32; 4]) -> usize {
    let logits = net.forward(&normalization.normalized(flower));
    (0..3)
        .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
        .unwrap_or(0)
}
