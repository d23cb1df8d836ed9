//! What a trainer is told, as far as it does not depend on the types of network and data.

use crate::schedules::{ReduceLrOnPlateau, Schedule};
use std::fmt;

#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) name: String,
    pub(super) epochs: Option<u64>,
    pub(super) steps: Option<u64>,
    pub(super) batch_size: usize,
    pub(super) part_size: Option<usize>,
    pub(super) seed: u64,
    pub(super) shuffle: bool,
    pub(super) read_ahead: usize,
    #[cfg(feature = "parallel")]
    pub(super) parallel: bool,
    pub(super) clip_norm: Option<f64>,
    pub(super) clip_value: Option<f64>,
    pub(super) monitor: Option<String>,
    pub(super) patience: Option<u64>,
    pub(super) min_delta: f64,
    pub(super) keep_best: bool,
    pub(super) norms_every: Option<u64>,
    pub(super) checkpoint_every: Option<u64>,
    pub(super) resume: bool,
}

impl Options {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            epochs: None,
            steps: None,
            batch_size: 32,
            part_size: None,
            seed: 0,
            shuffle: true,
            read_ahead: 0,
            #[cfg(feature = "parallel")]
            parallel: false,
            clip_norm: None,
            clip_value: None,
            monitor: None,
            patience: None,
            min_delta: 0.0,
            keep_best: false,
            norms_every: None,
            checkpoint_every: None,
            resume: false,
        }
    }

    /// After how many epochs and steps the run is over.
    pub(super) fn limits(&self) -> (u64, u64) {
        match (self.epochs, self.steps) {
            (None, None) => (1, u64::MAX),
            (None, Some(steps)) => (u64::MAX, steps),
            (Some(epochs), steps) => (epochs, steps.unwrap_or(u64::MAX)),
        }
    }

    /// How many epochs there will be, for so many batches each.
    pub(super) fn expected_epochs(&self, batches: u64) -> u64 {
        let of_steps = |steps: u64| steps.div_ceil(batches.max(1));
        self.epochs.or(self.steps.map(of_steps)).unwrap_or(1)
    }

    /// For a report: what has been set, by name.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let mut settings = vec![("seed".to_owned(), self.seed.to_string())];
        let mut add = |name: &str, value: Option<String>| {
            settings.extend(value.map(|value| (name.to_owned(), value)));
        };
        add("parts of", self.part_size.map(|size| size.to_string()));
        add("clip norm", self.clip_norm.map(|norm| norm.to_string()));
        add("clip value", self.clip_value.map(|value| value.to_string()));
        add("patience", self.patience.map(|epochs| epochs.to_string()));
        add("monitor", self.monitor.clone());
        settings
    }
}

/// Where learning rates come from.
pub(super) enum Rate<'a> {
    /// The optimizer keeps its own.
    Own,
    Schedule(Box<dyn Schedule + 'a>),
    Plateau(ReduceLrOnPlateau),
}

impl Rate<'_> {
    /// That of a step, unless it is the optimizer's.
    pub(super) fn of_step(&self, step: u64) -> Option<f64> {
        match self {
            Rate::Own => None,
            Rate::Schedule(schedule) => Some(schedule.learning_rate(step)),
            Rate::Plateau(plateau) => Some(plateau.learning_rate),
        }
    }
}

impl fmt::Debug for Rate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rate::Own => f.write_str("Own"),
            Rate::Schedule(_) => f.write_str("Schedule"),
            Rate::Plateau(plateau) => plateau.fmt(f),
        }
    }
}

/// The last part of a type's name, without what it is generic over: `Adam`.
pub(super) fn short_name<T: ?Sized>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}
