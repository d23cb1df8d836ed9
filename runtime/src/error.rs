//! What can go wrong in a call, and what to do about it.

use thiserror::Error;

/// Two slices that belong together differ in number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{inputs} inputs, but {others} targets or outputs; give one for each input")]
pub struct LengthMismatch {
    /// The number of inputs.
    pub inputs: usize,
    /// The number of targets or outputs.
    pub others: usize,
}

/// The memory for activations is too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "scratch for {scalars} scalars, but the activations need {needed}; give `INFERENCE_BYTES` bytes"
)]
pub struct ScratchTooShort {
    /// The scalars given.
    pub scalars: usize,
    /// The scalars needed.
    pub needed: usize,
}

/// A target that the loss does not take.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TargetError {
    /// A class index that the network has no output for.
    #[error(
        "the target of sample {sample} is class {class}, but the network has {classes} outputs; classes count from 0"
    )]
    ClassOutOfRange {
        /// The sample's position in the batch.
        sample: usize,
        /// The class asked for.
        class: i64,
        /// The number of outputs.
        classes: usize,
    },
    /// Class weights or positive weights of another length than the output.
    #[error("{weights} weights for {classes} outputs; give one for each output")]
    WeightCount {
        /// The number of weights given.
        weights: usize,
        /// The number of outputs.
        classes: usize,
    },
    /// A target, or one of several probabilities, that is infinite or not a number.
    #[error(
        "element {element} of the target of sample {sample} is {value}; targets must be finite"
    )]
    NotFinite {
        /// The sample's position in the batch.
        sample: usize,
        /// The element's position in the target, row-major.
        element: usize,
        /// What stands there.
        value: f64,
    },
    /// A target that should be a probability.
    #[error(
        "element {element} of the target of sample {sample} is {value}; probabilities lie in 0 to 1"
    )]
    NotAProbability {
        /// The sample's position in the batch.
        sample: usize,
        /// The element's position in the target, row-major.
        element: usize,
        /// What stands there.
        value: f64,
    },
    /// No target counts: all are the ignored class, or their weights are zero.
    #[error(
        "no target of the batch counts: all are ignored or weigh nothing, so the mean is undefined"
    )]
    NothingCounts,
}

impl TargetError {
    /// An error unless there is one weight for each of `classes` outputs.
    pub(crate) fn check_weights<T>(weights: Option<&[T]>, classes: usize) -> Result<(), Self> {
        match weights {
            Some(weights) if weights.len() != classes => Err(Self::WeightCount {
                weights: weights.len(),
                classes,
            }),
            _ => Ok(()),
        }
    }
}

/// Why `backpropagate` did not return a loss.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum BackpropagateError {
    /// A batch without samples.
    #[error("the batch is empty; a mean over no samples is undefined")]
    EmptyBatch,
    /// Inputs and targets differ in number.
    #[error(transparent)]
    LengthMismatch(#[from] LengthMismatch),
    /// The loss does not take a target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A network that mixes samples got more of them than its workspace holds.
    #[error(
        "a batch of {samples} samples does not fit a workspace for {capacity}, and this network mixes samples (batch norm); \
         make the workspace with `workspace_with_capacity({samples})`"
    )]
    BatchTooLarge {
        /// The size of the batch.
        samples: usize,
        /// The workspace's capacity.
        capacity: usize,
    },
    /// A network that mixes samples got a single one.
    #[error("batch norm needs at least two samples to train on, but the batch has one")]
    BatchTooSmall,
    /// An index that an embedding or a sparse layer has no row for.
    #[error(
        "element {element} of input {sample} is {index}, but the table that it points into has {rows} rows; indices are whole \
         numbers and count from 0"
    )]
    IndexOutOfRange {
        /// The sample's position in the batch.
        sample: usize,
        /// The element's position in the input, row-major.
        element: usize,
        /// What stands there.
        index: f64,
        /// How many rows there are.
        rows: usize,
    },
    /// The loss is infinite or not a number.
    #[error(
        "the loss of step {step} is {loss}; nothing was updated. Look for inputs that are not finite, or lower the learning rate"
    )]
    LossNotFinite {
        /// The loss.
        loss: f64,
        /// How many batches were backpropagated before.
        step: u64,
    },
}
