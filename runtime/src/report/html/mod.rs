//! The report of a run as one HTML file.

mod axis;
mod chart;
mod confusion;
mod curves;
mod diagram;
mod escape;
mod history;
mod number;
mod page;
mod samples;
mod series;
mod tree;

use super::log_file::{create_folder, read_earlier, write_error};
use crate::io::atomic;
use crate::train::{Confusion, Event, Observer, Outcome, RunInfo, TrainError, WorstSample};
use history::History;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Writing takes at most one part in so many of the time.
const SHARE_OF_TIME: u32 = 20;
const WORST_SHOWN: usize = 24;

/// The report of a run: one HTML file that needs nothing else, neither a network nor a script, in light and dark.
///
/// It shows the outcome and settings of the run; loss, metrics, learning rate, and the norms and dead units of every
/// layer over the steps; the network with its shapes, forwards and backwards; the confusion matrix and the worst samples,
/// if the run reports them (images of one or three channels as pictures, other inputs as lines).
///
/// The file is written when the run starts, after epochs, before checkpoints and at the end, whole and then renamed, so that it
/// can be reloaded in a browser at any time. After the first epoch, epochs without a checkpoint that are too short for it are
/// passed over, so that writing takes at most a twentieth of the time. A report that is dropped before the end, because the run stopped with an error,
/// is written once more with what it has seen. However many steps there are, each curve has at most some 1000 points: each
/// is the mean over several steps, drawn over the range of their values.
///
/// What the curves show also stands in the file as JSON (`<script type="application/json" id="run">`). From there a
/// resumed run takes the curves up to the step it resumes at; a run that starts anew replaces the file.
///
/// The trainer calls observers by itself. A loop of one's own tells what happens:
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::report::HtmlReport;
/// use chainrule::train::{EpochRecord, Event, Observer, Outcome, RunInfo, StepRecord};
///
/// network! {
///     pub struct Xor: [2] -> [1] { hidden: Linear(3), Tanh, output: Linear(1) }
/// }
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("report.html");
/// let mut report = HtmlReport::new(&path);
/// report.observe(&Event::Start(&RunInfo {
///     name: "exclusive or".into(),
///     network: Xor::NAME,
///     layers: Xor::LAYERS,
///     input: &[2],
///     samples: 4,
///     batch_size: 4,
///     epochs: 2,
///     settings: vec![("optimizer".into(), "Adam".into())],
///     resumed_at: 0,
/// }))?;
///
/// let mut net = Xor::init(&mut StdRng::seed_from_u64(7));
/// let mut workspace = Xor::workspace();
/// let mut adam = Adam::new(&net).learning_rate(0.05);
/// let (inputs, targets) = ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]]);
/// for epoch in 1..=2 {
///     let loss = f64::from(net.backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)?);
///     let norm = workspace.gradients().parameters().iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt();
///     adam.step(&mut net, workspace.gradients());
///     report.observe(&Event::Step(&StepRecord {
///         step: epoch, epoch, loss, learning_rate: 0.05, gradient_norm: norm,
///     }))?;
///     report.observe(&Event::Epoch(&EpochRecord {
///         epoch, step: epoch, loss, learning_rate: 0.05, validation_loss: None, metrics: vec![], seconds: 0.001,
///     }))?;
/// }
/// let reason = "all epochs done".into();
/// report.observe(&Event::End(&Outcome { reason, best_epoch: None, seconds: 0.002 }))?;
/// assert!(std::fs::read_to_string(&path)?.contains("exclusive or"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct HtmlReport {
    path: PathBuf,
    run: Option<RunInfo>,
    history: History,
    confusion: Option<Confusion>,
    worst: Vec<WorstSample>,
    outcome: Option<Outcome>,
    /// Whether the run ended without an outcome.
    stopped: bool,
    /// When the file was written, and how long that took.
    written: Option<(Instant, Duration)>,
    /// Whether something has happened since then.
    unwritten: bool,
}

impl HtmlReport {
    /// Writes to a file. Folders on the way to it are made when the run starts.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            run: None,
            history: History::default(),
            confusion: None,
            worst: Vec::new(),
            outcome: None,
            stopped: false,
            written: None,
            unwritten: false,
        }
    }

    fn start(&mut self, run: &RunInfo) -> Result<(), TrainError> {
        // An observer that has seen the run until now knows more than its last file.
        let seen = std::mem::take(&mut self.history);
        if run.resumed_at > 0 {
            let (known, is_unknown) = if seen.step > 0 {
                (Some(seen), false)
            } else {
                let earlier = read_earlier(&self.path)?;
                let known = page::history_in(&String::from_utf8_lossy(&earlier));
                let is_unknown = known.is_none() && !earlier.is_empty();
                (known, is_unknown)
            };
            self.history = known.unwrap_or_default();
            self.history.resume(run.resumed_at);
            if is_unknown {
                self.history
                    .note("the file that this one replaces was no report; the curves start here");
            }
        }
        self.run = Some(run.clone());
        self.confusion = None;
        self.worst.clear();
        self.outcome = None;
        self.stopped = false;
        self.written = None;
        Ok(())
    }

    fn write(&mut self) -> Result<(), TrainError> {
        let start = Instant::now();
        let page = page::render(&page::Content {
            run: self.run.as_ref(),
            history: &self.history,
            confusion: self.confusion.as_ref(),
            worst: &self.worst,
            outcome: self.outcome.as_ref(),
            stopped: self.stopped,
        });
        create_folder(&self.path)
            .and_then(|()| atomic::write(&self.path, page.as_bytes()))
            .map_err(write_error(&self.path))?;
        self.written = Some((start, start.elapsed()));
        self.unwritten = false;
        Ok(())
    }

    fn is_due(&self) -> bool {
        // The first epoch is always shown; before it there are no curves.
        self.history.epochs_seen() <= 1
            || self
                .written
                .is_none_or(|(at, took)| at.elapsed() >= took.saturating_mul(SHARE_OF_TIME))
    }
}

impl Observer for HtmlReport {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        self.unwritten |= !matches!(event, Event::Saving(_));
        match event {
            Event::Start(run) => {
                self.start(run)?;
                self.write()?;
            }
            Event::Step(step) => self.history.step(step),
            Event::Norms(step, layers) => self.history.norms(*step, layers),
            Event::Epoch(epoch) => {
                self.history.epoch(epoch);
                if self.is_due() {
                    self.write()?;
                }
            }
            Event::Confusion(confusion) => self.confusion = Some((*confusion).clone()),
            Event::Worst(samples) => {
                self.worst = samples.iter().take(WORST_SHOWN).cloned().collect();
            }
            Event::Note(text) => self.history.note(text),
            Event::Saving(_) if self.unwritten => self.write()?,
            Event::Saving(_) => {}
            Event::End(outcome) => {
                self.outcome = Some((*outcome).clone());
                self.write()?;
            }
        }
        Ok(())
    }
}

impl Drop for HtmlReport {
    fn drop(&mut self) {
        let has_started = self.written.is_some() || self.history.step > 0;
        if has_started && self.outcome.is_none() {
            self.stopped = true;
            // There is nobody left to tell of an error, and the file is still the one of before.
            let _ = self.write();
        }
    }
}
