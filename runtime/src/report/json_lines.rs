use super::log_file::{LogFile, read_earlier, write_error};
use crate::train::{Event, Observer, TrainError};
use serde::{Deserialize, Serialize, Serializer};
use std::io;
use std::path::PathBuf;

/// Every event of a run as a line of JSON, for programs.
///
/// Each line is an object with the kind of `event` (`start`, `step`, `norms`, `epoch`, `confusion`, `worst`, `note`,
/// `end`), the number of steps made so far as `step`, and what the event of [`Event`] says under the names of its fields.
/// Numbers that are none are `null`, as JSON has no others. The inputs of the worst samples are left out.
///
/// A run that starts anew replaces the file. A resumed one goes on behind the lines up to the step it resumes at.
///
/// ```
/// use chainrule::report::JsonLines;
/// use chainrule::train::{Event, Observer, StepRecord};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("events.jsonl");
/// let mut log = JsonLines::new(&path);
/// let step = StepRecord { step: 1, epoch: 1, loss: 0.75, learning_rate: 1e-3, gradient_norm: 2.5 };
/// log.observe(&Event::Step(&step))?;
/// drop(log);
/// assert_eq!(
///     std::fs::read_to_string(&path)?,
///     r#"{"event":"step","step":1,"epoch":1,"loss":0.75,"learning_rate":0.001,"gradient_norm":2.5}"#.to_owned() + "\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    every: u64,
    step: u64,
    file: Option<LogFile>,
}

impl JsonLines {
    /// Writes to a file. Folders on the way to it are made when the run starts.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            every: 1,
            step: 0,
            file: None,
        }
    }

    /// Logs only the steps whose number is a multiple of `steps`; all other events all the same.
    #[must_use]
    pub const fn every(mut self, steps: u64) -> Self {
        self.every = steps;
        self
    }

    fn start(&mut self, resumed_at: u64) -> Result<(), TrainError> {
        let keep = if resumed_at == 0 {
            0
        } else {
            kept_lines(&read_earlier(&self.path)?, resumed_at).map_err(write_error(&self.path))?
        };
        self.step = resumed_at;
        self.file = Some(LogFile::open(&self.path, keep)?);
        Ok(())
    }
}

impl Observer for JsonLines {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        match event {
            Event::Start(run) => self.start(run.resumed_at)?,
            Event::Step(step) => {
                self.step = step.step;
                if !step.step.is_multiple_of(self.every.max(1)) {
                    return Ok(());
                }
            }
            Event::Epoch(epoch) => self.step = epoch.step,
            _ => {}
        }
        let line = Line::of(self.step, event);
        let mut text = serde_json::to_vec(&line)
            .map_err(|error| write_error(&self.path)(io::Error::other(error)))?;
        text.push(b'\n');
        let file = match self.file.take() {
            Some(file) => file,
            None => LogFile::open(&self.path, 0)?,
        };
        let file = self.file.insert(file);
        file.write(&text)?;
        if !matches!(event, Event::Step(_) | Event::Norms(..)) {
            file.flush()?;
        }
        Ok(())
    }
}

