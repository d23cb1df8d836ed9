//! Layers that are several: each part becomes a layer of its own.

use super::blocks::{Lowering, Scope};
use super::layer::unread;
use super::{recurrent, transformer};
use crate::catalogue::{Arguments, Kind, Parts, Transformer, dropout_of};
use crate::model::{Layer, LayerKind};
use quote::format_ident;

/// Adds a layer, in parts where it has several. The value that comes out.
pub(super) fn push(lowering: &mut Lowering<'_>, layer: Layer, scope: &Scope) -> usize {
    let (first, frozen) = (lowering.layers.len(), layer.frozen);
    let value = push_parts(lowering, layer, scope);
    if frozen {
        for layer in &mut lowering.layers[first..] {
            layer.frozen = true;
        }
    }
    value
}

fn push_parts(lowering: &mut Lowering<'_>, layer: Layer, scope: &Scope) -> usize {
    let LayerKind::BuiltIn(kind, arguments) = &layer.kind else {
        return lowering.push(layer);
    };
    let kind = *kind;
    if let Some(parts) = Parts::of(kind, arguments, lowering.diagnostics) {
        return recurrent::push(lowering, &layer, kind, parts, scope);
    }
    if let Some(parts) = Transformer::of(kind, arguments) {
        return transformer::push(lowering, &layer, parts, scope);
    }
    match (kind.name, dropout_of(arguments)) {
        ("PositionalEncoding", Some(dropout)) => {
            let dropout = part(lowering, &layer, "dropout", dropout, scope);
            let value = lowering.push(layer);
            lowering.push(Layer {
                inputs: vec![value],
                ..dropout
            })
        }
        _ => lowering.push(layer),
    }
}

/// A part without values of its own.
pub(super) fn part(
    lowering: &mut Lowering<'_>,
    whole: &Layer,
    name: &str,
    (kind, arguments): (&'static Kind, Arguments),
    scope: &Scope,
) -> Layer {
    let local = format_ident!("{}_{name}", whole.local);
    Layer {
        local: lowering.locals.local(&local, whole.span),
        text: whole.text.clone(),
        kind: LayerKind::BuiltIn(kind, arguments),
        block: scope.block.clone(),
        ..unread(whole.span, whole.inputs[0])
    }
}
