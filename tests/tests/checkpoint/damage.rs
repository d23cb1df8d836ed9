//! Files that are not what was written.

use chainrule::checkpoint::{CheckpointError, Checkpoints, Progress, State, load};
use chainrule::prelude::*;
use proptest::prelude::{any, prop};
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

// Small, as every byte of a file is tried.
network! { struct Net: [2] -> [1] { fc: Linear(1) } }

struct Run {
    net: Box<Net>,
    adam: Adam<f32>,
    progress: Progress,
}

impl Run {
    fn steps(&mut self, steps: usize) {
        let (inputs, targets) = ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.5]]);
        let mut workspace = Net::workspace();
        for _ in 0..steps {
            let loss = MseLoss::default();
            let loss =
                self.adam
                    .train_step(&mut *self.net, &inputs, &targets, &loss, &mut workspace);
            assert!(loss.is_ok_and(f32::is_finite));
            self.progress.advance(inputs.len());
        }
    }

    fn states(&self) -> [(&'static str, &dyn State); 3] {
        [
            ("net", &*self.net),
            ("adam", &self.adam),
            ("progress", &self.progress),
        ]
    }

    fn states_mut(&mut self) -> [(&'static str, &mut dyn State); 3] {
        [
            ("net", &mut *self.net),
            ("adam", &mut self.adam),
            ("progress", &mut self.progress),
        ]
    }

    fn bits(&self) -> Vec<u64> {
        let scalars = self.adam.state().flat_map(|(_, state)| state);
        let bits = self
            .net
            .parameters()
            .iter()
            .chain(scalars)
            .map(|w| w.to_bits().into());
        bits.chain([self.adam.steps(), self.progress.step])
            .collect()
    }
}

fn trained(steps: usize) -> Run {
    let net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut run = Run {
        adam: Adam::new(&net),
        net,
        progress: Progress::new(7),
    };
    run.steps(steps);
    run
}

/// Three checkpoints, of steps 1, 2 and 3.
fn three(folder: &Path) -> (Checkpoints, [PathBuf; 3]) {
    let checkpoints = Checkpoints::new(folder).expect("a folder");
    let mut run = trained(0);
    let paths = [1, 2, 3].map(|step| {
        run.steps(1);
        checkpoints.save(step, &run.states()).expect("a file")
    });
    (checkpoints, paths)
}

/// Writes `bytes` in a checkpoint's place and loads them into a run, which must stay as it is.
#[track_caller]
fn refused(path: &Path, bytes: &[u8], run: &mut Run, before: &[u64], what: impl std::fmt::Display) {
    fs::write(path, bytes).expect("a file");
    let error = load(path, &mut run.states_mut()).expect_err("a damaged file");
    assert!(
        matches!(
            error,
            CheckpointError::Damaged { .. } | CheckpointError::Foreign { .. }
        ),
        "{what}: {error}"
    );
    assert!(run.bits() == before, "{what}");
}

#[test]
fn a_file_cut_short_anywhere_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, [path, ..]) = three(folder.path());
    let bytes = fs::read(&path).expect("the file");
    let mut run = trained(5);
    let before = run.bits();
    for len in 0..bytes.len() {
        refused(
            &path,
            &bytes[..len],
            &mut run,
            &before,
            format!("{len} bytes"),
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    refused(&path, &longer, &mut run, &before, "a byte more");
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, [path, ..]) = three(folder.path());
    let mut bytes = fs::read(&path).expect("the file");
    let mut run = trained(5);
    let before = run.bits();
    for index in 0..bytes.len() {
        for bit in 0..8 {
            bytes[index] ^= 1 << bit;
            refused(
                &path,
                &bytes,
                &mut run,
                &before,
                format!("byte {index}, bit {bit}"),
            );
            bytes[index] ^= 1 << bit;
        }
    }
    fs::write(&path, &bytes).expect("a file");
    let loaded = load(&path, &mut run.states_mut()).expect("the file as it was");
    assert_eq!(loaded.step, 1);
}

