//! One layer: a row of the catalogue, or the user's own.

use super::blocks::{Lowering, Scope};
use super::freeze;
use super::names::Names;
use super::tied;
use super::user::user_value;
use crate::catalogue::{self, bind};
use crate::diagnostics::{Diagnostics, Place};
use crate::model::{Count, Layer, LayerKind, Member};
use crate::shape::Shape;
use crate::size::find_ident;
use crate::suggest::nearest;
use crate::syntax::{self, BlockKind, Braces, text_of};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

pub(super) fn lower_layer(
    lowering: &mut Lowering<'_>,
    layer: &syntax::Layer,
    input: usize,
    scope: &Scope,
    names: &mut Names,
) -> Layer {
    if layer.path.is_ident(tied::NAME) {
        return tied::lower_tied(lowering, layer, input, scope, names);
    }
    lower_named(lowering, layer, layer.label.as_ref(), input, scope, names)
}

/// A layer that bears this label.
pub(super) fn lower_named(
    lowering: &mut Lowering<'_>,
    layer: &syntax::Layer,
    label: Option<&Ident>,
    input: usize,
    scope: &Scope,
    names: &mut Names,
) -> Layer {
    let Lowering {
        network,
        generics,
        symbols,
        diagnostics,
        ..
    } = lowering;
    let (network, generics) = (*network, *generics);
    let name = layer.name();
    let single = layer.path.get_ident().is_some();
    let is_built_in = single && catalogue::find(&name).is_some();
    let taken = freeze::take(layer, is_built_in, diagnostics);
    let (layer, freeze_place) = match &taken {
        Some((layer, place)) => (layer, *place),
        None => (layer, None),
    };
    let mut misread = false;
    let mut built_in = if single { catalogue::find(&name) } else { None };
    if single
        && built_in.is_none()
        && let Some(near) = nearest(&name, catalogue::names())
    {
        diagnostics
            .error(layer.span(), format!("there is no layer `{name}`"))
            .help(format!(
                "did you mean `{near}`? For a layer of your own write `self::{name}`"
            ));
        built_in = catalogue::find(near);
        misread = true;
    }
    if !single
        && layer.path.segments.len() == 1
        && let Some(kind) = catalogue::find(&name)
    {
        diagnostics
            .error(
                Place::of(&layer.path),
                format!("`{name}` takes its sizes in parentheses and infers the others"),
            )
            .help(match kind.arguments.iter().any(|argument| argument.required) {
                true => format!("write as in `{name}(8)`; for a type of your own with this name write `self::{name}<…>`"),
                false => format!("write `{name}`; for a type of your own with this name write `self::{name}<…>`"),
            });
        built_in = Some(kind);
        misread = true;
    }
    let mut kind = match built_in {
        Some(kind) => {
            // A misspelt layer is reported once; what it lacks follows when its name is right.
            let arguments = if misread && layer.arguments.is_none() {
                catalogue::Arguments::default()
            } else {
                bind(kind, layer, generics, symbols, diagnostics)
            };
            LayerKind::BuiltIn(kind, arguments)
        }
        None => {
            let path = layer.path.to_token_stream();
            let generic = find_ident(path.clone(), &|ident| generics.contains(ident)).is_some()
                || generics.scalar().is_some();
            LayerKind::User {
                value: user_value(layer, diagnostics),
                // Set when the layer has its name.
                ty: path.clone(),
                path,
                generic,
            }
        }
    };
    let stateful = match &kind {
        LayerKind::BuiltIn(kind, _) => kind.facts.parameters || kind.facts.buffers,
        LayerKind::User { .. } => true,
        LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => false,
    };
    let kind_name = match &kind {
        LayerKind::BuiltIn(kind, _) => kind.name,
        LayerKind::User { .. } | LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => {
            &name
        }
    };
    let frozen = freeze::check_layer(freeze_place, stateful, kind_name, diagnostics);
    let name = names.name(kind_name, label, layer.span());
    let local = lowering.locals.local(&name, layer.span());
    let path = scope.path.join(Member::Field(name));
    // What a `const` block finds out about a type cannot depend on parameters of the network.
    if let LayerKind::User {
        ty, generic: false, ..
    } = &mut kind
    {
        let alias = format!("__{network}_{local}").replace("r#", "");
        *ty = Ident::new(&alias, layer.span()).into_token_stream();
    }
    Layer {
        user_label: layer.label.as_ref().map(ToString::to_string),
        label: if stateful || label.is_some() {
            path.to_string()
        } else {
            String::new()
        },
        field: stateful.then_some(path),
        local,
        text: layer.text.clone(),
        kind,
        block: scope.block.clone(),
        frozen,
        ..unread(layer.span(), input)
    }
}

/// What stands in place of a layer that could not be read.
pub(super) fn unread(span: Span, input: usize) -> Layer {
    Layer {
        user_label: None,
        label: String::new(),
        field: None,
        local: Ident::new("unread", span),
        text: String::new(),
        span,
        kind: LayerKind::Unread,
        inputs: vec![input],
        block: None,
        first: 0,
        tied: None,
        frozen: false,
        heads: Vec::new(),
        heads_around: Vec::new(),
        repeats: None,
        input: Shape::Unknown,
        output: Shape::Unknown,
        ty: TokenStream::new(),
        value: TokenStream::new(),
        parameters: Count::Unknown,
        tensors: Vec::new(),
        macs: Count::Unknown,
    }
}

/// Braces behind a name that is no block. Returns where.
pub(super) fn reject_braces(braces: &Braces, diagnostics: &mut Diagnostics) -> Span {
    let name = text_of(&braces.path);
    let place = Place::of(&braces.path);
    if catalogue::find(&name).is_some() {
        let written = match braces.content.as_str() {
            "" => name.clone(),
            content => format!("{name}({content})"),
        };
        diagnostics
            .error(
                place,
                format!("`{name}` takes its arguments in parentheses, not in braces"),
            )
            .help(format!("write `{written}`"));
    } else {
        diagnostics
            .error(
                place,
                format!("`{name} {{ … }}` is not a block of layers that exists"),
            )
            .help(match nearest(&name, BlockKind::names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "the blocks are `Residual`, `Repeat`, `Add`, `Multiply`, `Concat`, `Bilinear` and `Heads`; a layer of your own is written without braces: `{name}`, `{name}(…)`"
                ),
            });
    }
    place.start
}
