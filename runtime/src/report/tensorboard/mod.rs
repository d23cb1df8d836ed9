//! Event files for TensorBoard.

mod messages;
mod records;

use super::log_file::{LogFile, create_folder, write_error};
use crate::train::{Event, Observer, TrainError};
use messages::{Kind, SessionLog, Summary, Value, What};
use prost::Message;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

const PREFIX: &str = "events.out.tfevents.";

/// Event files that TensorBoard shows: `tensorboard --logdir FOLDER`.
///
/// Scalars, all over the step in the whole run:
///
/// | tag | |
/// |---|---|
/// | `loss/step`, `learning_rate`, `gradient_norm/all` | of each step |
/// | `loss/training`, `loss/validation`, `validation/METRIC` | of each epoch |
/// | `gradient_norm/LABEL`, `weight_norm/LABEL`, `dead_units/LABEL` | of each layer, whenever the run reports them |
///
/// Every start of a run writes a file of its own into the folder, as TensorBoard expects, and tells it to forget what
/// earlier files say of later steps: of all steps for a new run, of those behind the checkpoint for a resumed one. So a
/// folder is one run; several runs are folders beside each other, which TensorBoard compares.
///
/// ```
/// use chainrule::report::TensorBoard;
/// use chainrule::train::{Event, Observer, StepRecord};
///
/// let folder = tempfile::tempdir()?;
/// let mut log = TensorBoard::new(folder.path().join("runs/first"));
/// let step = StepRecord { step: 1, epoch: 1, loss: 0.75, learning_rate: 1e-3, gradient_norm: 2.5 };
/// log.observe(&Event::Step(&step))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    every: u64,
    file: Option<LogFile>,
}

impl TensorBoard {
    /// Writes to a folder, which is made when the run starts.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            every: 1,
            file: None,
        }
    }

    /// Logs only the steps whose number is a multiple of `steps`; epochs and norms all the same.
    #[must_use]
    pub const fn every(mut self, steps: u64) -> Self {
        self.every = steps;
        self
    }

    fn start(&self, resumed_at: u64) -> Result<LogFile, TrainError> {
        let path = next_file(&self.folder).map_err(write_error(&self.folder))?;
        let mut file = LogFile::open(&path, 0)?;
        let mut bytes = Vec::new();
        append(&mut bytes, 0, What::FileVersion("brain.Event:2".into()));
        // Steps from this one on are forgotten.
        let status = SessionLog::START;
        let restart = What::SessionLog(SessionLog { status });
        append(&mut bytes, resumed_at.saturating_add(1), restart);
        file.write(&bytes)?;
        file.flush()?;
        Ok(file)
    }

    fn write(&mut self, step: u64, scalars: Vec<Value>) -> Result<(), TrainError> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.start(0)?,
        };
        let mut bytes = Vec::new();
        let summary = Summary { value: scalars };
        append(&mut bytes, step, What::Summary(summary));
        self.file.insert(file).write(&bytes)
    }

    fn flush(&mut self) -> Result<(), TrainError> {
        self.file.as_mut().map_or(Ok(()), LogFile::flush)
    }
}

impl Observer for TensorBoard {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        match event {
            Event::Start(run) => self.file = Some(self.start(run.resumed_at)?),
            Event::Step(step) if step.step.is_multiple_of(self.every.max(1)) => {
                let scalars = vec![
                    scalar("loss/step", step.loss),
                    scalar("learning_rate", step.learning_rate),
                    scalar("gradient_norm/all", step.gradient_norm),
                ];
                self.write(step.step, scalars)?;
            }
            Event::Norms(step, layers) if !layers.is_empty() => {
                let scalars = layers.iter().flat_map(|layer| {
                    [
                        ("gradient_norm", layer.gradients),
                        ("weight_norm", layer.weights),
                        ("dead_units", layer.dead),
                    ]
                    .map(|(group, value)| scalar(format!("{group}/{}", layer.label), value))
                });
                self.write(*step, scalars.collect())?;
            }
            Event::Epoch(epoch) => {
                let mut scalars = vec![scalar("loss/training", epoch.loss)];
                scalars.extend(
                    epoch
                        .validation_loss
                        .map(|loss| scalar("loss/validation", loss)),
                );
                scalars.extend(
                    epoch
                        .metrics
                        .iter()
                        .map(|(name, value)| scalar(format!("validation/{name}"), *value)),
                );
                self.write(epoch.step, scalars)?;
                self.flush()?;
            }
            Event::Saving(_) | Event::End(_) => self.flush()?,
            _ => {}
        }
        Ok(())
    }
}

/// TensorBoard keeps scalars in 32 bits.
fn scalar(tag: impl Into<String>, value: f64) -> Value {
    Value {
        tag: tag.into(),
        kind: Some(Kind::SimpleValue(value as f32)),
    }
}

fn append(file: &mut Vec<u8>, step: u64, what: What) {
    let event = messages::Event {
        wall_time: now().as_secs_f64(),
        step: i64::try_from(step).unwrap_or(i64::MAX),
        what: Some(what),
    };
    records::append(file, &event.encode_to_vec());
}

fn now() -> std::time::Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// The name of a file that comes behind all others of the folder: TensorBoard reads them in the order of their names,
/// which hold the second they were made in. Two starts may share a second, and clocks are set back.
fn next_file(folder: &Path) -> io::Result<PathBuf> {
    let name = |second: u64| folder.join(format!("{PREFIX}{second:010}.chainrule"));
    create_folder(&name(0))?;
    let mut second = now().as_secs();
    for entry in fs::read_dir(folder)? {
        let other = entry?.file_name();
        let other = other
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX))
            .and_then(|rest| rest.split('.').next())
            .and_then(|digits| digits.parse::<u64>().ok());
        if let Some(other) = other {
            second = second.max(other.saturating_add(1));
        }
    }
    Ok(name(second))
}
