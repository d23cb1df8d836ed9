//! Recurrent layers with several levels or both directions: each is a layer of its own, and the two directions of a level
//! end in a concatenation.

use super::blocks::{Lowering, Scope};
use super::layer::unread;
use super::parts::part;
use crate::catalogue::{Kind, Part, Parts};
use crate::model::{Join, Layer, LayerKind, Member};
use quote::format_ident;

/// Adds the parts of a layer. The value that comes out.
pub(super) fn push(
    lowering: &mut Lowering<'_>,
    layer: &Layer,
    kind: &'static Kind,
    parts: Parts,
    scope: &Scope,
) -> usize {
    let mut value = layer.inputs[0];
    let levels = parts.levels.len();
    for (level, directions) in parts.levels.into_iter().enumerate() {
        if level > 0
            && let Some(dropout) = &parts.dropout
        {
            let dropout = part(lowering, layer, "dropout", dropout.clone(), scope);
            value = lowering.push(Layer {
                inputs: vec![value],
                ..dropout
            });
        }
        let first = lowering.layers.len();
        let mut ends = Vec::new();
        for Part { name, arguments } in directions {
            let field = format_ident!("{name}", span = layer.span);
            let local = format_ident!("{}_{name}", layer.local);
            let part = Layer {
                user_label: layer.user_label.clone(),
                // The tensors bear the level in their names.
                label: layer.label.clone(),
                field: layer
                    .field
                    .as_ref()
                    .map(|path| path.join(Member::Field(field))),
                local: lowering.locals.local(&local, layer.span),
                text: layer.text.clone(),
                kind: LayerKind::BuiltIn(kind, arguments),
                block: scope.block.clone(),
                ..unread(layer.span, value)
            };
            ends.push(lowering.push(part));
        }
        value = match ends.as_slice() {
            [end] => *end,
            _ => {
                let dim = usize::from(!(parts.last && level + 1 == levels));
                let name = format_ident!("{}_directions", layer.local);
                let join = Layer {
                    local: lowering.locals.local(&name, layer.span),
                    text: layer.text.clone(),
                    kind: LayerKind::Join(Join::Concat { dim }),
                    first,
                    block: scope.block.clone(),
                    ..unread(layer.span, 0)
                };
                lowering.push(Layer {
                    inputs: ends,
                    ..join
                })
            }
        };
    }
    value
}
