//! Training with all that stands around the loop.

mod early_stopping;
mod error;
mod event;
mod fault;
pub mod metrics;
mod watch;

pub use error::TrainError;
pub use event::{
    Confusion, EpochRecord, Event, LayerNorms, Observer, Outcome, RunInfo, StepRecord, WorstSample,
};
pub use fault::Fault;
