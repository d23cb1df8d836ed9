//! `Bilinear(16) { { state } { action } }`: two branches, their vectors one behind the other, and the layer that takes them.

use super::blocks::{Lowering, Scope};
use super::inputs;
use super::layer::{self, unread};
use super::names::Names;
use crate::catalogue;
use crate::model::{Join, Layer, LayerKind};
use crate::syntax::{Block, Branch};
use quote::format_ident;

/// The value that it puts out. The layers of the branches are fields beside its own.
pub(super) fn push(
    lowering: &mut Lowering<'_>,
    block: &Block,
    input: usize,
    scope: &Scope,
    names: &mut Names,
) -> usize {
    let first = lowering.layers.len();
    let mut ends = Vec::new();
    for Branch { label, body, .. } in &block.branches {
        let name = names.name("Branch", label.as_ref(), block.span);
        let inner = scope.field(&name).within(block);
        ends.push(lowering.lower_body(body, input, &inner));
    }
    inputs::check_ends(lowering, block, &mut ends);
    let (Some(layer), [a, b]) = (&block.layer, ends.as_slice()) else {
        if !block.broken {
            let text = format!("`Bilinear` takes two branches, found {}", ends.len());
            lowering
                .diagnostics
                .error(block.span, text)
                .help(format!("write as in `{}`", block.kind.example()));
        }
        return lowering.push(unread(block.span, input));
    };
    let pair = Layer {
        local: lowering.locals.local(&format_ident!("pair"), block.span),
        text: block.text.clone(),
        kind: LayerKind::Join(Join::Concat { dim: 0 }),
        first,
        block: scope.block.clone(),
        inputs: vec![*a, *b],
        ..unread(block.span, 0)
    };
    let pair = lowering.push(pair);
    let label = block.label.as_ref();
    let mut layer = layer::lower_named(lowering, layer, label, pair, scope, names);
    if let LayerKind::BuiltIn(_, arguments) = &mut layer.kind {
        *arguments = catalogue::of_branches(std::mem::take(arguments), [*a, *b]);
    }
    lowering.push(layer)
}
