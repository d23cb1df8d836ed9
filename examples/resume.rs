//! A run that is killed again and again, goes on each time, and ends with the bits of one that nobody interrupted.
//!
//! `cargo run --release --example resume`: the program trains a network on the digits, then starts itself to train the same
//! one, kills that at random moments until it gets to the end, and compares.

#[path = "data/digits.rs"]
mod data;

use chainrule::HeapWorkspace;
use chainrule::checkpoint::{Checkpoints, Progress, State};
use chainrule::optimizers::AveragedModel;
use chainrule::prelude::*;
use chainrule::schedules::OneCycleLr;
use data::Image;
use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

network! {
    /// With dropout, and running means that are no parameters.
    struct Net: [1, 8, 8] -> [10] {
        conv1: Conv2d(8, kernel = 3, padding = 1), BatchNorm2d, Relu,
        conv2: Conv2d(16, kernel = 3, padding = 1), BatchNorm2d, Relu, MaxPool2d(2),
        Flatten, Dropout(0.25),
        head: Linear(10),
    }
}

const EPOCHS: u64 = 60;
const BATCH: usize = 32;
const SAMPLES: u64 = 1438; // that `data::split` gives to train on
const STEPS: u64 = EPOCHS * SAMPLES.div_ceil(BATCH as u64);
const SCHEDULE: OneCycleLr = OneCycleLr::new(1e-2, STEPS);
const SAVE_EVERY: u64 = 5;

/// Everything that changes while it trains.
struct Run {
    net: Box<Net>,
    adam: Adam<f32>,
    average: AveragedModel<f32>,
    workspace: HeapWorkspace<Net>,
    progress: Progress,
}

impl Run {
    fn new() -> Self {
        let net = Net::init(&mut StdRng::seed_from_u64(7));
        let mut workspace = Net::workspace();
        workspace.set_seed(7); // of dropout
        Self {
            adam: Adam::new(&net),
            average: AveragedModel::ema(&net, 0.98),
            net,
            workspace,
            progress: Progress::new(7),
        }
    }

    /// To the end, from wherever it is.
    fn train(&mut self, checkpoints: Option<&Checkpoints>) -> Result<(), Box<dyn Error>> {
        let (images, labels) = data::read();
        let (training, _) = data::split(&images);
        while self.progress.epoch < EPOCHS {
            // The order of an epoch is a function of the seed and its number.
            let mut order = training.clone();
            order.shuffle(&mut self.progress.rng());
            for batch in order[self.progress.position..].chunks(BATCH) {
                let x: Vec<&Image> = batch.iter().map(|&i| &images[i]).collect();
                let y: Vec<u8> = batch.iter().map(|&i| labels[i]).collect();
                self.adam.follow(&SCHEDULE);
                let loss = CrossEntropyLoss::default();
                self.adam
                    .train_step(&mut *self.net, &x, &y, &loss, &mut self.workspace)?;
                self.average.update(&self.net);
                self.progress.advance(batch.len());
                if let Some(checkpoints) = checkpoints
                    && self.progress.step.is_multiple_of(SAVE_EVERY)
                {
                    checkpoints.save(self.progress.step, &self.states())?;
                }
            }
            self.progress.next_epoch();
        }
        Ok(())
    }

    fn states(&self) -> [(&'static str, &dyn State); 5] {
        [
            ("network", &*self.net),
            ("adam", &self.adam),
            ("average", &self.average),
            ("workspace", &self.workspace),
            ("progress", &self.progress),
        ]
    }

    fn states_mut(&mut self) -> [(&'static str, &mut dyn State); 5] {
        [
            ("network", &mut *self.net),
            ("adam", &mut self.adam),
            ("average", &mut self.average),
            ("workspace", &mut self.workspace),
            ("progress", &mut self.progress),
        ]
    }

    fn bits(&self) -> Vec<u32> {
        let weights = self.net.parameters().iter().chain(self.net.buffers());
        let moments = self.adam.state().flat_map(|(_, state)| state);
        let scalars = weights.chain(moments).chain(self.average.state());
        scalars.map(|x| x.to_bits()).collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(folder) = std::env::args_os().nth(1) {
        return child(Checkpoints::new(folder)?);
    }
    let mut uninterrupted = Run::new();
    uninterrupted.train(None)?;

    let folder = tempfile::tempdir()?;
    let checkpoints = Checkpoints::new(folder.path())?;
    // When, is left to chance.
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let mut rng = StdRng::seed_from_u64(now.as_nanos() as u64);
    let (mut kills, mut newest) = (0, 0);
    loop {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()?;
        // Longer from time to time, so that a slow machine gets to the end as well.
        let most = 100 + 10 * kills;
        std::thread::sleep(Duration::from_millis(rng.random_range(0..most)));
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                return Err("the child failed".into());
            }
            break;
        }
        child.kill()?;
        child.wait()?;
        kills += 1;
        let steps = checkpoints.steps()?;
        newest = steps.last().copied().unwrap_or(newest);
        println!("killed; the newest checkpoint is of step {newest} of {STEPS}");
    }

    let mut resumed = Run::new();
    let loaded = checkpoints.load_newest(&mut resumed.states_mut())?;
    println!("{}", loaded.ok_or("no checkpoint")?);
    println!("kills: {kills}");
    println!("same bits: {}", resumed.bits() == uninterrupted.bits());
    Ok(())
}

/// Goes on with the newest checkpoint, and leaves one of the last step.
fn child(checkpoints: Checkpoints) -> Result<(), Box<dyn Error>> {
    let mut run = Run::new();
    if let Some(loaded) = checkpoints.load_newest(&mut run.states_mut())? {
        println!("{loaded}");
    }
    run.train(Some(&checkpoints))?;
    checkpoints.save(run.progress.step, &run.states())?;
    Ok(())
}
