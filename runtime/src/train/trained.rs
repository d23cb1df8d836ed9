use super::{EpochRecord, Outcome};

/// What came of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trained {
    /// The epochs, of a resumed run those since then.
    pub epochs: Vec<EpochRecord>,
    /// The steps of the whole run.
    pub steps: u64,
    /// Whether Ctrl-C or a flag ended it. Then the network has the weights after its last step.
    pub interrupted: bool,
    /// How it ended.
    pub outcome: Outcome,
}

impl Trained {
    /// A metric on the samples for validation, by its name: of the best epoch if the network has its weights, else of the
    /// last one. None if that epoch was before a resume.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let epoch = match self.outcome.best_epoch {
            Some(best) => self.epochs.iter().find(|epoch| epoch.epoch == best),
            None => self.epochs.last(),
        };
        let (_, value) = epoch?.metrics.iter().find(|(of, _)| of == name)?;
        Some(*value)
    }
}
