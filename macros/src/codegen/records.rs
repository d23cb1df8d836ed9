//! The structs that hold the parameters or the buffers of a network: one for the network, one for each block.

use super::at;
use crate::model::{Layer, LayerKind, Member, Network};
use crate::shape::{Shape, camel_case};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

/// One struct.
pub(super) struct Record<'a> {
    /// Its type without arguments: `LeNet5Block1Parameters`.
    pub(super) name: Ident,
    /// The block: `block1`; empty for the network itself.
    pub(super) path: String,
    pub(super) fields: Vec<(&'a Ident, Field<'a>)>,
}

/// What a field holds.
pub(super) enum Field<'a> {
    Layer(&'a Layer),
    Block(Record<'a>),
    /// That of `Repeat(n)`.
    Blocks(Record<'a>, usize),
}

/// `Parameters` or `Buffers` of the layers that have some.
pub(super) fn records<'a>(
    network: &'a Network,
    associated: &str,
    has: fn(&Layer) -> bool,
) -> Record<'a> {
    let layers = network.layers.iter().filter(|layer| has(layer));
    let layers: Vec<(&[Member], &Layer)> = layers
        .filter_map(|layer| Some((layer.field.as_ref()?.0.as_slice(), layer)))
        .collect();
    record(&network.name, "", associated, &layers)
}

/// The struct of some layers, each with the rest of the way to its field.
fn record<'a>(
    prefix: &Ident,
    path: &str,
    associated: &str,
    layers: &[(&'a [Member], &'a Layer)],
) -> Record<'a> {
    let mut fields = Vec::new();
    let mut rest = layers;
    while let Some(([Member::Field(name), below @ ..], layer)) = rest.first() {
        if below.is_empty() {
            fields.push((name, Field::Layer(layer)));
            rest = &rest[1..];
            continue;
        }
        let same = |(path, _): &&(&[Member], &Layer)| matches!(path, [Member::Field(other), ..] if other == name);
        let count = rest.iter().take_while(same).count();
        let (block, behind) = rest.split_at(count);
        rest = behind;
        let (prefix, path) = (
            format_ident!("{prefix}{}", camel_case(name)),
            join(path, name),
        );
        let members = |repetition: Option<usize>| -> Vec<(&'a [Member], &'a Layer)> {
            let below = block.iter().map(|(path, layer)| (&path[1..], *layer));
            match repetition {
                None => below.collect(),
                Some(wanted) => below
                    .filter(|(path, _)| matches!(path, [Member::Element(element), ..] if *element == wanted))
                    .map(|(path, layer)| (&path[1..], layer))
                    .collect(),
            }
        };
        let repetitions = block.iter().filter_map(|(path, _)| match path {
            [_, Member::Element(element), ..] => Some(element + 1),
            _ => None,
        });
        let field = match repetitions.max() {
            None => Field::Block(record(&prefix, &path, associated, &members(None))),
            Some(count) => {
                Field::Blocks(record(&prefix, &path, associated, &members(Some(0))), count)
            }
        };
        fields.push((name, field));
    }
    Record {
        name: format_ident!("{prefix}{associated}"),
        path: path.into(),
        fields,
    }
}

fn join(path: &str, name: &Ident) -> String {
    match path {
        "" => name.unraw().to_string(),
        path => format!("{path}.{}", name.unraw()),
    }
}

impl Record<'_> {
    /// The struct and those inside it.
    pub(super) fn all(&self) -> Vec<&Self> {
        let inner = self.fields.iter().flat_map(|(_, field)| match field {
            Field::Layer(_) => Vec::new(),
            Field::Block(record) | Field::Blocks(record, _) => record.all(),
        });
        let inner: Vec<&Self> = inner.collect();
        [self].into_iter().chain(inner).collect()
    }

    /// The types of the fields.
    pub(super) fn types(
        &self,
        network: &Network,
        associated: &str,
    ) -> impl Iterator<Item = TokenStream> {
        let (scalar, arguments) = (&network.scalar, network.arguments());
        let associated = format_ident!("{associated}");
        self.fields.iter().map(move |(_, field)| match field {
            Field::Layer(layer) => {
                let ty = &layer.ty;
                quote_spanned!(at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::#associated)
            }
            Field::Block(Record { name, .. }) => quote!(#name #arguments),
            Field::Blocks(Record { name, .. }, count) => quote!([#name #arguments; #count]),
        })
    }
}

impl Field<'_> {
    /// As declared.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Layer(layer) => layer.text.clone(),
            Self::Block(record) => format!("{}: {{ … }}", record.path),
            Self::Blocks(record, count) => format!("{}: {count} × {{ … }}", record.path),
        }
    }

    /// The type in words that documentation shows: `LinearParameters<f32, 2, 3, 3>` instead of a projection.
    pub(super) fn shown(&self, scalar: &TokenStream) -> Option<TokenStream> {
        let Self::Layer(layer) = self else {
            return None;
        };
        let LayerKind::BuiltIn(kind, _) = &layer.kind else {
            return None;
        };
        // At every step of a sequence the type has other arguments.
        let of_sequences = matches!(&layer.input, Shape::Array(sizes) if sizes.len() == 2);
        if kind.name != "Linear" || of_sequences {
            return None;
        }
        let arguments = layer
            .ty
            .to_token_stream()
            .into_iter()
            .skip_while(|token| token.to_string() != "<")
            .skip(1);
        let arguments: TokenStream = arguments.collect();
        Some(quote_spanned!(at(layer)=> ::chainrule::layers::LinearParameters<#scalar, #arguments))
    }
}
