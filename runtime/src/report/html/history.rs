//! What a report remembers of a run, in bounded memory.

use super::series::Series;
use crate::train::{EpochRecord, LayerNorms, StepRecord};
use serde::{Deserialize, Serialize};

/// With twice as many epochs, every second one is forgotten.
const EPOCHS_KEPT: u64 = 500;
/// Of more notes the first half and the last half are kept.
const NOTES_KEPT: usize = 200;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    pub(super) step: u64,
    pub(super) epoch: u64,
    pub(super) loss: Series,
    pub(super) learning_rate: Series,
    pub(super) gradient_norm: Series,
    pub(super) layers: Vec<LayerSeries>,
    pub(super) epochs: Vec<Epoch>,
    /// The epoch with the smallest loss on the samples for validation.
    pub(super) best: Option<Epoch>,
    pub(super) notes: Vec<Note>,
    pub(super) notes_left_out: usize,
    /// Seconds of training in all epochs.
    pub(super) seconds: f64,
    /// The steps at which the run was resumed.
    pub(super) resumed_at: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LayerSeries {
    pub(super) label: String,
    pub(super) weights: Series,
    pub(super) gradients: Series,
    pub(super) dead: Series,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Epoch {
    pub(super) epoch: u64,
    pub(super) step: u64,
    #[serde(with = "any_number")]
    pub(super) loss: f64,
    #[serde(with = "any_number")]
    pub(super) learning_rate: f64,
    #[serde(with = "any_number::option")]
    pub(super) validation_loss: Option<f64>,
    #[serde(with = "any_number::named")]
    pub(super) metrics: Vec<(String, f64)>,
    #[serde(with = "any_number")]
    pub(super) seconds: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) step: u64,
    pub(super) text: String,
}

impl History {
    pub(super) fn step(&mut self, record: &StepRecord) {
        self.step = record.step;
        self.loss.push(record.step, record.loss);
        self.learning_rate.push(record.step, record.learning_rate);
        self.gradient_norm.push(record.step, record.gradient_norm);
    }

    pub(super) fn norms(&mut self, step: u64, layers: &[LayerNorms]) {
        for layer in layers {
            let known = self
                .layers
                .iter()
                .position(|other| other.label == layer.label);
            let index = known.unwrap_or_else(|| {
                self.layers.push(LayerSeries {
                    label: layer.label.to_owned(),
                    weights: Series::coarse(),
                    gradients: Series::coarse(),
                    dead: Series::coarse(),
                });
                self.layers.len() - 1
            });
            if let Some(series) = self.layers.get_mut(index) {
                series.weights.push(step, layer.weights);
                series.gradients.push(step, layer.gradients);
                series.dead.push(step, layer.dead);
            }
        }
    }

    pub(super) fn epoch(&mut self, record: &EpochRecord) {
        let epoch = Epoch {
            epoch: record.epoch,
            step: record.step,
            loss: record.loss,
            learning_rate: record.learning_rate,
            validation_loss: record.validation_loss,
            metrics: record.metrics.clone(),
            seconds: record.seconds,
        };
        self.epoch = record.epoch;
        self.step = record.step;
        if record.seconds.is_finite() {
            self.seconds += record.seconds;
        }
        if epoch.is_better_than(self.best.as_ref()) {
            self.best = Some(epoch.clone());
        }
        // Every `span`-th epoch stays, and the last one for as long as it is the last.
        let span = 1 << (record.epoch / EPOCHS_KEPT).max(1).ilog2();
        let stays = |epoch: &Epoch| (epoch.epoch.saturating_sub(1)).is_multiple_of(span);
        if record.epoch.is_multiple_of(EPOCHS_KEPT) {
            self.epochs.retain(stays);
        } else {
            self.epochs.pop_if(|last| !stays(last));
        }
        self.epochs.push(epoch);
    }

