//! The loop of a trainer.

use super::error::Quantity;
use super::fault;
use super::interrupt::Heeding;
use super::options::{Options, short_name};
use super::state::RunState;
use super::trainer::Trainer;
use super::watch::Watch;
use super::{Event, Outcome, RunInfo, StepRecord, TrainError, Trained};
use crate::data::{Batch, Batches, Dataset, Loader};
use crate::element::Lanes;
use crate::error::BackpropagateError;
use crate::input::Input;
use crate::losses::{Loss, Part};
use crate::network::{Network, Parameters};
use crate::optimizers::{self, Optimizer};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::workspace::{HeapWorkspace, Workspace};
use core::ops::DerefMut;
use std::time::Instant;

/// A run under way.
pub(super) struct Run<'a, N: Network, O, L, D: Dataset> {
    pub(super) trainer: Trainer<'a, N, O, L, D>,
    pub(super) workspace: HeapWorkspace<N>,
    pub(super) state: RunState,
    pub(super) watch: Watch,
    /// The network's buffers before a step.
    before: Vec<N::Scalar>,
    /// Steps between two reports of norms.
    norms_every: u64,
    /// After how many steps the run is over.
    last_step: u64,
}

/// Why training stops before an epoch is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    /// All steps are made.
    Steps,
    /// Somebody asked for it.
    Asked,
}

impl<N, O, L, D> Trainer<'_, N, O, L, D>
where
    N: Network,
    O: Optimizer<N::Scalar>,
    L: Loss<N::Scalar, N::Output, D::Target>,
    D: Dataset + Sync,
    D::Input: Input<N::Input>,
{
    /// Trains until all epochs or steps are done, nothing gets better any more, or somebody stops it.
    ///
    /// # Errors
    /// When samples cannot be read or backpropagated, the loss or a gradient is not finite, an observer cannot write, or a
    /// checkpoint cannot be saved or loaded. The network keeps what the steps before have made of it.
    ///
    /// # Panics
    /// If a schedule gives a learning rate that is negative, infinite or NaN.
    pub fn run(self) -> Result<Trained, TrainError> {
        let data = self.data;
        let no_validation = self.validation.is_some_and(|data| data.is_empty());
        if data.is_empty() || no_validation {
            return Err(TrainError::NoSamples);
        }
        self.check_monitor()?;
        let _heeding = self.stop.on_ctrl_c.then(Heeding::ctrl_c).transpose()?;
        let options = &self.options;
        let mut batches = Batches::new(data, options.batch_size, options.seed);
        if !options.shuffle {
            batches = batches.in_order();
        }
        let (epochs, last_step) = options.limits();
        let expected_epochs = options.expected_epochs(batches.per_epoch() as u64);
        let mut workspace = workspace_for::<N>(options);
        workspace.set_seed(options.seed);
        let norms_every = options.norms_every;
        let mut run = Run {
            state: RunState::new(options, data.len()),
            before: Vec::new(),
            workspace,
            watch: Watch::new::<N>(),
            norms_every: norms_every
                .unwrap_or(batches.per_epoch() as u64 / 10)
                .max(1),
            last_step,
            trainer: self,
        };
        let loaded = run.resume()?;
        run.start(expected_epochs)?;
        if let Some(loaded) = loaded {
            run.observe(&Event::Note(&loaded))?;
        }
        run.epochs(&mut batches, epochs)
    }
}

