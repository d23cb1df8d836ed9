use super::{CheckpointError, Reader, State, Writer};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Where a run is. Everything random in it is a function of these, so no generator needs to be saved.
///
/// ```
/// use chainrule::{checkpoint::Progress, prelude::*};
///
/// let progress = Progress { epoch: 3, position: 64, ..Progress::new(7) };
/// let mut order: Vec<usize> = (0..1000).collect();
/// order.shuffle(&mut progress.rng());
/// let rest_of_the_epoch = &order[progress.position..];
/// # assert_eq!(rest_of_the_epoch.len(), 936);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many epochs are over.
    pub epoch: u64,
    /// How many steps were made in the whole run.
    pub step: u64,
    /// How many samples of this epoch were seen.
    pub position: usize,
    /// What the run's random numbers begin with.
    pub seed: u64,
}

impl Progress {
    /// The beginning of a run.
    pub const fn new(seed: u64) -> Self {
        Self {
            epoch: 0,
            step: 0,
            position: 0,
            seed,
        }
    }

    /// Random numbers of this epoch, always the same for a seed: for its order of samples.
    pub fn rng(&self) -> StdRng {
        let mut bytes = [0; 32];
        let numbers = [self.seed, self.epoch].map(u64::to_le_bytes);
        for (byte, number) in bytes.iter_mut().zip(numbers.into_iter().flatten()) {
            *byte = number;
        }
        StdRng::from_seed(bytes)
    }

    /// Counts a step over so many samples.
    pub fn advance(&mut self, samples: usize) {
        self.step = self.step.saturating_add(1);
        self.position = self.position.saturating_add(samples);
    }

    /// Begins the next epoch.
    pub fn next_epoch(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
        self.position = 0;
    }
}

impl State for Progress {
    fn save(&self, to: &mut Writer) {
        let Self {
            epoch,
            step,
            position,
            seed,
        } = self;
        to.value("epoch", epoch);
        to.value("step", step);
        to.value("position", position);
        to.value("seed", seed);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        *self = Self {
            epoch: from.value("epoch")?,
            step: from.value("step")?,
            position: from.value("position")?,
            seed: from.value("seed")?,
        };
        Ok(())
    }
}
