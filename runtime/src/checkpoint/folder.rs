use super::error::{CheckpointError, Skipped};
use super::load::{Loaded, apply, read};
use super::state::State;
use super::writer::Collected;
use crate::io::atomic;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How the names of files begin that are being written.
const TEMPORARY: &str = ".checkpoint-";

/// The checkpoints of one run: a folder with a file for each step that was saved, `step-0000001200.safetensors`.
///
/// Files are written whole under another name, to the disk, and then take theirs; so the newest file is always whole, at
/// whatever instant the program is killed or the power is cut. What killed programs left behind is deleted when the folder
/// is opened.
///
/// The newest is the one of the highest step. Files of higher steps than the one that is saved are left alone until the
/// run comes to their steps again.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    keep: usize,
}

impl Checkpoints {
    /// In a folder, which is made if it is not there. The newest three are kept.
    ///
    /// # Errors
    /// [`Folder`](CheckpointError::Folder): it cannot be made, or something else has the name.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, CheckpointError> {
        let checkpoints = Self {
            folder: folder.into(),
            keep: 3,
        };
        fs::create_dir_all(&checkpoints.folder)
            .and_then(|()| atomic::remove_leftovers(&checkpoints.folder, TEMPORARY))
            .map_err(|error| checkpoints.error(error))?;
        Ok(checkpoints)
    }

    /// Sets how many are kept; `usize::MAX` for all.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn keep(mut self, keep: usize) -> Self {
        assert!(
            keep > 0,
            "0 checkpoints are to be kept, but at least 1 must"
        );
        self.keep = keep;
        self
    }

    /// Saves states under their names after the step with this number, and deletes the oldest files when the new one is
    /// safe. Returns the new one's path.
    ///
    /// # Errors
    /// When it cannot be written: the folder is gone or read-only, the disk is full. The other files are as before then.
    /// [`Delete`](CheckpointError::Delete) when it is saved, but an old one cannot be deleted.
    pub fn save(
        &self,
        step: u64,
        states: &[(&str, &dyn State)],
    ) -> Result<PathBuf, CheckpointError> {
        let path = self.path(step);
        save(&path, step, states)?;
        let before = self.steps()?.into_iter().filter(|&other| other <= step);
        for old in before.rev().skip(self.keep) {
            let path = self.path(old);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(CheckpointError::Delete { path, error });
                }
                _ => {}
            }
        }
        Ok(path)
    }

    /// Loads states from the newest file that is whole; `None` if the folder has no checkpoint. Files that are cut short,
    /// damaged or cannot be read are passed over, and named in what is returned.
    ///
    /// # Errors
    /// When the newest whole one does not fit, is of another network or of a newer version of this crate, and when there
    /// are some but none is whole. Then every state is as it was.
    pub fn load_newest(
        &self,
        states: &mut [(&str, &mut dyn State)],
    ) -> Result<Option<Loaded>, CheckpointError> {
        let mut skipped = Vec::new();
        for step in self.steps()?.into_iter().rev() {
            let path = self.path(step);
            match read(&path) {
                Ok(contents) => {
                    let loaded = apply(&path, &contents, states)?;
                    return Ok(Some(Loaded { skipped, ..loaded }));
                }
                Err(
                    error @ (CheckpointError::Read { .. }
                    | CheckpointError::Damaged { .. }
                    | CheckpointError::Foreign { .. }),
                ) => skipped.push(Skipped { path, error }),
                Err(error) => return Err(error),
            }
        }
        if skipped.is_empty() {
            return Ok(None);
        }
        Err(CheckpointError::NoneWhole {
            folder: self.folder.clone(),
            skipped,
        })
    }

    /// The steps of all files, in ascending order.
    ///
    /// # Errors
    /// [`Folder`](CheckpointError::Folder): the folder cannot be read.
    pub fn steps(&self) -> Result<Vec<u64>, CheckpointError> {
        let read = || -> io::Result<Vec<u64>> {
            let mut steps = Vec::new();
            for entry in fs::read_dir(&self.folder)? {
                steps.extend(entry?.file_name().to_str().and_then(step_of));
            }
            steps.sort_unstable();
            Ok(steps)
        };
        read().map_err(|error| self.error(error))
    }

    /// Where the checkpoint of a step lies, or would.
    pub fn path(&self, step: u64) -> PathBuf {
        self.folder.join(format!("step-{step:010}.safetensors"))
    }

    fn error(&self, error: io::Error) -> CheckpointError {
        CheckpointError::Folder {
            path: self.folder.clone(),
            error,
        }
    }
}

/// Saves states in one file, under its name once it is whole.
///
/// # Errors
/// As [`Checkpoints::save`].
pub fn save(
    path: impl AsRef<Path>,
    step: u64,
    states: &[(&str, &dyn State)],
) -> Result<(), CheckpointError> {
    let path = path.as_ref();
    let mut contents = Collected::new(states.iter().copied())?.contents;
    contents.step = step;
    atomic::write_through(path, &contents.to_bytes(), TEMPORARY).map_err(|error| {
        CheckpointError::Write {
            path: path.into(),
            error,
        }
    })
}

/// The step in the name of a file, as [`Checkpoints::path`] writes it.
fn step_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("step-")?.strip_suffix(".safetensors")?;
    let step: u64 = digits.parse().ok()?;
    (digits == format!("{step:010}")).then_some(step)
}
