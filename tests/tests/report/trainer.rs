//! All observers on a run of the trainer, which is resumed.

use chainrule::checkpoint::Checkpoints;
use chainrule::data::Samples;
use chainrule::prelude::*;
use chainrule::report::{CsvLog, HtmlReport, JsonLines, TensorBoard};
use chainrule::train::metrics::Accuracy;
use std::fs;
use std::path::Path;

network! {
    struct Net: [2] -> [2] { hidden: Linear(8), Relu, head: Linear(2) }
}

fn samples(seed: u64) -> Samples<[f32; 2], u8> {
    let mut rng = StdRng::seed_from_u64(seed);
    let inputs: Vec<[f32; 2]> = (0..80).map(|_| [rng.random(), rng.random()]).collect();
    let targets = inputs.iter().map(|[x, y]| u8::from(x > y)).collect();
    Samples::new(inputs, targets).expect("a target for each input")
}

fn run(folder: &Path, epochs: u64) {
    let (training, validation) = (samples(1), samples(2));
    let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut adam = Adam::new(&net);
    net.trainer(&mut adam, CrossEntropyLoss::default(), &training)
        .name("resumed & observed")
        .epochs(epochs)
        .batch_size(8)
        .validation(&validation)
        .metric(Accuracy::new())
        .classes(["below", "above"])
        .worst(5, |output, target| {
            (format!("{output:.1?}"), target.to_string())
        })
        .checkpoints(Checkpoints::new(folder.join("checkpoints")).expect("a folder"))
        .resume(true)
        .observer(CsvLog::steps(folder.join("steps.csv")))
        .observer(CsvLog::epochs(folder.join("epochs.csv")))
        .observer(JsonLines::new(folder.join("events.jsonl")))
        .observer(TensorBoard::new(folder.join("events")))
        .observer(HtmlReport::new(folder.join("report.html")))
        .run()
        .expect("a run");
}

#[test]
fn observers_of_a_resumed_training_write_what_those_of_one_training_write() {
    let (whole, parts) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    run(whole.path(), 4);
    run(parts.path(), 2);
    run(parts.path(), 4);
    let read = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).expect("a log");
    // Every number of every step, with all its digits.
    let steps = read(parts.path(), "steps.csv");
    assert_eq!(steps, read(whole.path(), "steps.csv"));
    assert_eq!(steps.lines().count(), 1 + 4 * 10);
    let epochs = read(parts.path(), "epochs.csv");
    assert!(
        epochs.starts_with("epoch,step,loss,learning_rate,validation_loss,seconds,accuracy\n1,10,")
    );
    assert_eq!(epochs.lines().count(), 1 + 4);
    let events = read(parts.path(), "events.jsonl");
    assert_eq!(events.matches("{\"event\":\"step\"").count(), 40);
    assert_eq!(
        fs::read_dir(parts.path().join("events"))
            .expect("a folder")
            .count(),
        2
    );

    let report = read(parts.path(), "report.html");
    for part in [
        "resumed &amp; observed",
        "resumed at step 20",
        "Gradients by layer",
        "below",
        "Worst samples",
        "all epochs done",
    ] {
        assert!(report.contains(part), "{part}");
    }
}
