//! From what was typed to the model: names resolved, options typed, every layer named.

mod attributes;
mod names;

use crate::catalogue::{self, bind};
use crate::diagnostics::{Diagnostics, Place};
use crate::model::{Count, Layer, LayerKind, Limit, Network};
use crate::passes::Plan;
use crate::shape::Shape;
use crate::size::{Symbols, find_ident, parse_size};
use crate::suggest::{list, nearest};
use crate::syntax::{self, Declaration, Generics, text_of};
use names::Names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{PathArguments, Token};

/// Lowers a declaration. Layers whose words are not understood are left out or taken for what they nearly are.
pub(crate) fn lower(declaration: &Declaration, diagnostics: &mut Diagnostics) -> Network {
    let (attributes, scalar) = attributes::lower_attributes(declaration, diagnostics);
    let generics = &declaration.generics;
    let mut symbols = Symbols::new(&declaration.name);
    let mut checks = Vec::new();

    let input = lower_shape(
        &declaration.input,
        "input",
        generics,
        &mut symbols,
        &mut checks,
        diagnostics,
    );
    let declared_output = declaration.output.as_ref().map(|shape| {
        let lowered = lower_shape(
            shape,
            "output",
            generics,
            &mut symbols,
            &mut checks,
            diagnostics,
        );
        (lowered, shape.place)
    });

    let mut names = Names::new(&declaration.body, diagnostics);
    let mut layers = Vec::new();
    for node in &declaration.body {
        match node {
            syntax::Node::Layer(layer) => {
                layers.push(lower_layer(
                    layer,
                    &declaration.name,
                    generics,
                    &mut names,
                    &mut symbols,
                    diagnostics,
                ));
            }
            syntax::Node::Block(block) => reject_block(block, diagnostics),
        }
    }

    let budget = declaration
        .budget
        .iter()
        .map(|limit| Limit {
            quantity: limit.quantity,
            span: limit.span,
            value: parse_size(&limit.value, generics, &mut symbols, diagnostics),
            unit: limit.unit,
        })
        .collect();
    Network {
        attributes,
        visibility: declaration.visibility.clone(),
        name: declaration.name.clone(),
        generics: generics.clone(),
        scalar,
        input,
        input_place: declaration.input.place,
        declared_output,
        layers,
        budget,
        symbols,
        checks,
        plan: Plan::default(),
    }
}

/// The border's shape: one to eight sizes, none of them zero.
fn lower_shape(
    shape: &syntax::Shape,
    which: &str,
    generics: &Generics,
    symbols: &mut Symbols,
    checks: &mut Vec<crate::model::Check>,
    diagnostics: &mut Diagnostics,
) -> Shape {
    let Some(expressions) = &shape.sizes else {
        return Shape::Unknown;
    };
    if expressions.is_empty() || expressions.len() > 8 {
        diagnostics
            .error(
                shape.place,
                format!(
                    "a shape has one to eight sizes, this has {}",
                    expressions.len()
                ),
            )
            .help("a single number is a vector of one: `[1]`");
        return Shape::Unknown;
    }
    let sizes = expressions
        .iter()
        .map(|expression| {
            let size = parse_size(expression, generics, symbols, diagnostics);
            let place = Place::of(expression);
            catalogue::check_positive(which, "size", &size, place, checks, diagnostics);
            size
        })
        .collect();
    Shape::Array(sizes)
}

fn lower_layer(
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
    };
    let kind_name = match &kind {
        LayerKind::BuiltIn(kind, _) => kind.name,
        LayerKind::User { .. } => &name,
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

/// `Name(1.0)`, `Name { field: value, ..Default::default() }` or `Default::default()`.
fn user_value(layer: &syntax::Layer, diagnostics: &mut Diagnostics) -> TokenStream {
    let default = || quote!(::core::default::Default::default());
    let Some(arguments) = layer
        .arguments
        .as_ref()
        .filter(|arguments| !arguments.is_empty())
    else {
        return default();
    };
    // In an expression generic arguments stand behind `::`.
    let mut path = layer.path.clone();
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.colon2_token = Some(Token![::](Span::call_site()));
        }
    }
    let named: Vec<_> = arguments
        .iter()
        .filter(|argument| argument.name.is_some())
        .collect();
    if named.is_empty() {
        let values = arguments.iter().map(|argument| &argument.value);
        return quote!(#path(#(#values),*));
    }
    if let Some(argument) = arguments.iter().find(|argument| argument.name.is_none()) {
        diagnostics
            .error(
                argument.place(),
                format!("`{}` mixes arguments with and without names", layer.name()),
            )
            .help("a layer of your own takes either all fields of a tuple struct, or named fields");
        return default();
    }
    for (index, argument) in named.iter().enumerate() {
        if let Some(first) = named[..index]
            .iter()
            .find(|first| first.name == argument.name)
            && let (Some(name), Some(first)) = (&argument.name, &first.name)
        {
            diagnostics
                .error(name.span(), format!("`{name}` is given twice"))
                .note(format!(
                    "the first one is on line {}",
                    first.span().start().line
                ))
                .help("remove one");
            return default();
        }
    }
    let fields = named.iter().map(|argument| {
        let (name, value) = (&argument.name, &argument.value);
        quote!(#name: #value)
    });
    quote!(#path { #(#fields,)* ..::core::default::Default::default() })
}

/// Braces behind a name are a block.
fn reject_block(block: &syntax::Block, diagnostics: &mut Diagnostics) {
    let name = text_of(&block.path);
    let error = diagnostics.error(
        Place::of(&block.path),
        format!("`{name} {{ … }}` is not a block of layers that exists"),
    );
    error.help(format!(
        "a network is one list of layers: {}, and types of your own",
        list(catalogue::names())
    ));
}
