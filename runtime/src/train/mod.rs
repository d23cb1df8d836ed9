//! Training with all that stands around the loop.

mod error;
mod event;

pub use error::TrainError;
pub use event::{
    Confusion, EpochRecord, Event, LayerNorms, Observer, Outcome, RunInfo, StepRecord, WorstSample,
};
