//! What happens when an epoch or a run is over.

use super::evaluate::{self, loss_of};
use super::options::Rate;
use super::run::Run;
use super::trainer::Trainer;
use super::{EpochRecord, Event, TrainError};
use crate::data::Dataset;
use crate::input::Input;
use crate::losses::Loss;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::schedules::Mode;

/// The loss and the metrics on the samples for validation.
type Validated = (Option<f64>, Vec<(String, f64)>);

impl<N: Network, O, L, D: Dataset> Trainer<'_, N, O, L, D> {
    /// That what is to be monitored is measured, and that every metric has its own name.
    pub(super) fn check_monitor(&self) -> Result<(), TrainError> {
        let mut metrics: Vec<String> = self.metrics.iter().map(|metric| metric.name()).collect();
        for (i, name) in metrics.iter().enumerate() {
            if metrics.iter().take(i).any(|other| other == name) {
                return Err(TrainError::SameName { name: name.clone() });
            }
        }
        let Some(name) = &self.options.monitor else {
            return Ok(());
        };
        if self.validation.is_none() {
            metrics.clear();
        }
        if metrics.contains(name) {
            return Ok(());
        }
        Err(TrainError::NotMeasured {
            name: name.clone(),
            metrics,
        })
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
    /// Validates, and takes note of what follows from it. Tells also whether the run is to go on. `whole` tells whether
    /// every batch of the epoch was seen here.
    pub(super) fn end_of_epoch(
        &mut self,
        seconds: f64,
        whole: bool,
    ) -> Result<(EpochRecord, bool), TrainError> {
        self.swap_average();
        let validated = self.validate();
        let record = validated.map(|(validation_loss, metrics)| EpochRecord {
            epoch: self.state.epoch + 1,
            step: self.state.step,
            loss: self.state.mean_loss(),
            learning_rate: self.state.learning_rate,
            validation_loss,
            metrics,
            seconds,
        });
        if let Ok(record) = &record {
            self.take_best(record);
        }
        self.swap_average();
        let record = record?;
        self.state.next_epoch();
        self.observe(&Event::Epoch(&record))?;
        for note in self.watch.end_of_epoch(whole) {
            self.observe(&Event::Note(&note))?;
        }
        let mut go_on = true;
        for call in &mut self.trainer.after_epoch {
            go_on &= call(&*self.trainer.network, &record).is_continue();
        }
        self.save()?;
        Ok((record, go_on))
    }

    fn swap_average(&mut self) {
        if let Some(average) = &mut self.trainer.average {
            average.swap(&mut *self.trainer.network);
        }
    }

    fn validate(&mut self) -> Result<Validated, TrainError> {
        let Trainer {
            network,
            loss,
            validation: Some(data),
            metrics,
            ..
        } = &mut self.trainer
        else {
            return Ok((None, Vec::new()));
        };
        for metric in &mut *metrics {
            metric.reset();
        }
        let workspace = &mut self.workspace;
        let loss = evaluate::pass(&**network, *data, loss, workspace, |sample| {
            for metric in &mut *metrics {
                metric.add(sample.output, sample.target);
            }
        })?;
        let values = metrics.iter().map(|metric| (metric.name(), metric.value()));
        Ok((Some(loss), values.collect()))
    }

    /// Keeps the weights of the best epoch, and lowers the learning rate on a plateau.
    fn take_best(&mut self, record: &EpochRecord) {
        let Trainer {
            network,
            options,
            rate,
            best,
            metrics,
            ..
        } = &mut self.trainer;
        let loss = record.validation_loss.unwrap_or(record.loss);
        let monitored = options.monitor.as_ref().and_then(|name| {
            let mut values = record.metrics.iter().zip(&*metrics);
            let ((_, value), metric) = values.find(|((of, _), _)| of == name)?;
            Some((*value, metric.mode()))
        });
        let (value, mode) = monitored.unwrap_or((loss, Mode::Min));
        if best.is_better(value, record.epoch, mode, options.min_delta) && options.keep_best {
            best.weights.clear();
            best.weights.extend_from_slice(network.parameters());
            best.weights.extend_from_slice(network.buffers());
        }
        if let Rate::Plateau(plateau) = rate {
            if monitored.is_some() {
                plateau.mode = mode;
            }
            plateau.update(value);
        }
    }

    /// Why early stopping ends the run, if it does.
    pub(super) fn no_better(&self) -> Option<String> {
        let patience = self.trainer.options.patience?;
        // With a patience of 0 the first epoch still counts.
        let enough = self.trainer.best.since >= patience.max(1);
        enough.then(|| match patience {
            1 => "no better for 1 epoch".to_owned(),
            epochs => format!("no better for {epochs} epochs"),
        })
    }

    /// Gives the network its final weights, and shows what it does with the samples for validation. Returns the best epoch.
    pub(super) fn finish(&mut self) -> Result<Option<u64>, TrainError> {
        let Trainer {
            network,
            options,
            average,
            best,
            ..
        } = &mut self.trainer;
        let parameters = network.parameters().len();
        let best_epoch = match best.so_far {
            Some((_, epoch)) if options.keep_best && best.weights.len() >= parameters => {
                let (weights, buffers) = best.weights.split_at(parameters);
                if buffers.len() == network.buffers().len() {
                    network.parameters_mut().copy_from_slice(weights);
                    network.buffers_mut().copy_from_slice(buffers);
                }
                Some(epoch)
            }
            _ => {
                if let Some(average) = average {
                    average.swap(&mut **network);
                }
                None
            }
        };
        self.inspect()?;
        Ok(best_epoch)
    }

    fn inspect(&mut self) -> Result<(), TrainError> {
        let Trainer {
            network,
            loss,
            validation: Some(data),
            inspection,
            observers,
            ..
        } = &mut self.trainer
        else {
            return Ok(());
        };
        if !inspection.is_wanted() || observers.is_empty() {
            return Ok(());
        }
        let loss = &*loss;
        evaluate::pass(&**network, *data, loss, &mut self.workspace, |sample| {
            let of_sample = loss_of::<N::Scalar, _, _, _>(loss, sample.output, sample.target);
            let input = (sample.index, sample.input);
            inspection.add::<N::Input, _>(input, sample.output, sample.target, of_sample);
        })?;
        let confusion = inspection.confusion();
        for observer in observers {
            if let Some(confusion) = &confusion {
                observer.observe(&Event::Confusion(confusion))?;
            }
            if !inspection.worst().is_empty() {
                observer.observe(&Event::Worst(inspection.worst()))?;
            }
        }
        Ok(())
    }
}
