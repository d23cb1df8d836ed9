use super::fault::Fault;
use crate::checkpoint::CheckpointError;
use crate::data::DataError;
use crate::error::{BackpropagateError, TargetError};
use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a run stopped. Unless an observer could not write or a checkpoint not be saved, nothing has been updated in the step
/// that is named.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There is nothing to train on.
    #[error(
        "the data, to train on or to validate with, have no samples, or fewer than a batch takes"
    )]
    NoSamples,
    /// Samples could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A batch could not be backpropagated, or a sample that is validated on has a target that the loss does not take, or a
    /// wrong index.
    #[error("{}{error}{}", Step(*.step, *.epoch), InData(.error, .samples))]
    Backpropagate {
        /// Why not.
        error: BackpropagateError,
        /// The step, counted from 1; 0 in validation.
        step: u64,
        /// The epoch, counted from 1; 0 in validation.
        epoch: u64,
        /// The samples of the batch, by their indices in the data.
        samples: Vec<usize>,
    },
    /// The loss or a gradient is infinite or NaN.
    #[error(
        "{}{quantity} is {value}: {fault}. Nothing was updated. The batch has {}",
        Step(*.step, *.epoch), Samples(.samples)
    )]
    NotFinite {
        /// Which of the two.
        quantity: Quantity,
        /// The loss, or the norm of the gradient.
        value: f64,
        /// The step, counted from 1.
        step: u64,
        /// The epoch, counted from 1.
        epoch: u64,
        /// Where it began.
        fault: Fault,
        /// The samples of the batch, by their indices in the data.
        samples: Vec<usize>,
    },
    /// What is to be monitored is none of the metrics.
    #[error("`{name}` is to be monitored, but the trainer measures {}", list(.metrics))]
    NotMeasured {
        /// What was asked for.
        name: String,
        /// What there is.
        metrics: Vec<String>,
    },
    /// Two metrics have one name: logs and [`monitor`](super::Trainer::monitor) could not tell them apart.
    #[error("two metrics are called `{name}`; give one another name with `on`")]
    SameName {
        /// That name.
        name: String,
    },
    /// Ctrl-C cannot be caught.
    #[error(
        "cannot catch Ctrl-C: {reason}; a handler of your own sets a flag for `Trainer::stop_when`"
    )]
    CtrlC {
        /// Why not.
        reason: String,
    },
    /// A run is to begin where an earlier one has left checkpoints, of which a later resume might take the wrong one.
    #[error(
        "there is `{}` of an earlier run; go on with it by `resume(true)`, or give another folder, or delete it",
        path.display()
    )]
    Occupied {
        /// The newest checkpoint.
        path: PathBuf,
    },
    /// A checkpoint could not be saved or loaded.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A log, a report or another file of the run cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The path as given.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl TrainError {
    pub(super) fn backpropagate(
        error: BackpropagateError,
        step: u64,
        epoch: u64,
        samples: &[usize],
    ) -> Self {
        Self::Backpropagate {
            error,
            step,
            epoch,
            samples: samples.to_vec(),
        }
    }
}

/// What is not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Quantity {
    /// The loss of the batch.
    #[error("the loss")]
    Loss,
    /// The Euclidean norm of the gradient of all parameters.
    #[error("the norm of the gradient")]
    Gradient,
}

/// `step 12 (epoch 3): `, or nothing outside of training.
struct Step(u64, u64);

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step(0, _) => f.write_str("in validation: "),
            Step(step, epoch) => write!(f, "step {step} (epoch {epoch}): "),
        }
    }
}

/// Which sample of the data an error about a sample of a batch means.
struct InData<'a>(&'a BackpropagateError, &'a [usize]);

impl fmt::Display for InData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_batch = match self.0 {
            BackpropagateError::Target(
                TargetError::ClassOutOfRange { sample, .. }
                | TargetError::NotFinite { sample, .. }
                | TargetError::NotAProbability { sample, .. },
            )
            | BackpropagateError::IndexOutOfRange { sample, .. } => *sample,
            _ => return Ok(()),
        };
        match self.1.get(in_batch) {
            Some(index) => write!(
                f,
                "; sample {in_batch} of this batch is sample {index} of the data"
            ),
            None => Ok(()),
        }
    }
}

/// The first of many samples.
struct Samples<'a>(&'a [usize]);

impl fmt::Display for Samples<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 16;
        let shown = &self.0[..self.0.len().min(SHOWN)];
        write!(f, "samples {shown:?}")?;
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing; add it with `metric`".into(),
        names => format!("`{}`", names.join("`, `")),
    }
}
