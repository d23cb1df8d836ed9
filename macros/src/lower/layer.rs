//! One layer: a row of the catalogue, or the user's own.

use super::names::Names;
use super::user::user_value;
use crate::catalogue::{self, bind};
use crate::diagnostics::{Diagnostics, Place};
use crate::model::{Count, Layer, LayerKind};
use crate::shape::Shape;
use crate::size::{Symbols, find_ident};
use crate::suggest::nearest;
use crate::syntax::{self, Block, Generics, text_of};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

pub(super) fn lower_layer(
    layer: &syntax::Layer,
    network: &Ident,
    generics: &Generics,
    names: &mut Names,
    symbols: &mut Symbols,
    diagnostics: &mut Diagnostics,
) -> Layer {
    let name = layer.name();
    let single = layer.path.get_ident().is_some();
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
        LayerKind::Unread => false,
    };
    let kind_name = match &kind {
        LayerKind::BuiltIn(kind, _) => kind.name,
        LayerKind::User { .. } | LayerKind::Unread => &name,
    };
    let (field, local) = names.name(kind_name, layer, stateful);
    // What a `const` block finds out about a type cannot depend on parameters of the network.
    if let LayerKind::User {
        ty, generic: false, ..
    } = &mut kind
        && let Some(field) = &field
    {
        let alias = format!("__{network}_{field}").replace("r#", "");
        *ty = Ident::new(&alias, layer.span()).into_token_stream();
    }
    Layer {
        user_label: layer.label.as_ref().map(ToString::to_string),
        label: match (&field, &layer.label) {
            (Some(name), _) | (None, Some(name)) => {
                name.to_string().trim_start_matches("r#").to_owned()
            }
            (None, None) => String::new(),
        },
        field,
        local,
        text: layer.text.clone(),
        span: layer.span(),
        kind,
        input: Shape::Unknown,
        output: Shape::Unknown,
        ty: TokenStream::new(),
        value: TokenStream::new(),
        parameters: Count::Unknown,
        macs: Count::Unknown,
    }
}

/// What stands in place of a layer that could not be read.
pub(super) fn unread(span: Span) -> Layer {
    Layer {
        user_label: None,
        label: String::new(),
        field: None,
        local: Ident::new("unread", span),
        text: String::new(),
        span,
        kind: LayerKind::Unread,
        input: Shape::Unknown,
        output: Shape::Unknown,
        ty: TokenStream::new(),
        value: TokenStream::new(),
        parameters: Count::Unknown,
        macs: Count::Unknown,
    }
}

/// Braces behind a name are a block.
pub(super) fn reject_block(block: &Block, diagnostics: &mut Diagnostics) -> Layer {
    let name = text_of(&block.path);
    let place = Place::of(&block.path);
    if catalogue::find(&name).is_some() {
        let written = match block.content.as_str() {
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
            .help(format!(
                "a network is one list of layers; a layer of your own is written without braces: `{name}`, `{name}(…)`"
            ));
    }
    unread(place.start)
}