#[test]
fn overwritten_bytes_anywhere_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, [path, ..]) = three(folder.path());
    let bytes = fs::read(&path).expect("the file");
    let run = RefCell::new(trained(5));
    let before = run.borrow().bits();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(2000)
    });
    let garbage = (0..bytes.len(), prop::collection::vec(any::<u8>(), 1..300));
    runner
        .run(&garbage, |(start, garbage)| {
            let mut bytes = bytes.clone();
            let mut changed = false;
            for (old, new) in bytes[start..].iter_mut().zip(garbage) {
                changed |= *old != new;
                *old = new;
            }
            if changed {
                refused(&path, &bytes, &mut run.borrow_mut(), &before, start);
            }
            Ok(())
        })
        .expect("every change is found");
}

#[test]
fn the_newest_whole_one_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let (checkpoints, [first, second, third]) = three(folder.path());
    let bytes = fs::read(&third).expect("the file");
    fs::write(&third, &bytes[..bytes.len() - 10]).expect("a file");
    let mut bytes = fs::read(&second).expect("the file");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&second, bytes).expect("a file");
    // What does not have such a name does not count.
    for name in ["step-9.safetensors", "step-0000000009.tmp", "notes.txt"] {
        fs::write(folder.path().join(name), "no checkpoint").expect("a file");
    }

    let mut run = trained(0);
    let loaded = checkpoints.load_newest(&mut run.states_mut());
    let loaded = loaded.expect("a whole one").expect("a checkpoint");
    assert_eq!((loaded.step, &loaded.path), (1, &first));
    assert!(run.bits() == trained(1).bits());
    let skipped: Vec<&PathBuf> = loaded.skipped.iter().map(|skipped| &skipped.path).collect();
    assert_eq!(skipped, [&third, &second]);
    let text = loaded.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        format!("loaded step 1 from `{}`", first.display())
    );
    assert!(
        lines[1].starts_with(&format!(
            "skipped: the checkpoint `{}` is damaged: its tensors take ",
            third.display()
        )),
        "{text}"
    );
    assert!(
        lines[2].starts_with(&format!(
            "skipped: the checkpoint `{}` is damaged: its checksum says ",
            second.display()
        )) && lines[2].ends_with("; use an earlier one"),
        "{text}"
    );
    assert_eq!(lines.len(), 3);

    // The run comes to those steps again, and writes over them.
    run.steps(1);
    checkpoints.save(2, &run.states()).expect("a file");
    assert_eq!(checkpoints.steps().expect("the folder"), [1, 2, 3]);
    let loaded = checkpoints.load_newest(&mut run.states_mut());
    assert_eq!(loaded.expect("a whole one").expect("a checkpoint").step, 2);
}

#[test]
fn a_file_that_cannot_be_read_is_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let (checkpoints, [.., third]) = three(folder.path());
    fs::remove_file(&third).expect("the file");
    fs::create_dir(&third).expect("a folder");
    let mut run = trained(0);
    let loaded = checkpoints.load_newest(&mut run.states_mut());
    let loaded = loaded.expect("a whole one").expect("a checkpoint");
    assert_eq!((loaded.step, loaded.skipped.len()), (2, 1));
    assert!(matches!(
        loaded.skipped[0].error,
        CheckpointError::Read { .. }
    ));
}

#[test]
fn a_folder_of_damaged_files_is_not_an_empty_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (checkpoints, paths) = three(folder.path());
    for path in &paths {
        fs::write(path, "nothing of use").expect("a file");
    }
    let mut run = trained(5);
    let before = run.bits();
    let error = checkpoints
        .load_newest(&mut run.states_mut())
        .expect_err("no whole file");
    assert!(run.bits() == before);
    let text = error.to_string();
    assert!(text.starts_with(&format!(
        "no checkpoint in `{}` is whole:\n  the checkpoint `",
        folder.path().display()
    )));
    assert!(text.ends_with("\ndelete them to start anew"));
    assert!(matches!(error, CheckpointError::NoneWhole { skipped, .. } if skipped.len() == 3));

    let empty = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::new(empty.path()).expect("a folder");
    let none = checkpoints.load_newest(&mut run.states_mut());
    assert!(none.expect("no file, no error").is_none());
}
