//! Holds the network against its budget: here where the macro can count, otherwise in a check for the compiler.

use crate::diagnostics::Diagnostics;
use crate::model::{Check, Count, Network, grouped};
use crate::passes::Schedule;
use crate::size::Size;
use crate::syntax::Quantity;
use quote::{format_ident, quote};

pub(super) fn check_budget(network: &mut Network, diagnostics: &mut Diagnostics) {
    for limit in std::mem::take(&mut network.budget) {
        // After another mistake the counts are guesses.
        if diagnostics.is_empty() {
            let allowed = limit
                .value
                .known()
                .and_then(|value| value.checked_mul(limit.unit));
            match (count(network, limit.quantity), allowed) {
                (Some(found), Some(allowed)) if found > allowed => {
                    let error = diagnostics.error(
                        limit.span,
                        format!(
                            "over budget: {} are {}, the limit is {}",
                            limit.quantity.name(),
                            grouped(found),
                            grouped(allowed)
                        ),
                    );
                    error.note(format!(
                        "the layers by cost:\n{}",
                        table(network, limit.quantity)
                    ));
                    if let Some(largest) = largest(network, limit.quantity) {
                        error.help(format!("shrink `{largest}`, or raise the limit"));
                    }
                }
                (Some(_), Some(_)) => {}
                _ => {
                    let (name, arguments) = (&network.name, network.arguments());
                    let (quantity, value, unit) = (limit.quantity.name(), &limit.value, limit.unit);
                    let constant = format_ident!("{}", quantity.to_uppercase());
                    let unit = crate::size::number(unit);
                    if !matches!(value, Size::Unknown) {
                        network.checks.push(Check {
                            place: limit.span.into(),
                            call: quote!(::chainrule::__private::check_budget::<#name #arguments>(
                                #quantity,
                                <#name #arguments as ::chainrule::Network>::#constant,
                                #value * #unit
                            )),
                        });
                    }
                }
            }
        }
        network.budget.push(limit);
    }
}

/// What the network needs, when the macro knows all of it.
fn count(network: &Network, quantity: Quantity) -> Option<u64> {
    let scalar_bytes = match network.scalar.to_string().as_str() {
        "f32" => 4,
        "f64" => 8,
        _ => 0,
    };
    let bytes = (scalar_bytes > 0).then_some(scalar_bytes)?;
    let sum = |count: fn(&crate::model::Layer) -> &Count| {
        network
            .layers
            .iter()
            .try_fold(0_u64, |sum, layer| sum.checked_add(count(layer).known()?))
    };
    match quantity {
        Quantity::Parameters => sum(|layer| &layer.parameters),
        Quantity::Macs => sum(|layer| &layer.macs),
        Quantity::InferenceBytes => {
            let schedule = &network.plan.inference;
            if network
                .layers
                .iter()
                .any(|layer| layer.may_save_in_inference())
            {
                return None;
            }
            let last = schedule.slots.len() - 1;
            inner(schedule, 1, last)?.checked_mul(bytes)
        }
        Quantity::TrainingBytes => {
            let schedule = &network.plan.training;
            if network.layers.iter().any(|layer| layer.may_save()) {
                return None;
            }
            let slots = schedule
                .slots
                .iter()
                .try_fold(0_u64, |sum, slot| sum.checked_add(slot.known_len()?))?;
            let elements = slots.checked_add(inner(schedule, 0, schedule.slots.len())?)?;
            // Sixteen lanes an element.
            let parameters = sum(|layer| &layer.parameters)?;
            elements
                .checked_mul(16)?
                .checked_add(parameters)?
                .checked_mul(bytes)
        }
    }
}

/// Elements of the two regions that slots `from..to` use in turns.
fn inner(schedule: &Schedule, from: usize, to: usize) -> Option<u64> {
    let mut largest = [0_u64; 2];
    for (index, slot) in schedule.slots.iter().enumerate().take(to).skip(from) {
        let len = slot.known_len()?;
        largest[index % 2] = largest[index % 2].max(len);
    }
    largest[0].checked_add(largest[1])
}

/// What a layer adds to a quantity; for bytes, the elements that it puts out.
fn cost(layer: &crate::model::Layer, quantity: Quantity) -> u64 {
    match quantity {
        Quantity::Parameters => layer.parameters.known(),
        Quantity::Macs => layer.macs.known(),
        Quantity::InferenceBytes | Quantity::TrainingBytes => layer.output.known_len(),
    }
    .unwrap_or(0)
}

/// The layers that cost something, the dearest first.
fn table(network: &Network, quantity: Quantity) -> String {
    let unit = match quantity {
        Quantity::Parameters => "parameters",
        Quantity::Macs => "multiply-adds",
        Quantity::InferenceBytes | Quantity::TrainingBytes => "outputs",
    };
    let mut rows: Vec<_> = network
        .layers
        .iter()
        .map(|layer| (cost(layer, quantity), layer))
        .filter(|(cost, _)| *cost > 0)
        .collect();
    rows.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
    let widest = rows.first().map_or(0, |(cost, _)| grouped(*cost).len());
    let lines: Vec<String> = rows
        .iter()
        .take(12)
        .map(|(cost, layer)| {
            let label = match layer.label.as_str() {
                "" => String::new(),
                label => format!("{label}: "),
            };
            format!(
                "  {:>widest$} {unit}  {label}{}",
                grouped(*cost),
                layer.text
            )
        })
        .collect();
    lines.join("\n")
}

fn largest(network: &Network, quantity: Quantity) -> Option<&str> {
    network
        .layers
        .iter()
        .max_by_key(|layer| cost(layer, quantity))
        .map(|layer| layer.called())
}