impl<'a, N, O, L, D> Run<'a, N, O, L, D>
where
    N: Network,
    O: Optimizer<N::Scalar>,
    L: Loss<N::Scalar, N::Output, D::Target>,
    D: Dataset + Sync,
    D::Input: Input<N::Input>,
{
    pub(super) fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        let observers = &mut self.trainer.observers;
        observers
            .iter_mut()
            .try_for_each(|observer| observer.observe(event))
    }

    fn start(&mut self, epochs: u64) -> Result<(), TrainError> {
        let Options {
            name, batch_size, ..
        } = &self.trainer.options;
        let of = |name: &str, value: String| (name.to_owned(), value);
        let mut settings = vec![
            of("optimizer", short_name::<O>().into()),
            of("loss", short_name::<L>().into()),
            of("parameters", N::PARAMETERS.to_string()),
        ];
        settings.extend(self.trainer.options.settings());
        let info = RunInfo {
            name: name.clone(),
            network: N::NAME,
            layers: N::LAYERS,
            input: <N::Input as Shape>::DIMS,
            samples: self.trainer.data.len(),
            batch_size: *batch_size,
            epochs,
            settings,
            resumed_at: self.state.step,
        };
        self.observe(&Event::Start(&info))
    }

    fn epochs(mut self, batches: &mut Batches<&'a D>, epochs: u64) -> Result<Trained, TrainError> {
        let (start, mut records) = (Instant::now(), Vec::new());
        let reason = loop {
            if let Some(reason) = self.no_better() {
                break Some(reason);
            }
            if self.state.epoch >= epochs || self.state.step >= self.last_step {
                break Some("all epochs done".to_owned());
            }
            let (position, epoch_start) = (self.state.position, Instant::now());
            batches.start_at(self.state.epoch, position);
            let ahead = self.trainer.options.read_ahead;
            let stopped = batches.read_ahead(ahead, |loader| self.epoch(loader))?;
            if stopped == Some(Stopped::Asked) {
                break None;
            }
            if self.state.batches == 0 {
                return Err(TrainError::NoSamples);
            }
            let seconds = epoch_start.elapsed().as_secs_f64();
            let (record, go_on) = self.end_of_epoch(seconds, position == 0 && stopped.is_none())?;
            records.push(record);
            if stopped == Some(Stopped::Steps) {
                break Some("all steps done".to_owned());
            }
            if !go_on {
                break Some("stopped after an epoch".to_owned());
            }
        };
        let interrupted = reason.is_none();
        if interrupted {
            self.save_interrupted()?;
        }
        let best_epoch = if interrupted { None } else { self.finish()? };
        let outcome = Outcome {
            reason: reason.unwrap_or_else(|| "interrupted".into()),
            best_epoch,
            seconds: start.elapsed().as_secs_f64(),
        };
        self.observe(&Event::End(&outcome))?;
        Ok(Trained {
            epochs: records,
            steps: self.state.step,
            interrupted,
            outcome,
        })
    }

    /// The steps of an epoch, or what is left of them.
    fn epoch(&mut self, loader: &mut Loader<'_, &'a D>) -> Result<Option<Stopped>, TrainError> {
        loop {
            if self.trainer.stop.asked() {
                return Ok(Some(Stopped::Asked));
            }
            if self.state.step >= self.last_step {
                return Ok(Some(Stopped::Steps));
            }
            let Some(batch) = loader.next_batch()? else {
                return Ok(None);
            };
            // Statistics of a single sample are none.
            if !(N::CROSS_SAMPLE && batch.len() == 1) {
                self.step(batch)?;
            }
            self.state.position = batch.position();
            self.save_after_step()?;
        }
    }

    fn step(&mut self, batch: &Batch<D::Input, D::Target>) -> Result<(), TrainError> {
        let Trainer {
            network,
            optimizer,
            loss,
            options,
            rate,
            average,
            ..
        } = &mut self.trainer;
        let (network, optimizer) = (&mut **network, &mut **optimizer);
        let workspace = &mut self.workspace;
        let draws = (options.seed, workspace.steps());
        if let Some(rate) = rate.of_step(self.state.step) {
            optimizer.set_learning_rate(rate);
        }
        let (step, epoch) = (self.state.step + 1, self.state.epoch + 1);
        self.before.clear();
        self.before.extend_from_slice(network.buffers());
        let before = &self.before;
        let found = gradients(network, batch, loss, workspace, options.part_size);
        let not_finite = |network: &mut N, workspace: &mut HeapWorkspace<N>, quantity, value| {
            // A forward pass that ends well has changed them.
            network.buffers_mut().copy_from_slice(before);
            let samples = batch.indices();
            let fault = fault::find(network, batch.inputs(), samples, workspace, draws, quantity);
            TrainError::NotFinite {
                quantity,
                value,
                step,
                epoch,
                fault,
                samples: samples.to_vec(),
            }
        };
        let loss = match found {
            Ok(loss) => loss.to_f64(),
            Err(BackpropagateError::LossNotFinite { loss, .. }) => {
                return Err(not_finite(network, workspace, Quantity::Loss, loss));
            }
            Err(error) => {
                return Err(TrainError::backpropagate(
                    error,
                    step,
                    epoch,
                    batch.indices(),
                ));
            }
        };
        let gradient_norm = optimizers::grad_norm(workspace.gradients());
        if !gradient_norm.is_finite() {
            return Err(not_finite(
                network,
                workspace,
                Quantity::Gradient,
                gradient_norm,
            ));
        }
        self.watch.see::<N>(workspace.gradients());
        let norms = step.is_multiple_of(self.norms_every).then(|| {
            self.watch
                .report::<N>(network.parts().0, workspace.gradients())
        });
        options.clip(workspace.gradients_mut());
        let learning_rate = optimizer.current_learning_rate();
        optimizer.step(network, workspace.gradients());
        if let Some(average) = average {
            average.update(network);
        }
        self.state.count(loss, learning_rate);
        self.observe(&Event::Step(&StepRecord {
            step,
            epoch,
            loss,
            learning_rate,
            gradient_norm,
        }))?;
        match norms {
            Some(norms) => self.observe(&Event::Norms(step, &norms)),
            None => Ok(()),
        }
    }
}

