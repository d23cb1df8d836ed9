//! Traces the indices that embeddings read back to the input of the network: indices have no derivative, so nothing with
//! trained values may stand before, and what is no index can be found before training begins.

use crate::catalogue::{Role, origin};
use crate::diagnostics::Diagnostics;
use crate::model::{IndexRange, LayerKind, Network};
use crate::shape::Shape;
use crate::size::Size;

pub(super) fn trace_indices(network: &mut Network, diagnostics: &mut Diagnostics) {
    let mut ranges = Vec::new();
    // A layer in a `Repeat` stands here several times.
    let mut reported = Vec::new();
    for layer in &network.layers {
        let LayerKind::BuiltIn(kind, arguments) = &layer.kind else {
            continue;
        };
        let Some(indices) = kind.facts.indices else {
            continue;
        };
        match trace(network, layer.inputs[0]) {
            Origin::Input(starts) => ranges.push(IndexRange {
                starts,
                shape: layer.input.clone(),
                rows: arguments.size(indices.rows),
                may_be_empty: indices.may_be_empty,
            }),
            Origin::Unread => {}
            Origin::Computed(_) if reported.contains(&layer.span.start()) => {}
            Origin::Computed(value) => {
                reported.push(layer.span.start());
                let text = format!(
                    "`{}` takes indices from the input of the network, but these are computed",
                    kind.name
                );
                let error = diagnostics.error(layer.span, text);
                if let Some(block) = &layer.block {
                    error.note(format!("inside {block}"));
                }
                error.note(origin(network, value)).help(format!(
                    "indices have no derivative: let `{}` come first, or behind `Flatten`, `Reshape` or a `Slice` of dimension 0 alone",
                    layer.called()
                ));
            }
        }
    }
    network.indices = ranges;
}

/// Where a value comes from.
enum Origin {
    /// A range of the input, which begins at the sum of these products.
    Input(Vec<Vec<Size>>),
    /// A layer computes this value.
    Computed(usize),
    /// A layer that could not be read.
    Unread,
}

fn trace(network: &Network, mut value: usize) -> Origin {
    let mut starts = Vec::new();
    while let Some(index) = value.checked_sub(1) {
        let layer = &network.layers[index];
        match &layer.kind {
            LayerKind::BuiltIn(kind, _) if kind.facts.role == Role::View => {}
            LayerKind::BuiltIn(kind, arguments) if kind.name == "Slice" => {
                match (arguments.size("dim"), &layer.input) {
                    (Size::Known(0), Shape::Array(sizes)) => {
                        let mut start = sizes.clone();
                        start[0] = arguments.size_or("start", 0);
                        starts.push(start);
                    }
                    (Size::Unknown, _) | (_, Shape::Unknown) => return Origin::Unread,
                    _ => return Origin::Computed(value),
                }
            }
            LayerKind::Input(field) => {
                let Shape::Heads(inputs) = &network.input else {
                    return Origin::Unread;
                };
                // Those before it.
                for (_, shape) in inputs.fields.iter().take(*field) {
                    match shape {
                        Shape::Array(sizes) => starts.push(sizes.clone()),
                        Shape::Output(_) | Shape::Heads(_) | Shape::Unknown => {
                            return Origin::Unread;
                        }
                    }
                }
            }
            LayerKind::Unread => return Origin::Unread,
            LayerKind::BuiltIn(..) | LayerKind::User { .. } | LayerKind::Join(_) => {
                return Origin::Computed(value);
            }
        }
        value = layer.inputs[0];
    }
    Origin::Input(starts)
}
