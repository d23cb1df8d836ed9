//! What a run tells those who watch it.

use crate::layer_info::LayerInfo;
use crate::train::TrainError;

/// What is known before the first step.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// What the user calls the run.
    pub name: String,
    /// The name of the network's type.
    pub network: &'static str,
    /// Its layers in order, with shapes, tensors and multiply-adds.
    pub layers: &'static [LayerInfo],
    /// The shape of one input sample.
    pub input: &'static [usize],
    /// How many samples are trained on.
    pub samples: usize,
    /// How many samples a weight update takes.
    pub batch_size: usize,
    /// How many epochs the run is to have.
    pub epochs: u64,
    /// Other settings by name, in the order they are to be shown.
    pub settings: Vec<(String, String)>,
    /// The steps already made when a run is resumed, otherwise 0.
    pub resumed_at: u64,
}

/// One weight update.
#[derive(Clone, Copy, Debug)]
pub struct StepRecord {
    /// Its number in the whole run, counted from 1.
    pub step: u64,
    /// Its epoch, counted from 1.
    pub epoch: u64,
    /// The loss of its batch.
    pub loss: f64,
    /// The learning rate it was made with.
    pub learning_rate: f64,
    /// The Euclidean norm of the gradient of all parameters, before clipping.
    pub gradient_norm: f64,
}

/// The Euclidean norms of one labelled layer.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorms {
    /// The layer's label.
    pub label: &'static str,
    /// The norm of its weights.
    pub weights: f64,
    /// The norm of their gradients.
    pub gradients: f64,
    /// The share of its units, 0 to 1, whose gradient has been exactly zero since the last report.
    pub dead: f64,
}

/// One epoch.
#[derive(Clone, Debug)]
pub struct EpochRecord {
    /// Its number, counted from 1.
    pub epoch: u64,
    /// The steps made so far in the whole run.
    pub step: u64,
    /// The mean loss of its batches.
    pub loss: f64,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// The loss on the samples for validation, if there are some.
    pub validation_loss: Option<f64>,
    /// Metrics on the samples for validation by name.
    pub metrics: Vec<(String, f64)>,
    /// Seconds of training, without validation.
    pub seconds: f64,
}

/// Which classes were taken for which.
#[derive(Clone, Debug)]
pub struct Confusion {
    /// The name of every class.
    pub classes: Vec<String>,
    /// A row for each true class: how many of its samples were taken for each class.
    pub counts: Vec<Vec<u64>>,
}

/// A sample on which the network does badly.
#[derive(Clone, Debug)]
pub struct WorstSample {
    /// Its number in the data.
    pub index: usize,
    /// Its loss.
    pub loss: f64,
    /// The input's scalars, row-major in the shape of [`RunInfo::input`].
    pub input: Vec<f32>,
    /// What the network says, in words: `7`.
    pub answer: String,
    /// What is right.
    pub target: String,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Why: `all epochs done`, `no better for 5 epochs`, `interrupted`.
    pub reason: String,
    /// The epoch with the best validation, whose weights the network has now, if that was asked for.
    pub best_epoch: Option<u64>,
    /// Seconds from the start to the end.
    pub seconds: f64,
}

/// Something that happened in a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The run starts, or goes on.
    Start(&'a RunInfo),
    /// A step was made.
    Step(&'a StepRecord),
    /// The norms of every layer after a step with this number; every so many steps.
    Norms(u64, &'a [LayerNorms]),
    /// An epoch is over.
    Epoch(&'a EpochRecord),
    /// The confusion matrix on the samples for validation, once, at the end.
    Confusion(&'a Confusion),
    /// The samples for validation with the greatest losses, worst first, once, at the end.
    Worst(&'a [WorstSample]),
    /// A checkpoint is about to be saved after the step with this number. A run that is resumed from it tells nothing of the
    /// steps before again, so what is still in memory has to be written.
    Saving(u64),
    /// A remark for people: a layer's units died, a checkpoint was written.
    Note(&'a str),
    /// The run is over.
    End(&'a Outcome),
}

/// Watches a run: a log, a report, a display.
pub trait Observer {
    /// Takes notice of an event.
    ///
    /// # Errors
    /// When what it writes cannot be written; the run stops with this error.
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError>;
}