/// How many bytes hold whole lines up to a step.
fn kept_lines(bytes: &[u8], resumed_at: u64) -> io::Result<u64> {
    #[derive(Deserialize)]
    struct Head {
        step: u64,
    }
    let mut keep = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        match serde_json::from_slice::<Head>(line) {
            Ok(head) if head.step <= resumed_at && line.ends_with(b"\n") => keep += line.len(),
            Ok(_) => break,
            // A line that was cut short is the last one.
            Err(_) if !line.ends_with(b"\n") => break,
            Err(error) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "byte {keep} starts no line of a run's log ({error}); move the file away to resume the run with a \
                         new log"
                    ),
                ));
            }
        }
    }
    Ok(keep as u64)
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line<'a> {
    Start {
        step: u64,
        name: &'a str,
        network: &'a str,
        input: &'a [usize],
        layers: Vec<Layer<'a>>,
        samples: usize,
        batch_size: usize,
        epochs: u64,
        #[serde(serialize_with = "as_object")]
        settings: &'a [(String, String)],
    },
    Step {
        step: u64,
        epoch: u64,
        loss: f64,
        learning_rate: f64,
        gradient_norm: f64,
    },
    Norms {
        step: u64,
        layers: Vec<Norms<'a>>,
    },
    Epoch {
        step: u64,
        epoch: u64,
        loss: f64,
        learning_rate: f64,
        validation_loss: Option<f64>,
        #[serde(serialize_with = "as_object")]
        metrics: &'a [(String, f64)],
        seconds: f64,
    },
    Confusion {
        step: u64,
        classes: &'a [String],
        counts: &'a [Vec<u64>],
    },
    Worst {
        step: u64,
        samples: Vec<Worst<'a>>,
    },
    Saving {
        step: u64,
    },
    Note {
        step: u64,
        text: &'a str,
    },
    End {
        step: u64,
        reason: &'a str,
        best_epoch: Option<u64>,
        seconds: f64,
    },
}

#[derive(Serialize)]
struct Layer<'a> {
    label: &'a str,
    declaration: &'a str,
    output: &'a [usize],
    parameters: usize,
    macs: usize,
}

#[derive(Serialize)]
struct Norms<'a> {
    label: &'a str,
    weights: f64,
    gradients: f64,
    dead: f64,
}

#[derive(Serialize)]
struct Worst<'a> {
    index: usize,
    loss: f64,
    answer: &'a str,
    target: &'a str,
}

/// Pairs as an object, in their order.
fn as_object<V: Serialize, S: Serializer>(
    pairs: &&[(String, V)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

impl<'a> Line<'a> {
    fn of(step: u64, event: &Event<'a>) -> Self {
        match event {
            Event::Start(run) => Self::Start {
                step,
                name: &run.name,
                network: run.network,
                input: run.input,
                layers: run
                    .layers
                    .iter()
                    .map(|layer| Layer {
                        label: layer.label,
                        declaration: layer.declaration,
                        output: layer.output,
                        parameters: layer.parameter_count(),
                        macs: layer.macs,
                    })
                    .collect(),
                samples: run.samples,
                batch_size: run.batch_size,
                epochs: run.epochs,
                settings: &run.settings,
            },
            Event::Step(record) => Self::Step {
                step,
                epoch: record.epoch,
                loss: record.loss,
                learning_rate: record.learning_rate,
                gradient_norm: record.gradient_norm,
            },
            Event::Norms(at, layers) => Self::Norms {
                step: *at,
                layers: layers
                    .iter()
                    .map(|layer| Norms {
                        label: layer.label,
                        weights: layer.weights,
                        gradients: layer.gradients,
                        dead: layer.dead,
                    })
                    .collect(),
            },
            Event::Epoch(record) => Self::Epoch {
                step,
                epoch: record.epoch,
                loss: record.loss,
                learning_rate: record.learning_rate,
                validation_loss: record.validation_loss,
                metrics: &record.metrics,
                seconds: record.seconds,
            },
            Event::Confusion(confusion) => Self::Confusion {
                step,
                classes: &confusion.classes,
                counts: &confusion.counts,
            },
            Event::Worst(samples) => Self::Worst {
                step,
                samples: samples
                    .iter()
                    .map(|sample| Worst {
                        index: sample.index,
                        loss: sample.loss,
                        answer: &sample.answer,
                        target: &sample.target,
                    })
                    .collect(),
            },
            Event::Saving(step) => Self::Saving { step: *step },
            Event::Note(text) => Self::Note { step, text },
            Event::End(outcome) => Self::End {
                step,
                reason: &outcome.reason,
                best_epoch: outcome.best_epoch,
                seconds: outcome.seconds,
            },
        }
    }
}
