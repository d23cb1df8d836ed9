//! `TransformerEncoderLayer`: attention and two linear layers, each with dropout, a sum with what went in, and a norm. Its
//! fields, and so its tensors, have PyTorch's names.

use super::blocks::{Lowering, Scope};
use super::layer::unread;
use super::parts::part;
use crate::catalogue::{Arguments, Kind, Transformer};
use crate::model::{Join, Layer, LayerKind, Member};
use quote::format_ident;

/// Adds the parts of a layer. The value that comes out.
pub(super) fn push(
    lowering: &mut Lowering<'_>,
    layer: &Layer,
    parts: Transformer,
    scope: &Scope,
) -> usize {
    let Transformer {
        attention,
        norms: [norm1, norm2],
        linear1,
        activation,
        dropout,
        norm_first,
    } = parts;
    let mut whole = Whole {
        lowering,
        layer,
        scope,
    };
    let input = layer.inputs[0];

    let (first, mut value) = (whole.next(), input);
    if norm_first {
        value = whole.field("norm1", norm1.clone(), value);
    }
    value = whole.field("self_attn", attention, value);
    let attended = value;
    value = whole.dropout("dropout1", &dropout, value);
    value = whole.sum("attended", [value, input], first);
    if !norm_first {
        value = whole.field("norm1", norm1, value);
    }

    let (first, input) = (whole.next(), value);
    if norm_first {
        value = whole.field("norm2", norm2.clone(), value);
    }
    value = whole.field("linear1", linear1, value);
    value = whole.plain("activation", activation, value);
    value = whole.dropout("dropout", &dropout, value);
    if let Some(linear2) = Transformer::linear2(attended) {
        value = whole.field("linear2", linear2, value);
    }
    value = whole.dropout("dropout2", &dropout, value);
    value = whole.sum("fed_forward", [value, input], first);
    if !norm_first {
        value = whole.field("norm2", norm2, value);
    }
    value
}

/// The layer whose parts are added, one after the other.
struct Whole<'a, 'b> {
    lowering: &'a mut Lowering<'b>,
    layer: &'a Layer,
    scope: &'a Scope,
}

impl Whole<'_, '_> {
    /// The number of the next layer.
    fn next(&self) -> usize {
        self.lowering.layers.len()
    }

    /// A part with weights.
    fn field(&mut self, name: &str, kind: (&'static Kind, Arguments), value: usize) -> usize {
        let field = format_ident!("{name}", span = self.layer.span);
        let path = self.layer.field.as_ref();
        let path = path.map(|path| path.join(Member::Field(field)));
        let part = part(self.lowering, self.layer, name, kind, self.scope);
        self.lowering.push(Layer {
            user_label: self.layer.user_label.clone(),
            label: path.as_ref().map(ToString::to_string).unwrap_or_default(),
            field: path,
            inputs: vec![value],
            ..part
        })
    }

    /// A part without.
    fn plain(&mut self, name: &str, kind: (&'static Kind, Arguments), value: usize) -> usize {
        let part = part(self.lowering, self.layer, name, kind, self.scope);
        self.lowering.push(Layer {
            inputs: vec![value],
            ..part
        })
    }

    /// A part that may not be there.
    fn dropout(
        &mut self,
        name: &str,
        kind: &Option<(&'static Kind, Arguments)>,
        value: usize,
    ) -> usize {
        match kind {
            Some(kind) => self.plain(name, kind.clone(), value),
            None => value,
        }
    }

    /// The sum of two values, the end of what began with the layer `first`.
    fn sum(&mut self, name: &str, values: [usize; 2], first: usize) -> usize {
        let local = format_ident!("{}_{name}", self.layer.local);
        let sum = Layer {
            local: self.lowering.locals.local(&local, self.layer.span),
            text: self.layer.text.clone(),
            kind: LayerKind::Join(Join::Add),
            first,
            inputs: values.to_vec(),
            block: self.scope.block.clone(),
            ..unread(self.layer.span, 0)
        };
        self.lowering.push(sum)
    }
}
