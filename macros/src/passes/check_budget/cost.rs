//! What a network costs, in all and layer by layer, as far as the macro can count.

use crate::model::{Count, Layer, Network};
use crate::passes::{Form, Schedule};
use crate::syntax::Quantity;

/// Lanes of an activation in training: samples that run together.
const LANES: u64 = 16;

/// One line of the table behind an overrun.
pub(super) struct Row<'a> {
    pub(super) cost: u64,
    pub(super) unit: &'static str,
    /// What costs it.
    pub(super) called: String,
    /// The layer, where it is one.
    pub(super) layer: Option<&'a Layer>,
}

/// What stands above the table.
pub(super) fn heading(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Parameters | Quantity::Macs => "the layers by cost",
        Quantity::InferenceBytes => {
            "activations lie in turns in two regions, each as large as the largest in it"
        }
        Quantity::TrainingBytes => "16 samples run together, and every activation stays",
    }
}

/// What the network needs, when the macro knows all of it.
pub(super) fn count(network: &Network, quantity: Quantity) -> Option<u64> {
    match quantity {
        Quantity::Parameters => sum(network, |layer| &layer.parameters),
        Quantity::Macs => sum(network, |layer| &layer.macs),
        Quantity::InferenceBytes => {
            if network.layers.iter().any(Layer::may_save_in_inference) {
                return None;
            }
            let schedule = &network.plan.inference;
            let last = schedule.slots.len().checked_sub(1)?;
            regions(schedule, 1, last)?.checked_mul(scalar_bytes(network)?)
        }
        Quantity::TrainingBytes => {
            if network.layers.iter().any(Layer::may_save) {
                return None;
            }
            let schedule = &network.plan.training;
            let slots = schedule
                .slots
                .iter()
                .try_fold(0_u64, |sum, slot| sum.checked_add(slot.known_len()?))?;
            let gradients = regions(schedule, 0, schedule.slots.len())?;
            let parameters = sum(network, |layer| &layer.parameters)?;
            slots
                .checked_add(gradients)?
                .checked_mul(LANES)?
                .checked_add(parameters)?
                .checked_mul(scalar_bytes(network)?)
        }
    }
}

/// What costs something, the dearest first.
pub(super) fn rows(network: &Network, quantity: Quantity) -> Vec<Row<'_>> {
    let bytes = scalar_bytes(network).unwrap_or(0);
    let mut rows: Vec<Row<'_>> = network
        .layers
        .iter()
        .enumerate()
        .map(|(index, layer)| {
            let known = |count: &Count| count.known().unwrap_or(0);
            let written = |schedule: &Schedule, inner: usize| {
                let step = schedule.steps.get(index);
                let step = step.filter(|step| step.form == Form::Plain && step.to < inner);
                let slot = step.and_then(|step| schedule.slots.get(step.to));
                slot.and_then(|slot| slot.known_len()).unwrap_or(0)
            };
            let (cost, unit) = match quantity {
                Quantity::Parameters => (known(&layer.parameters), "parameters"),
                Quantity::Macs => (known(&layer.macs), "multiply-adds"),
                Quantity::InferenceBytes => {
                    let schedule = &network.plan.inference;
                    let inner = schedule.slots.len().saturating_sub(1);
                    (written(schedule, inner).saturating_mul(bytes), "bytes")
                }
                Quantity::TrainingBytes => {
                    let activation = written(&network.plan.training, usize::MAX);
                    let scalars = activation
                        .saturating_mul(LANES)
                        .saturating_add(known(&layer.parameters));
                    (scalars.saturating_mul(bytes), "bytes")
                }
            };
            let label = match layer.label.as_str() {
                "" => String::new(),
                label => format!("{label}: "),
            };
            Row {
                cost,
                unit,
                called: format!("{label}{}", layer.text),
                layer: Some(layer),
            }
        })
        .collect();
    if quantity == Quantity::TrainingBytes {
        let schedule = &network.plan.training;
        let gradients = regions(schedule, 0, schedule.slots.len());
        for (scalars, called) in [
            (network.input.known_len(), "the inputs"),
            (
                gradients,
                "the gradients of activations, in turns in two regions",
            ),
        ] {
            let scalars = scalars.unwrap_or(0).saturating_mul(LANES);
            rows.push(Row {
                cost: scalars.saturating_mul(bytes),
                unit: "bytes",
                called: called.into(),
                layer: None,
            });
        }
    }
    rows.retain(|row| row.cost > 0);
    rows.sort_by_key(|row| std::cmp::Reverse(row.cost));
    rows
}

fn sum(network: &Network, count: fn(&Layer) -> &Count) -> Option<u64> {
    network
        .layers
        .iter()
        .try_fold(0_u64, |sum, layer| sum.checked_add(count(layer).known()?))
}

fn scalar_bytes(network: &Network) -> Option<u64> {
    match network.scalar.to_string().as_str() {
        "f32" => Some(4),
        "f64" => Some(8),
        _ => None,
    }
}

/// Elements of the two regions that slots `from..to` use in turns.
fn regions(schedule: &Schedule, from: usize, to: usize) -> Option<u64> {
    let mut largest = [0_u64; 2];
    for (index, slot) in schedule.slots.iter().enumerate().take(to).skip(from) {
        let len = slot.known_len()?;
        largest[index % 2] = largest[index % 2].max(len);
    }
    largest[0].checked_add(largest[1])
}
