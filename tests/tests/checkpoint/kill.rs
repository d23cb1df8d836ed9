//! Programs that are killed while they save.

use crate::run::Run;
use chainrule::checkpoint::{CheckpointError, Checkpoints, Reader, State, Writer};
use chainrule::prelude::*;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const KILLS: usize = 300;
/// The folder, for a child.
const FOLDER: &str = "CHAINRULE_TEST_CHECKPOINT_FOLDER";

/// What a child says before it saves.
const SAVING: &str = "saving";

/// So that saving takes its time; it changes from step to step.
struct Padding(Vec<f32>);

impl Padding {
    fn new() -> Self {
        Self(vec![0.0; 1 << 15])
    }
}

impl State for Padding {
    fn save(&self, to: &mut Writer) {
        to.tensor("values", &self.0);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        from.tensor("values", &mut self.0)
    }
}

fn run() -> (Run<Adam<f32>>, Padding) {
    (Run::new(7, Adam::new), Padding::new())
}

/// The step that was loaded, 0 if there is none.
fn load((run, padding): &mut (Run<Adam<f32>>, Padding), checkpoints: &Checkpoints) -> u64 {
    let mut states: Vec<(&str, &mut dyn State)> = Vec::from(run.states_mut());
    states.push(("padding", padding));
    let loaded = checkpoints.load_newest(&mut states).expect("a whole file");
    let Some(loaded) = loaded else { return 0 };
    // Whatever has the name of a checkpoint is whole.
    assert!(loaded.skipped.is_empty(), "{loaded}");
    assert_eq!(loaded.step, run.progress.step);
    assert!(padding.0.iter().all(|&x| x == loaded.step as f32));
    loaded.step
}

/// Trains and saves until it is killed.
#[test]
#[ignore = "started by `kill_and_resume`"]
fn child() {
    let folder = std::env::var_os(FOLDER).expect("a folder");
    let checkpoints = Checkpoints::new(folder).expect("a folder").keep(2);
    let mut everything = run();
    load(&mut everything, &checkpoints);
    let (mut run, mut padding) = everything;
    loop {
        run.steps(1);
        padding.0.fill(run.progress.step as f32);
        let mut states: Vec<(&str, &dyn State)> = Vec::from(run.states());
        states.push(("padding", &padding));
        println!("{SAVING}");
        checkpoints
            .save(run.progress.step, &states)
            .expect("a file");
    }
}

fn leftovers(folder: &Path) -> usize {
    let names = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name());
    names
        .filter(|name| name.to_string_lossy().ends_with(".tmp"))
        .count()
}

#[test]
fn kill_and_resume() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut rng = StdRng::seed_from_u64(1);
    let (mut newest, mut while_writing, mut advanced) = (0, 0, 0);
    // How long a step takes with saving it, here and now.
    let mut a_step = Duration::from_millis(5);
    for _ in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "kill::child", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program once more");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut lines = lines.map(|line| line.expect("text"));
        let mut wait = || {
            assert!(
                lines.any(|line| line.ends_with(SAVING)),
                "it ends by itself"
            )
        };
        wait();
        if rng.random() {
            let start = Instant::now();
            wait();
            a_step = start.elapsed();
        }
        sleep(a_step.mul_f64(rng.random()));
        child.kill().expect("our child");
        child.wait().expect("our child");

        let left = leftovers(folder);
        let checkpoints = Checkpoints::new(folder).expect("a folder");
        assert_eq!(leftovers(folder), 0);
        while_writing += usize::from(left > 0);
        let step = load(&mut run(), &checkpoints);
        assert!(
            step >= newest,
            "step {newest} is lost, {step} is the newest"
        );
        advanced += usize::from(step > newest);
        newest = step;
    }
    println!(
        "{KILLS} kills, {while_writing} while a file was being written, {advanced} after new ones; {newest} steps"
    );
    assert!(while_writing >= KILLS / 10 && advanced >= KILLS / 10);

    let mut resumed = run();
    let checkpoints = Checkpoints::new(folder).expect("a folder").keep(2);
    load(&mut resumed, &checkpoints);
    resumed.0.steps(50);
    // Children that were killed between saving and deleting have left one more each.
    let (step, states) = (resumed.0.progress.step, resumed.0.states());
    checkpoints.save(step, &states).expect("a file");
    assert_eq!(checkpoints.steps().expect("the folder"), [newest, step]);
    let mut uninterrupted = Run::new(7, Adam::new);
    uninterrupted.steps(newest as usize + 50);
    assert!(resumed.0.bits() == uninterrupted.bits());
}