    pub(super) fn note(&mut self, text: &str) {
        self.notes.push(Note {
            step: self.step,
            text: text.to_owned(),
        });
        if self.notes.len() > NOTES_KEPT {
            self.notes.remove(NOTES_KEPT / 2);
            self.notes_left_out += 1;
        }
    }

    /// Forgets what comes behind a step from which the run goes on.
    pub(super) fn resume(&mut self, step: u64) {
        for series in [
            &mut self.loss,
            &mut self.learning_rate,
            &mut self.gradient_norm,
        ] {
            series.cut(step);
        }
        for layer in &mut self.layers {
            for series in [&mut layer.weights, &mut layer.gradients, &mut layer.dead] {
                series.cut(step);
            }
        }
        let forgotten = self.epochs.iter().filter(|epoch| epoch.step > step);
        self.seconds -= forgotten.map(|epoch| epoch.seconds).sum::<f64>();
        self.epochs.retain(|epoch| epoch.step <= step);
        self.notes.retain(|note| note.step <= step);
        self.best = self.best.take().filter(|best| best.step <= step);
        for epoch in &self.epochs {
            if epoch.is_better_than(self.best.as_ref()) {
                self.best = Some(epoch.clone());
            }
        }
        self.epoch = self.epochs.last().map_or(0, |epoch| epoch.epoch);
        self.step = step;
        self.resumed_at.retain(|&other| other < step);
        self.resumed_at.push(step);
    }

    pub(super) fn epochs_seen(&self) -> usize {
        self.epochs.len()
    }

    /// The names of all metrics, in the order in which they came.
    pub(super) fn metric_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.epochs.iter().flat_map(|epoch| &epoch.metrics) {
            if !names.contains(&&**name) {
                names.push(name);
            }
        }
        names
    }
}

impl Epoch {
    fn is_better_than(&self, best: Option<&Self>) -> bool {
        let loss = |epoch: &Self| epoch.validation_loss.filter(|loss| !loss.is_nan());
        match (loss(self), best.and_then(loss)) {
            (Some(ours), Some(theirs)) => ours < theirs,
            (ours, _) => ours.is_some(),
        }
    }

    pub(super) fn metric(&self, name: &str) -> Option<f64> {
        let metric = self.metrics.iter().find(|(other, _)| other == name);
        metric.map(|(_, value)| *value)
    }
}

/// JSON knows no infinite numbers and none that is not a number; they are written in words.
mod any_number {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Number {
        Finite(f64),
        Word(String),
    }

    impl From<f64> for Number {
        fn from(value: f64) -> Self {
            if value.is_finite() {
                Self::Finite(value)
            } else {
                Self::Word(value.to_string())
            }
        }
    }

    impl Number {
        fn value<E: Error>(self) -> Result<f64, E> {
            match self {
                Self::Finite(value) => Ok(value),
                Self::Word(word) => word.parse().map_err(E::custom),
            }
        }
    }

    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Number::from(*value).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Number::deserialize(deserializer)?.value()
    }

    pub(super) mod option {
        use super::{Deserialize, Deserializer, Number, Serialize, Serializer};

        pub(in super::super) fn serialize<S: Serializer>(
            value: &Option<f64>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            value.map(Number::from).serialize(serializer)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<f64>, D::Error> {
            Option::<Number>::deserialize(deserializer)?
                .map(Number::value)
                .transpose()
        }
    }

    pub(super) mod named {
        use super::{Deserialize, Deserializer, Number, Serializer};

        pub(in super::super) fn serialize<S: Serializer>(
            pairs: &[(String, f64)],
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(
                pairs
                    .iter()
                    .map(|(name, value)| (name, Number::from(*value))),
            )
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Vec<(String, f64)>, D::Error> {
            Vec::<(String, Number)>::deserialize(deserializer)?
                .into_iter()
                .map(|(name, value)| Ok((name, value.value()?)))
                .collect()
        }
    }
}
