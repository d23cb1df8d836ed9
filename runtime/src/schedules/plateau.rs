use super::Schedule;

/// What is better for the metric of [`ReduceLrOnPlateau`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Less, as for a loss.
    #[default]
    Min,
    /// More, as for an accuracy.
    Max,
}

/// By how much the metric of [`ReduceLrOnPlateau`] must be better than the best one to count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// By this part of the best one.
    Relative(f64),
    /// By this.
    Absolute(f64),
}

/// A smaller learning rate where a metric gets no better, PyTorch's `ReduceLROnPlateau`.
///
/// [`update`](ReduceLrOnPlateau::update) takes the metric, once an epoch as a rule. When it has not got better for more
/// than `patience` times, the learning rate becomes `max(η·factor, min_learning_rate)`; then as many as `cooldown` are not
/// counted. A metric of NaN is no better than any.
///
/// Defaults: less is better, `factor = 0.1`, `patience = 10`, a relative threshold of 10⁻⁴, `cooldown = 0`,
/// `min_learning_rate = 0`, and a change of at most `eps = 1e-8` is left out.
///
/// All of it, what it remembers included, is plain data: a copy is a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReduceLrOnPlateau {
    /// `η`, which changes.
    pub learning_rate: f64,
    /// What is better.
    pub mode: Mode,
    /// The factor of the learning rate.
    pub factor: f64,
    /// How many metrics that are no better are waited for.
    pub patience: u64,
    /// By how much better counts.
    pub threshold: Threshold,
    /// How many metrics after a change are not counted.
    pub cooldown: u64,
    /// The smallest learning rate.
    pub min_learning_rate: f64,
    /// A smaller change is not made.
    pub eps: f64,
    /// The best metric so far.
    pub best: Option<f64>,
    /// How many metrics in a row were no better.
    pub num_bad_epochs: u64,
    /// How many are still not to be counted.
    pub cooldown_counter: u64,
}

impl ReduceLrOnPlateau {
    /// With the defaults.
    pub const fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            mode: Mode::Min,
            factor: 0.1,
            patience: 10,
            threshold: Threshold::Relative(1e-4),
            cooldown: 0,
            min_learning_rate: 0.0,
            eps: 1e-8,
            best: None,
            num_bad_epochs: 0,
            cooldown_counter: 0,
        }
    }

    /// Takes the next metric, and returns the learning rate.
    pub fn update(&mut self, metric: f64) -> f64 {
        if self.is_better(metric) {
            self.best = Some(metric);
            self.num_bad_epochs = 0;
        } else {
            self.num_bad_epochs = self.num_bad_epochs.saturating_add(1);
        }
        if self.cooldown_counter > 0 {
            self.cooldown_counter -= 1;
            self.num_bad_epochs = 0;
        }
        if self.num_bad_epochs > self.patience {
            let smaller = (self.learning_rate * self.factor).max(self.min_learning_rate);
            if self.learning_rate - smaller > self.eps {
                self.learning_rate = smaller;
            }
            self.cooldown_counter = self.cooldown;
            self.num_bad_epochs = 0;
        }
        self.learning_rate
    }

    fn is_better(&self, metric: f64) -> bool {
        let worst = match self.mode {
            Mode::Min => f64::INFINITY,
            Mode::Max => f64::NEG_INFINITY,
        };
        let best = self.best.unwrap_or(worst);
        match (self.mode, self.threshold) {
            (Mode::Min, Threshold::Relative(part)) => metric < best * (1.0 - part),
            (Mode::Min, Threshold::Absolute(by)) => metric < best - by,
            (Mode::Max, Threshold::Relative(part)) => metric > best * (1.0 + part),
            (Mode::Max, Threshold::Absolute(by)) => metric > best + by,
        }
    }
}

impl Schedule for ReduceLrOnPlateau {
    /// The same for every step until the next [`update`](ReduceLrOnPlateau::update).
    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }
}
