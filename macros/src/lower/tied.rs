//! `tied(label)`: a layer with the weights of one before it.

use super::blocks::{Lowering, Scope};
use super::layer::unread;
use super::names::Names;
use crate::catalogue::transposed;
use crate::diagnostics::{Diagnostics, Place};
use crate::model::{Layer, LayerKind, Member, Path, Tied};
use crate::suggest::nearest;
use crate::syntax;
use proc_macro2::Ident;
use syn::{Expr, Lit};

/// What a declaration calls it.
pub(super) const NAME: &str = "tied";

/// The layer; one that takes anything after a report.
pub(super) fn lower_tied(
    lowering: &mut Lowering<'_>,
    layer: &syntax::Layer,
    input: usize,
    scope: &Scope,
    names: &mut Names,
) -> Layer {
    let span = layer.span();
    let name = names.name(NAME, layer.label.as_ref(), span);
    let local = lowering.locals.local(&name, span);
    let failed = Layer {
        local: local.clone(),
        text: layer.text.clone(),
        ..unread(span, input)
    };
    let Some((label, is_transposed)) = arguments(layer, lowering.diagnostics) else {
        return failed;
    };
    let Some(to) = find(lowering, &label, scope) else {
        return failed;
    };
    let target = &lowering.layers[to];
    let mut kind = target.kind.clone();
    if is_transposed {
        match transposed(target) {
            Some(found) => kind = found,
            None => {
                lowering
                    .diagnostics
                    .error(
                        label.span(),
                        format!("only the weights of `Linear` and `Embedding` can be transposed, and `{label}` is `{}`", target.text),
                    )
                    .help(format!("write `tied({label})` to use the same layer again"));
                return failed;
            }
        }
    }
    Layer {
        user_label: layer.label.as_ref().map(ToString::to_string),
        label: match &layer.label {
            Some(_) => scope.path.join(Member::Field(name)).to_string(),
            None => String::new(),
        },
        field: target.field.clone(),
        kind,
        block: scope.block.clone(),
        tied: Some(Tied {
            to,
            transposed: is_transposed,
        }),
        ..failed
    }
}

/// The label, and whether `transposed = true` stands behind it.
fn arguments(layer: &syntax::Layer, diagnostics: &mut Diagnostics) -> Option<(Ident, bool)> {
    let arguments = layer.arguments.as_deref().unwrap_or_default();
    let label = match arguments.first() {
        Some(argument) if argument.name.is_none() => match &argument.value {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        },
        _ => None,
    };
    let Some(label) = label else {
        if !layer.broken {
            diagnostics
                .error(layer.span(), "`tied` takes the label of a layer before it")
                .help("write as in `encoder: Linear(32), …, again: tied(encoder)`");
        }
        return None;
    };
    let mut transposed = false;
    for argument in &arguments[1..] {
        let value = match &argument.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Bool(value) => Some(value.value),
                _ => None,
            },
            _ => None,
        };
        match (&argument.name, value) {
            (Some(name), Some(value)) if name == "transposed" => transposed = value,
            _ => {
                diagnostics
                    .error(
                        Place::of(&argument.value),
                        "behind the label, `tied` takes `transposed = true` alone",
                    )
                    .help("everything else is that of the layer with this label");
                return None;
            }
        }
    }
    Some((label, transposed))
}

/// The layer with this label, in the innermost body around that has one before this place.
fn find(lowering: &mut Lowering<'_>, label: &Ident, scope: &Scope) -> Option<usize> {
    let members = &scope.path.0;
    for depth in (0..=members.len()).rev() {
        let path = Path(members[..depth].to_vec()).join(Member::Field(label.clone()));
        let path = path.to_string();
        let found: Vec<usize> = (0..lowering.layers.len())
            .filter(|index| {
                let layer = &lowering.layers[*index];
                layer.label == path && layer.user_label.is_some()
            })
            .collect();
        let Some(first) = found.first() else {
            continue;
        };
        let layer = &lowering.layers[*first];
        let text = match &layer.kind {
            _ if found.len() > 1
                || layer.field.is_some() && !is_at(layer, &path) && layer.tied.is_none() =>
            {
                format!("`{label}` is laid out in several layers, which cannot be tied as one")
            }
            _ if layer.tied.is_some() => format!("`{label}` is tied itself"),
            LayerKind::Unread => return None,
            LayerKind::Join(_) => format!("`{label}` is a block, and only layers are tied"),
            LayerKind::BuiltIn(kind, _) if kind.facts.buffers => {
                format!("`{label}` keeps statistics of what it sees, which two layers cannot share")
            }
            _ if !layer.may_have_parameters() => format!("`{label}` has no weights to share"),
            _ => return Some(*first),
        };
        let error = lowering.diagnostics.error(label.span(), text);
        error.note(format!(
            "it is `{}` on line {}",
            layer.text,
            layer.span.start().line
        ));
        if let Some(tied) = &layer.tied {
            let first = lowering.layers[tied.to]
                .user_label
                .clone()
                .unwrap_or_default();
            error.help(format!("tie to the layer that has the weights: `{first}`"));
        }
        return None;
    }
    let name = label.to_string();
    if let Some(part) = lowering
        .layers
        .iter()
        .find(|layer| layer.user_label.as_ref() == Some(&name))
    {
        let line = part.span.start().line;
        let text = format!("`{label}` is laid out in several layers, or stands in another block");
        let note = format!("it is `{}` on line {line}", part.text);
        lowering.diagnostics.error(label.span(), text).note(note);
        return None;
    }
    let labels: Vec<String> = lowering
        .layers
        .iter()
        .filter(|layer| layer.may_have_parameters())
        .filter_map(|layer| layer.user_label.clone())
        .collect();
    let text = format!("there is no layer labelled `{label}` before this one");
    let error = lowering.diagnostics.error(label.span(), text);
    match nearest(&label.to_string(), labels.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("label it: `{label}: Linear(…)`")),
    };
    None
}

/// Whether the layer's parameters are the field of this path itself.
fn is_at(layer: &Layer, path: &str) -> bool {
    layer
        .field
        .as_ref()
        .is_some_and(|field| field.to_string() == path)
}
