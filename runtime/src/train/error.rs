use crate::error::BackpropagateError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a run stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A batch could not be backpropagated.
    #[error(transparent)]
    Backpropagate(#[from] BackpropagateError),
    /// A log, a report or another file of the run cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The path as given.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
