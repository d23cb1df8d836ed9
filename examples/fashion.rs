//! A training as one would have it on a normal day: Fashion-MNIST, augmentation, validation, early stopping with the best
//! weights, checkpoints, event files, and a report to look at. Interrupt it with Ctrl-C (or kill it) and start it again: it
//! goes on, and ends with the same line.
//!
//! `cargo run --release --example fashion`, behind `--` what [`USAGE`] lists. The data are the four files of
//! <https://github.com/zalandoresearch/fashion-mnist>, as they are or unpacked; Debian has them in the package
//! `dataset-fashion-mnist`.

use chainrule::checkpoint::Checkpoints;
use chainrule::data::augment::{Flip, Shift};
use chainrule::data::{Adapt, Dataset, Images, Normalization, Per, Split};
use chainrule::prelude::*;
use chainrule::report::{CsvLog, HtmlReport, TensorBoard};
use chainrule::schedules::OneCycleLr;
use chainrule::train::metrics::{Accuracy, Average, F1};
use std::path::PathBuf;

const USAGE: &str = "\
--data FOLDER    where Fashion-MNIST lies; by default where Debian's package puts it
--run FOLDER     where the report, the logs, the checkpoints and the network go; `runs/fashion` by default
--epochs NUMBER  how long to train; 12 by default
--images NUMBER  learn from so many images alone, to try the program out";

network! {
    /// Three convolutions for 28×28 grey images of clothes.
    pub struct Fashion: [1, 28, 28] -> [10] {
        conv1: Conv2d(24, kernel = 3, padding = 1), GroupNorm(8), Relu, MaxPool2d(2),
        conv2: Conv2d(48, kernel = 3, padding = 1), GroupNorm(8), Relu, MaxPool2d(2),
        conv3: Conv2d(64, kernel = 3, padding = 1), GroupNorm(8), Relu, MaxPool2d(2),
        Flatten, Dropout(0.3),
        fc: Linear(96), Relu, Dropout(0.3),
        head: Linear(10),
    }
    budget { parameters <= 120_000 }
}

const CLASSES: [&str; 10] = [
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
];
const BATCH: usize = 64;
/// Held out of the images for training, to choose the best epoch with. The test images are looked at once, in the end.
const VALIDATION: f64 = 1.0 / 12.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments {
        data,
        run,
        epochs,
        images,
    } = Arguments::read()?;
    let (all, test) = Images::<[[[f32; 28]; 28]; 1]>::mnist(&data).map_err(|error| {
        format!(
            "{error}\nFashion-MNIST is not in `{}`? `--data FOLDER` says where it is",
            data.display()
        )
    })?;
    let labels = &all.labels()[..images.min(all.len())];
    let (training, validation) = Split::stratified(labels, VALIDATION, 7)?.of(&all)?;
    let normalization = Normalization::standardize(&training, Per::Input)?;
    let (training, validation) = (
        training.normalize(&normalization),
        validation.normalize(&normalization),
    );
    let training = training.augment((
        Flip::horizontal(0.5),
        Shift::horizontal(1),
        Shift::vertical(1),
    ));
    println!(
        "{}\n{} images to learn, {} to validate, {} to test",
        Fashion::summary(),
        training.len(),
        validation.len(),
        test.len()
    );

    let mut net = Fashion::init(&mut StdRng::seed_from_u64(7));
    let mut adam = AdamW::new(&net);
    let steps = epochs * training.len().div_ceil(BATCH) as u64;
    let trained = net
        .trainer(&mut adam, CrossEntropyLoss::default(), &training)
        .epochs(epochs)
        .batch_size(BATCH)
        .seed(7)
        .parallel()
        .schedule(OneCycleLr::new(4e-3, steps))
        .validation(&validation)
        .metric(Accuracy::new())
        .metric(F1::new(Average::Macro))
        .monitor("accuracy")
        .keep_best()
        .classes(CLASSES)
        .checkpoints(Checkpoints::new(run.join("checkpoints"))?)
        .resume(true)
        .stop_on_ctrl_c()
        .observer(HtmlReport::new(run.join("report.html")))
        .observer(TensorBoard::new(run.join("events")))
        .observer(CsvLog::epochs(run.join("epochs.csv")))
        .progress()
        .run()?;
    if trained.interrupted {
        return Ok(());
    }
    println!(
        "{} in {:.0} s",
        trained.outcome.reason, trained.outcome.seconds
    );
    net.save_safetensors_with(run.join("fashion.safetensors"), &normalization)?;

    let mut accuracy = Accuracy::new();
    net.evaluate(
        &test.normalize(&normalization),
        &CrossEntropyLoss::default(),
        &mut [&mut accuracy],
    )?;
    println!("report: {}", run.join("report.html").display());
    println!("test accuracy: {:.4}", accuracy.value());
    Ok(())
}

/// What is asked for on the command line.
struct Arguments {
    data: PathBuf,
    run: PathBuf,
    epochs: u64,
    images: usize,
}

impl Arguments {
    fn read() -> Result<Self, lexopt::Error> {
        use lexopt::{Arg, ValueExt};
        let mut arguments = Self {
            data: "/usr/share/datasets/fashion-mnist".into(),
            run: "runs/fashion".into(),
            epochs: 12,
            images: usize::MAX,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("data") => arguments.data = parser.value()?.into(),
                Arg::Long("run") => arguments.run = parser.value()?.into(),
                Arg::Long("epochs") => arguments.epochs = parser.value()?.parse()?,
                Arg::Long("images") => arguments.images = parser.value()?.parse()?,
                _ => return Err(format!("{}\n\n{USAGE}", argument.unexpected()).into()),
            }
        }
        Ok(arguments)
    }
}
