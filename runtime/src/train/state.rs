//! Where a run is, beside what network and optimizer hold.

use super::early_stopping::Best;
use super::options::{Options, Rate};
use crate::checkpoint::{CheckpointError, Reader, State, Writer};
use crate::scalar::Scalar;

/// Counts, of which everything random is a function.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RunState {
    seed: u64,
    samples: usize,
    batch_size: usize,
    shuffle: bool,
    /// How many epochs are over.
    pub(super) epoch: u64,
    /// How many steps were made in the whole run.
    pub(super) step: u64,
    /// How many samples of this epoch have been seen.
    pub(super) position: usize,
    /// The sum of the losses of this epoch's batches, and their number.
    pub(super) losses: f64,
    pub(super) batches: u64,
    /// The learning rate of the last step.
    pub(super) learning_rate: f64,
}

impl RunState {
    pub(super) fn new(options: &Options, samples: usize) -> Self {
        Self {
            seed: options.seed,
            samples,
            batch_size: options.batch_size,
            shuffle: options.shuffle,
            ..Self::default()
        }
    }

    /// Takes a step.
    pub(super) fn count(&mut self, loss: f64, learning_rate: f64) {
        self.step += 1;
        self.losses += loss;
        self.batches += 1;
        self.learning_rate = learning_rate;
    }

    /// The mean loss of the epoch.
    pub(super) fn mean_loss(&self) -> f64 {
        self.losses / self.batches as f64
    }

    pub(super) fn next_epoch(&mut self) {
        *self = Self {
            epoch: self.epoch + 1,
            position: 0,
            losses: 0.0,
            batches: 0,
            ..*self
        };
    }
}

impl State for RunState {
    fn save(&self, to: &mut Writer) {
        // With others the rest of the run would have other samples.
        to.identity("seed", &format!("of the seed {}", self.seed));
        to.identity("samples", &format!("on {} samples", self.samples));
        to.identity("batch_size", &format!("in batches of {}", self.batch_size));
        to.identity("order", if self.shuffle { "shuffled" } else { "in order" });
        to.value("epoch", &self.epoch);
        to.value("step", &self.step);
        to.value("position", &self.position);
        to.value("losses", &self.losses);
        to.value("batches", &self.batches);
        to.value("learning_rate", &self.learning_rate);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        *self = Self {
            epoch: from.value("epoch")?,
            step: from.value("step")?,
            position: from.value("position")?,
            losses: from.value("losses")?,
            batches: from.value("batches")?,
            learning_rate: from.value("learning_rate")?,
            ..*self
        };
        Ok(())
    }
}

impl<T: Scalar> State for Best<T> {
    fn save(&self, to: &mut Writer) {
        to.value("value", &self.so_far.map(|(value, _)| value));
        to.value("epoch", &self.so_far.map(|(_, epoch)| epoch));
        to.value("since", &self.since);
        to.list("weights", &self.weights);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        let value: Option<f64> = from.value("value")?;
        *self = Self {
            so_far: value.zip(from.value("epoch")?),
            since: from.value("since")?,
            weights: from.list("weights")?,
        };
        Ok(())
    }
}

/// Of a plateau what it remembers; a schedule is a function of the step.
impl State for Rate<'_> {
    fn save(&self, to: &mut Writer) {
        match self {
            Rate::Own => to.identity("kind", "the optimizer's"),
            Rate::Schedule(_) => to.identity("kind", "a schedule"),
            Rate::Plateau(plateau) => {
                to.identity("kind", "reduced on a plateau");
                to.state("plateau", plateau);
            }
        }
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        match self {
            Rate::Own | Rate::Schedule(_) => Ok(()),
            Rate::Plateau(plateau) => from.state("plateau", plateau),
        }
    }
}
