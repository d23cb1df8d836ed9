//! Runs that Ctrl-C ends.

use crate::samples::{clouds, net};
use chainrule::checkpoint::Checkpoints;
use chainrule::prelude::*;
use chainrule::train::Event;
use std::cell::RefCell;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// As the terminal does, so many times in a moment.
fn press_ctrl_c(times: usize) {
    let kill = Command::new("kill")
        .arg("-INT")
        .args(vec![std::process::id().to_string(); times])
        .status();
    assert!(kill.expect("kill runs").success());
}

#[test]
fn ctrl_c_finishes_the_step_saves_and_says_how_to_resume() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, notes) = (clouds(60, 1), RefCell::new(Vec::new()));
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.001);
    let trained = net
        .trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .epochs(u64::MAX)
        .batch_size(20)
        .checkpoints(Checkpoints::new(folder.path()).expect("a folder").keep(1))
        .stop_on_ctrl_c()
        .on_event(|event| match event {
            // As `timeout` does.
            Event::Step(step) if step.step == 2 => press_ctrl_c(2),
            Event::Note(note) => notes.borrow_mut().push(note.to_string()),
            _ => {}
        })
        .run()
        .expect("it trains");
    assert!(trained.interrupted && trained.steps >= 2);
    let path = Checkpoints::new(folder.path())
        .expect("a folder")
        .path(trained.steps);
    assert!(path.exists());
    // A signal that takes an epoch to arrive has notes of that epoch before it.
    assert_eq!(
        notes.borrow().last(),
        Some(&format!(
            "interrupted after step {}, saved as `{}`; to go on, start the program with `resume(true)`",
            trained.steps,
            path.display()
        ))
    );
}

/// Tells the child from a run of all ignored tests, which it would end.
const IMPATIENT: &str = "CHAINRULE_TEST_IMPATIENT";

/// Presses again in a step that takes too long.
#[test]
#[ignore = "started by `a_second_ctrl_c_ends_the_program_at_once`"]
fn impatient() {
    if std::env::var_os(IMPATIENT).is_none() {
        return;
    }
    let data = clouds(60, 1);
    let mut net = net();
    let mut sgd = Sgd::new(&net, 0.001);
    net.trainer(&mut sgd, CrossEntropyLoss::default(), &data)
        .stop_on_ctrl_c()
        .on_event(|event| {
            if matches!(event, Event::Step(_)) {
                // Where a signal takes long to arrive, the next one may count as the same press.
                for _ in 0..100 {
                    press_ctrl_c(1);
                    sleep(Duration::from_millis(500));
                }
            }
        })
        .run()
        .expect("it trains");
}

#[test]
fn a_second_ctrl_c_ends_the_program_at_once() {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "ctrl_c::impatient", "--ignored", "--nocapture"])
        .env(IMPATIENT, "1")
        .output()
        .expect("this program once more");
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("Ctrl-C: the run ends").count(), 1, "{said}");
}
