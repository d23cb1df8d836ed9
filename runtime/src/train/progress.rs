//! A run on the terminal.

use super::{EpochRecord, Event, Observer, RunInfo, StepRecord, TrainError};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

/// Shows a run: a bar for the epoch and a line for each that is over, on the error output. Where that is no terminal, lines
/// alone.
pub struct Progress {
    display: Display,
    epochs: u64,
    /// How many samples an epoch has, and a step takes.
    samples: u64,
    batch_size: u64,
    /// The sum of the losses of this epoch, and their number.
    losses: (f64, u64),
    epoch: u64,
}

enum Display {
    Bar(ProgressBar),
    Lines(Box<dyn Write>),
}

impl Progress {
    /// On the error output.
    pub fn new() -> Self {
        let bar = ProgressBar::hidden();
        if io::stderr().is_terminal() {
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            Self::on(Display::Bar(bar))
        } else {
            Self::lines(io::stderr())
        }
    }

    /// Lines to a writer.
    pub fn lines(to: impl Write + 'static) -> Self {
        Self::on(Display::Lines(Box::new(to)))
    }

    fn on(display: Display) -> Self {
        Self {
            display,
            epochs: 0,
            samples: 0,
            batch_size: 0,
            losses: (0.0, 0),
            epoch: 0,
        }
    }

    fn line(&mut self, line: &str) -> Result<(), TrainError> {
        match &mut self.display {
            Display::Bar(bar) => {
                bar.println(line);
                Ok(())
            }
            Display::Lines(to) => {
                // A display that nobody reads any more is no reason to end a run of hours.
                let _ = writeln!(to, "{line}").and_then(|()| to.flush());
                Ok(())
            }
        }
    }

    fn start(&mut self, info: &RunInfo) -> Result<(), TrainError> {
        self.epochs = info.epochs;
        (self.samples, self.batch_size) = (info.samples as u64, info.batch_size as u64);
        if let Display::Bar(bar) = &self.display {
            // A template that indicatif does not take would show its own bar.
            if let Ok(style) = ProgressStyle::with_template(
                "epoch {prefix} {bar:32} {pos}/{len} samples  {msg}  {eta} left",
            ) {
                bar.set_style(style);
            }
            bar.set_length(self.samples);
        }
        let mut line = format!(
            "{}: {}, {} samples in batches of {}",
            info.name, info.network, info.samples, info.batch_size
        );
        if info.resumed_at > 0 {
            let _ = write!(line, ", goes on after step {}", info.resumed_at);
        }
        self.line(&line)
    }

    fn step(&mut self, step: &StepRecord) {
        let Display::Bar(bar) = &self.display else {
            return;
        };
        if self.epoch != step.epoch {
            self.epoch = step.epoch;
            self.losses = (0.0, 0);
            bar.reset();
            bar.set_prefix(format!("{}/{}", step.epoch, self.epochs));
        }
        self.losses = (self.losses.0 + step.loss, self.losses.1 + 1);
        bar.set_message(format!("loss {:.4}", self.losses.0 / self.losses.1 as f64));
        bar.inc(
            self.batch_size
                .min(self.samples.saturating_sub(bar.position())),
        );
    }

    fn epoch(&mut self, epoch: &EpochRecord) -> Result<(), TrainError> {
        let width = self.epochs.to_string().len();
        let mut line = format!(
            "epoch {:width$}/{}  loss {:.4}",
            epoch.epoch, self.epochs, epoch.loss
        );
        // Writing to a string cannot fail.
        if let Some(loss) = epoch.validation_loss {
            let _ = write!(line, "  validation {loss:.4}");
        }
        for (name, value) in &epoch.metrics {
            let _ = write!(line, "  {name} {value:.4}");
        }
        let _ = write!(
            line,
            "  rate {:.1e}  {:.1} s",
            epoch.learning_rate, epoch.seconds
        );
        self.line(&line)
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer for Progress {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        match event {
            Event::Start(info) => self.start(info),
            Event::Step(step) => {
                self.step(step);
                Ok(())
            }
            Event::Epoch(epoch) => self.epoch(epoch),
            Event::Note(note) => self.line(note),
            Event::End(outcome) => {
                if let Display::Bar(bar) = &self.display {
                    bar.finish_and_clear();
                }
                let mut line = format!("{} after {:.1} s", outcome.reason, outcome.seconds);
                if let Some(epoch) = outcome.best_epoch {
                    let _ = write!(line, "; the network is that of epoch {epoch}, the best");
                }
                self.line(&line)
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let display = match &self.display {
            Display::Bar(_) => "bar",
            Display::Lines(_) => "lines",
        };
        f.debug_struct("Progress")
            .field("display", &display)
            .finish_non_exhaustive()
    }
}