impl Options {
    /// Clips gradients by value, then by norm.
    pub(super) fn clip<P: Parameters>(&self, gradients: &mut P) {
        if let Some(max) = self.clip_value {
            optimizers::clip_grad_value(gradients, max);
        }
        if let Some(max_norm) = self.clip_norm {
            optimizers::clip_grad_norm(gradients, max_norm);
        }
    }
}

/// A workspace for one thread or several that takes the batches of a run.
pub(super) fn workspace_for<N: Network>(options: &Options) -> HeapWorkspace<N> {
    let samples = options
        .part_size
        .unwrap_or(options.batch_size)
        .min(options.batch_size);
    let usual = N::WORKSPACE_GROUPS * crate::LANES;
    #[cfg(feature = "parallel")]
    if options.parallel {
        return if N::CROSS_SAMPLE && samples > usual {
            N::parallel_workspace_with_capacity(samples)
        } else {
            N::parallel_workspace()
        };
    }
    if N::CROSS_SAMPLE && samples > usual {
        N::workspace_with_capacity(samples)
    } else {
        N::workspace()
    }
}

/// The loss of a batch, and its gradients in the workspace; in parts of at most `part_size` samples.
pub(super) fn gradients<N, X, Y, L, A, G>(
    network: &mut N,
    batch: &Batch<X, Y>,
    loss: &L,
    workspace: &mut Workspace<N, A, G>,
    part_size: Option<usize>,
) -> Result<N::Scalar, BackpropagateError>
where
    N: Network,
    X: Input<N::Input>,
    Y: Sync,
    L: Loss<N::Scalar, N::Output, Y>,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    let (inputs, targets) = (batch.inputs(), batch.targets());
    let samples = inputs.len();
    let mut parts = samples.div_ceil(part_size.unwrap_or(samples).max(1));
    if N::CROSS_SAMPLE {
        // No part has a single sample.
        parts = parts.min(samples / 2);
    }
    if parts <= 1 {
        return network.backpropagate(inputs, targets, loss, workspace);
    }
    let whole = Part::of(loss, targets);
    let mut total = N::Scalar::ZERO;
    for part in 0..parts {
        let range = part * samples / parts..(part + 1) * samples / parts;
        let inputs = inputs.get(range.clone()).unwrap_or_default();
        let targets = targets.get(range).unwrap_or_default();
        total += if part == 0 {
            network.backpropagate(inputs, targets, &whole, workspace)?
        } else {
            network.accumulate(inputs, targets, &whole, workspace)?
        };
    }
    Ok(total)
}
