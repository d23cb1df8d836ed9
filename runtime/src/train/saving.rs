//! Checkpoints of a run, and its resume.

use super::early_stopping::Best;
use super::run::Run;
use super::trainer::Trainer;
use super::{Event, TrainError};
use crate::checkpoint::{Checkpoints, State};
use crate::data::Dataset;
use crate::input::Input;
use crate::losses::Loss;
use crate::network::Network;
use crate::optimizers::Optimizer;
use std::path::PathBuf;

/// Where to save, and the optimizer as a state: an optimizer that is none trains too, without checkpoints.
pub(super) struct Saving<O> {
    checkpoints: Checkpoints,
    state: fn(&O) -> &dyn State,
    state_mut: fn(&mut O) -> &mut dyn State,
}

impl<N: Network, O: State, L, D: Dataset> Trainer<'_, N, O, L, D> {
    /// Saves the run after every epoch, and when it is interrupted.
    ///
    /// A checkpoint holds all that changes: network, optimizer, dropout, average, schedule, early stopping with the best weights,
    /// and the position in the data. What is set up here stands in the program.
    pub fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.saving = Some(Saving {
            checkpoints,
            state: |optimizer| optimizer,
            state_mut: |optimizer| optimizer,
        });
        self
    }
}

impl<N: Network, O, L, D: Dataset> Trainer<'_, N, O, L, D> {
    /// Saves the run also after every so many steps, where there are [`checkpoints`](Trainer::checkpoints).
    pub fn checkpoint_every(mut self, steps: u64) -> Self {
        self.options.checkpoint_every = Some(steps);
        self
    }

    /// Whether to go on from the newest of the [`checkpoints`](Trainer::checkpoints), if there is one: the run then ends with the
    /// very bits of one that nobody interrupted. By default it does not, and a folder that has checkpoints is an
    /// [error](TrainError::Occupied).
    pub fn resume(mut self, resume: bool) -> Self {
        self.options.resume = resume;
        self
    }
}

impl<N, O, L, D> Run<'_, N, O, L, D>
where
    N: Network,
    O: Optimizer<N::Scalar>,
    L: Loss<N::Scalar, N::Output, D::Target>,
    D: Dataset + Sync,
    D::Input: Input<N::Input>,
{
    /// Loads the newest checkpoint if that is wanted, and says so.
    pub(super) fn resume(&mut self) -> Result<Option<String>, TrainError> {
        let trainer = &mut self.trainer;
        let Some(saving) = &trainer.saving else {
            return Ok(None);
        };
        if !trainer.options.resume {
            return match saving.checkpoints.steps()?.last() {
                Some(&step) => Err(TrainError::Occupied {
                    path: saving.checkpoints.path(step),
                }),
                None => Ok(None),
            };
        }
        let mut states: Vec<(&str, &mut dyn State)> = vec![
            ("network", &mut *trainer.network),
            ("optimizer", (saving.state_mut)(&mut *trainer.optimizer)),
            ("workspace", &mut self.workspace),
            ("run", &mut self.state),
            ("rate", &mut trainer.rate),
            ("best", &mut trainer.best),
        ];
        if let Some(average) = &mut trainer.average {
            states.push(("average", average));
        }
        let loaded = saving.checkpoints.load_newest(&mut states)?;
        // It was saved by a run that kept no weights: the best epoch is counted anew.
        if trainer.options.keep_best && trainer.best.weights.is_empty() {
            trainer.best = Best::NONE;
        }
        Ok(loaded.map(|loaded| loaded.to_string()))
    }

    /// Saves the run as it is, if that is wanted.
    pub(super) fn save(&mut self) -> Result<Option<PathBuf>, TrainError> {
        if self.trainer.saving.is_some() {
            self.observe(&Event::Saving(self.state.step))?;
        }
        let trainer = &self.trainer;
        let Some(saving) = &trainer.saving else {
            return Ok(None);
        };
        let mut states: Vec<(&str, &dyn State)> = vec![
            ("network", &*trainer.network),
            ("optimizer", (saving.state)(&*trainer.optimizer)),
            ("workspace", &self.workspace),
            ("run", &self.state),
            ("rate", &trainer.rate),
            ("best", &trainer.best),
        ];
        if let Some(average) = &trainer.average {
            states.push(("average", average));
        }
        Ok(Some(saving.checkpoints.save(self.state.step, &states)?))
    }

    /// Saves the run if a step is due for it.
    pub(super) fn save_after_step(&mut self) -> Result<(), TrainError> {
        // After the last of an epoch comes what belongs to the epoch, and the run is saved behind that: one resumed from here
        // would tell of the epoch twice.
        if self.state.position >= self.trainer.data.len() {
            return Ok(());
        }
        let every = self.trainer.options.checkpoint_every;
        if every.is_some_and(|every| self.state.step.is_multiple_of(every)) {
            self.save()?;
        }
        Ok(())
    }

    /// Saves the run, and says how it goes on.
    pub(super) fn save_interrupted(&mut self) -> Result<(), TrainError> {
        let (step, path) = (self.state.step, self.save()?);
        let resumes = self.trainer.options.resume;
        let note = match path {
            Some(path) if resumes => format!(
                "interrupted after step {step}, saved as `{}`; to go on, start the program again",
                path.display()
            ),
            Some(path) => format!(
                "interrupted after step {step}, saved as `{}`; to go on, start the program with `resume(true)`",
                path.display()
            ),
            None => {
                format!("interrupted after step {step}; nothing is saved without `checkpoints`")
            }
        };
        self.observe(&Event::Note(&note))
    }
}
