//! What a network costs, in all and layer by layer, as far as the macro can count.

use crate::model::{Count, Layer, Network};
use crate::passes::{Form, Schedule};
use crate::shape::Shape;
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
            "activations use regions in turns, each as large as the largest in it"
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
            regions(schedule)?.checked_mul(scalar_bytes(network)?)
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
            let gradients = regions(schedule)?;
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
            let written = |schedule: &Schedule, but: usize| {
                let step = schedule.steps.get(index);
                let step = step.filter(|step| step.form == Form::Plain && step.to != but);
                let slot = step.and_then(|step| schedule.slots.get(step.to));
                slot.and_then(|slot| slot.known_len()).unwrap_or(0)
            };
            let (cost, unit) = match quantity {
                Quantity::Parameters => (known(&layer.parameters), "parameters"),
                Quantity::Macs => (known(&layer.macs), "multiply-adds"),
                Quantity::InferenceBytes => {
                    let schedule = &network.plan.inference;
                    let written = written(schedule, schedule.output);
                    (written.saturating_mul(bytes), "bytes")
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
        let gradients = regions(schedule);
        for (scalars, called) in [
            (network.input.known_len(), "the inputs"),
            (
                gradients,
                "the gradients of activations, which use regions in turns",
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

/// Elements of the regions that slots use in turns, and of what lies beside them.
fn regions(schedule: &Schedule) -> Option<u64> {
    let beside = schedule.beside.iter().map(|slot| &schedule.slots[*slot]);
    let mut elements = largest(beside)?;
    for slots in schedule.sharing() {
        elements = elements.checked_add(largest(slots)?)?;
    }
    Some(elements)
}

fn largest<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> Option<u64> {
    shapes.into_iter().try_fold(0, |largest: u64, shape| {
        Some(largest.max(shape.known_len()?))
    })
}
