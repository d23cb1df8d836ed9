//! Derives the network of one time step: the same layers, with inputs that have lost their dimension of time.
//!
//! Which dimension that is, nobody states. For an input [a, b] it is the first where the layers take
//! [length, features], the second where they take [channels, length]: whichever leads through. Indices [length] for
//! embeddings come one by one, as [1].

use super::infer_shapes::infer_shapes;
use super::plan_buffers::plan_buffers;
use crate::catalogue::{Indices, Moment, Refusal, Time, without};
use crate::diagnostics::Diagnostics;
use crate::model::{Count, Join, Layer, LayerKind, Network, Stream};
use crate::shape::Shape;
use crate::size::Size;
use crate::weights::Weights;
use quote::format_ident;

pub(super) fn derive_stream(network: &mut Network) {
    let Shape::Array(sizes) = &network.input else {
        return;
    };
    let inputs = match sizes.as_slice() {
        _ if network.layers.is_empty() => return,
        [_] if takes_indices(network) => vec![Size::Known(1)],
        [first, second] => vec![second.clone(), first.clone()],
        _ => return,
    };
    let mut refused: Option<(usize, Refusal)> = None;
    for (time, input) in inputs.into_iter().enumerate() {
        match steps(network, time) {
            Ok(layers) => {
                network.stream = derive(network, Shape::Array(vec![input]), layers);
                return;
            }
            // What came furthest was meant.
            Err((index, refusal)) => {
                if refused
                    .as_ref()
                    .is_none_or(|(furthest, _)| index > *furthest)
                {
                    refused = Some((index, refusal));
                }
            }
        }
    }
    if let Some((index, refusal)) = refused {
        let layer = &network.layers[index];
        network.stream = Stream::Refused {
            span: layer.span,
            text: format!(
                "`{}` on line {} {}",
                layer.text,
                layer.span.start().line,
                refusal.text
            ),
            help: refusal.help,
        };
    }
}

/// Whether nothing reads the input but layers that take a sequence of indices.
fn takes_indices(network: &Network) -> bool {
    let mut readers = network
        .layers
        .iter()
        .filter(|layer| layer.inputs.contains(&0));
    readers.all(|layer| match &layer.kind {
        LayerKind::BuiltIn(kind, _) => (kind.facts.indices).is_some_and(Indices::in_sequence),
        LayerKind::User { .. } | LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => {
            false
        }
    })
}

/// The layers of one step, when `time` is the input's dimension of time; or the layer that has none, and why.
fn steps(network: &Network, time: usize) -> Result<Vec<Layer>, (usize, Refusal)> {
    let mut times = vec![Time::Along(time)];
    let mut layers = Vec::new();
    for (index, layer) in network.layers.iter().enumerate() {
        let refuse = |text| {
            let help = None;
            (index, Refusal { text, help })
        };
        let mut step = Layer {
            input: Shape::Unknown,
            output: Shape::Unknown,
            parameters: Count::Unknown,
            macs: Count::Unknown,
            ..layer.clone()
        };
        let before = times[layer.inputs[0]];
        let after = match (&layer.kind, before) {
            (LayerKind::Join(Join::Heads), _) => before,
            (LayerKind::Join(join), _) => {
                if layer.inputs.iter().any(|input| times[*input] != before) {
                    return Err(refuse("joins a sequence with what is none"));
                }
                if let (Join::Concat { dim }, Time::Along(time)) = (*join, before) {
                    if dim == time {
                        return Err(refuse("joins sequences one behind the other"));
                    }
                    let dim = without(dim, time);
                    step.kind = LayerKind::Join(Join::Concat { dim });
                }
                before
            }
            (_, Time::Now) => before,
            (LayerKind::BuiltIn(kind, arguments), Time::Along(time)) => {
                let Shape::Array(sizes) = &layer.input else {
                    return Err(refuse("takes what only the compiler knows"));
                };
                let moment = Moment {
                    arguments,
                    time,
                    rank: sizes.len(),
                    length: sizes.get(time).unwrap_or(&Size::Unknown),
                };
                let found = (kind.facts.stream)(&moment).map_err(|refusal| (index, refusal))?;
                step.kind = LayerKind::BuiltIn(found.kind.unwrap_or(*kind), found.arguments);
                found.time
            }
            (LayerKind::User { .. } | LayerKind::Input(_) | LayerKind::Unread, Time::Along(_)) => {
                return Err(refuse(
                    "takes the whole sequence: nothing is known of what it does at one step",
                ));
            }
        };
        times.push(after);
        layers.push(step);
    }
    Ok(layers)
}

/// The network of these layers.
fn derive(network: &mut Network, input: Shape, layers: Vec<Layer>) -> Stream {
    let mut steps = Network {
        attributes: network.attributes.clone(),
        visibility: network.visibility.clone(),
        name: network.name.clone(),
        generics: network.generics.clone(),
        scalar: network.scalar.clone(),
        input,
        input_place: network.input_place,
        declared_output: None,
        layers,
        budget: Vec::new(),
        weights: Weights::default(),
        symbols: network.symbols.clone(),
        checks: Vec::new(),
        indices: Vec::new(),
        plan: Default::default(),
        output_name: format_ident!("{}StepOutput", network.name),
        stream: Stream::NoSequence,
        quantize: None,
        quantized: None,
    };
    let mut diagnostics = Diagnostics::default();
    infer_shapes(&mut steps, &mut diagnostics);
    if let Some(text) = diagnostics.first_text() {
        return Stream::Refused {
            span: network.name.span(),
            text: text.to_owned(),
            help: None,
        };
    }
    plan_buffers(&mut steps);
    network.symbols = steps.symbols.clone();
    Stream::Steps(Box::new(steps))
}
