use super::early_stopping::Best;
use super::inspection::Inspection;
use super::interrupt::Stop;
use super::metrics::{ClassScores, Measure};
use super::options::{Options, Rate};
use super::saving::Saving;
use super::{EpochRecord, Event, Observer, Progress};
use crate::data::Dataset;
use crate::network::Network;
use crate::optimizers::AveragedModel;
use crate::schedules::{ReduceLrOnPlateau, Schedule};
use core::ops::ControlFlow;
use core::sync::atomic::AtomicBool;

/// Samples for validation, with the same types as those for training.
pub(super) type Validation<'a, D> =
    dyn Dataset<Input = <D as Dataset>::Input, Target = <D as Dataset>::Target> + 'a;

/// Looks at the network after an epoch, and may end the run.
pub(super) type AfterEpoch<'a, N> = Box<dyn FnMut(&N, &EpochRecord) -> ControlFlow<()> + 'a>;

/// Trains a network: made by [`Network::trainer`], set up by its methods, started by [`run`](Trainer::run).
///
/// Without further ado it trains for one epoch with batches of 32 samples, shuffled with the seed 0, and says nothing.
/// [`train`](crate::train) shows a program.
#[must_use = "a trainer does nothing before `run`"]
pub struct Trainer<'a, N: Network, O, L, D: Dataset> {
    pub(super) network: &'a mut N,
    pub(super) optimizer: &'a mut O,
    pub(super) loss: L,
    pub(super) data: &'a D,
    pub(super) options: Options,
    pub(super) rate: Rate<'a>,
    pub(super) average: Option<AveragedModel<N::Scalar>>,
    pub(super) best: Best<N::Scalar>,
    pub(super) validation: Option<&'a Validation<'a, D>>,
    pub(super) metrics: Vec<Box<dyn Measure<N::Output, D::Target> + 'a>>,
    pub(super) inspection: Inspection<'a, N::Output, D::Target>,
    pub(super) observers: Vec<Box<dyn Observer + 'a>>,
    pub(super) after_epoch: Vec<AfterEpoch<'a, N>>,
    pub(super) stop: Stop<'a>,
    pub(super) saving: Option<Saving<O>>,
}

impl<'a, N: Network, O, L, D: Dataset> Trainer<'a, N, O, L, D> {
    pub(crate) fn new(network: &'a mut N, optimizer: &'a mut O, loss: L, data: &'a D) -> Self {
        Self {
            network,
            optimizer,
            loss,
            data,
            options: Options::new(N::NAME),
            rate: Rate::Own,
            average: None,
            best: Best::NONE,
            validation: None,
            metrics: Vec::new(),
            inspection: Inspection::NONE,
            observers: Vec::new(),
            after_epoch: Vec::new(),
            stop: Stop::NONE,
            saving: None,
        }
    }

    /// What the run is called in logs and reports; by default as the network.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = name.into();
        self
    }

    /// How many times to go through the data; 1 by default.
    pub fn epochs(mut self, epochs: u64) -> Self {
        self.options.epochs = Some(epochs);
        self
    }

    /// How many weight updates to make, in as many epochs as that takes, unless [`epochs`](Trainer::epochs) are given too.
    /// Where they end within an epoch, that epoch is over.
    pub fn steps(mut self, steps: u64) -> Self {
        self.options.steps = Some(steps);
        self
    }

    /// How many samples a weight update takes; 32 by default. The last of an epoch has what is left. For a network that mixes
    /// samples (batch norm) a last batch of one is left out.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn batch_size(mut self, samples: usize) -> Self {
        assert!(samples > 0, "a batch has at least one sample");
        self.options.batch_size = samples;
        self
    }

    /// Takes a batch in parts of about equal size, of at most so many samples, and adds up their gradients: a network that
    /// mixes samples then takes its statistics from each part, and needs memory for a part alone.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn parts_of(mut self, samples: usize) -> Self {
        assert!(samples > 0, "a part has at least one sample");
        self.options.part_size = Some(samples);
        self
    }

    /// What everything random follows from, together with epoch and index: order, augmentation, dropout. 0 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// Goes through the data in their own order instead of shuffling them.
    pub fn in_order(mut self) -> Self {
        self.options.shuffle = false;
        self
    }

    /// Reads so many batches ahead on a thread of its own, which pays where reading takes long. The bits stay the same.
    pub fn read_ahead(mut self, batches: usize) -> Self {
        self.options.read_ahead = batches;
        self
    }

    /// Trains on the threads of the current pool of rayon, see [`Network::parallel_workspace`]: the same bits on any number of
    /// threads. [`run`](Trainer::run) belongs inside `install`.
    #[cfg(feature = "parallel")]
    pub fn parallel(mut self) -> Self {
        self.options.parallel = true;
        self
    }

    /// The learning rate of every step, counted from 0 in the whole run. By default the optimizer keeps its own. Of
    /// [`Muon`](crate::optimizers::Muon) it is that of the matrices; the rest keeps its own.
    pub fn schedule(mut self, schedule: impl Schedule + 'a) -> Self {
        self.rate = Rate::Schedule(Box::new(schedule));
        self
    }

    /// A smaller learning rate where what is [monitored](Trainer::monitor) gets no better, once an epoch. Of a metric it is
    /// known whether more or less is better; for the loss the plateau's own `mode` counts.
    pub fn reduce_on_plateau(mut self, plateau: ReduceLrOnPlateau) -> Self {
        self.rate = Rate::Plateau(plateau);
        self
    }

    /// Limits the Euclidean norm of the gradient of all parameters, see
    /// [`clip_grad_norm`](crate::optimizers::clip_grad_norm).
    ///
    /// # Panics
    /// If it is negative or NaN.
    #[track_caller]
    pub fn clip_grad_norm(mut self, max_norm: f64) -> Self {
        assert!(
            max_norm >= 0.0,
            "the max_norm is {max_norm}, but must not be negative"
        );
        self.options.clip_norm = Some(max_norm);
        self
    }

    /// Limits every gradient to ±`max`, see [`clip_grad_value`](crate::optimizers::clip_grad_value).
    ///
    /// # Panics
    /// If it is negative or NaN.
    #[track_caller]
    pub fn clip_grad_value(mut self, max: f64) -> Self {
        assert!(max >= 0.0, "the max is {max}, but must not be negative");
        self.options.clip_value = Some(max);
        self
    }

    /// Keeps an exponential moving average of the weights, updated after every step, see [`AveragedModel::ema`]: it is
    /// validated instead of the weights, and the network has it in the end.
    ///
    /// # Panics
    /// If `decay` is not in [0, 1).
    #[track_caller]
    pub fn ema(mut self, decay: f64) -> Self {
        self.average = Some(AveragedModel::ema(&*self.network, decay));
        self
    }

    /// Validates on these samples after every epoch.
    pub fn validation<V>(mut self, data: &'a V) -> Self
    where
        V: Dataset<Input = D::Input, Target = D::Target>,
    {
        self.validation = Some(data);
        self
    }

    /// Measures this on the samples for validation. A `&mut` reference keeps the metric for later.
    pub fn metric(mut self, metric: impl Measure<N::Output, D::Target> + 'a) -> Self {
        self.metrics.push(Box::new(metric));
        self
    }

    /// The names of the classes: at the end of the run observers get the confusion matrix on the samples for validation,
    /// and the [worst](Trainer::worst) samples, 16 if nothing else is said.
    pub fn classes<I>(mut self, names: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
        N::Output: ClassScores<D::Target>,
    {
        self.inspection
            .set_classes(names.into_iter().map(Into::into).collect());
        self
    }

    /// At the end of the run observers get so many samples for validation with the greatest losses. `describe` says the
    /// network's answer and the target in words.
    pub fn worst<F>(mut self, samples: usize, describe: F) -> Self
    where
        F: Fn(&N::Output, &D::Target) -> (String, String) + 'a,
    {
        self.inspection.set_worst(samples, Box::new(describe));
        self
    }

    /// What early stopping, the best weights and [`reduce_on_plateau`](Trainer::reduce_on_plateau) look at: a metric by its
    /// name. By default it is the loss on the samples for validation, where there are none that of training.
    pub fn monitor(mut self, metric: impl Into<String>) -> Self {
        self.options.monitor = Some(metric.into());
        self
    }

    /// Ends the run when what is [monitored](Trainer::monitor) has got no better for so many epochs, and
    /// [keeps the best](Trainer::keep_best).
    pub fn early_stopping(mut self, patience: u64) -> Self {
        self.options.patience = Some(patience);
        self.keep_best()
    }

    /// By how much what is monitored must be better than the best to count; 0 by default.
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.options.min_delta = min_delta;
        self
    }

    /// Gives the network the weights of its best epoch at the end of the run.
    pub fn keep_best(mut self) -> Self {
        self.options.keep_best = true;
        self
    }

    /// Has an observer watch the run: a log, a report, a `&mut` reference to either, or a closure that takes a `&Event`. An
    /// observer that cannot write ends the run.
    pub fn observer(mut self, observer: impl Observer + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Calls a closure with every event.
    pub fn on_event(self, mut call: impl FnMut(&Event<'_>) + 'a) -> Self {
        self.observer(super::observers::Call(move |event: &Event<'_>| {
            call(event);
            Ok(())
        }))
    }

    /// Shows a bar on the terminal, and a line for each epoch; lines alone where the error output is none.
    pub fn progress(self) -> Self {
        self.observer(Progress::new())
    }

    /// Calls a closure after every epoch with the network as it is trained; with [`ControlFlow::Break`] it ends the run.
    ///
    /// What a closure remembers is no part of a checkpoint, and a run that it has ended goes on when it is resumed.
    pub fn after_epoch(
        mut self,
        call: impl FnMut(&N, &EpochRecord) -> ControlFlow<()> + 'a,
    ) -> Self {
        self.after_epoch.push(Box::new(call));
        self
    }

    /// How many steps lie between two reports of norms; by default there are ten an epoch.
    pub fn norms_every(mut self, steps: u64) -> Self {
        self.options.norms_every = Some(steps);
        self
    }

    /// Ends the run after the step in which the flag has become true, as Ctrl-C does.
    pub fn stop_when(mut self, flag: &'a AtomicBool) -> Self {
        self.stop.flags.push(flag);
        self
    }

    /// Has Ctrl-C end the run after the step; a second one ends the program at once. With
    /// [`checkpoints`](Trainer::checkpoints) the run is saved first, and a note says how it goes on. Signals within 0.3 s of
    /// the first are the same press.
    ///
    /// The handler belongs to the process and stays; while no trainer runs, Ctrl-C ends the program. A program with a handler
    /// of its own sets a flag in it, see [`stop_when`](Trainer::stop_when).
    ///
    /// # Errors
    /// [`CtrlC`](super::TrainError::CtrlC), from [`run`](Trainer::run), when the process has another handler.
    pub fn stop_on_ctrl_c(mut self) -> Self {
        self.stop.on_ctrl_c = true;
        self
    }
}

impl<N: Network, O, L, D: Dataset> core::fmt::Debug for Trainer<'_, N, O, L, D> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Trainer")
            .field("network", &N::NAME)
            .field("options", &self.options)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}
