//! From what was typed to the model: names resolved, options typed, every layer named.

mod attributes;
mod bilinear;
mod blocks;
mod freeze;
mod inputs;
mod layer;
mod names;
mod options;
mod parts;
mod recurrent;
mod tied;
mod transformer;
mod user;

pub(crate) use names::snake_case;

use crate::catalogue;
use crate::diagnostics::{Diagnostics, Place};
use crate::model::{LayerKind, Limit, Network, Stream};
use crate::passes::Plan;
use crate::shape::Shape;
use crate::size::{Symbols, parse_size};
use crate::syntax::{self, Declaration, Generics};
use crate::weights::Weights;
use quote::quote;

/// Lowers a declaration. Layers whose words are not understood are left out or taken for what they nearly are.
pub(crate) fn lower(declaration: &Declaration, diagnostics: &mut Diagnostics) -> Network {
    let (attributes, scalar) = attributes::lower_attributes(declaration, diagnostics);
    let generics = &declaration.generics;
    let mut symbols = Symbols::new(&declaration.name);
    let mut checks = Vec::new();

    let (input, inputs) = inputs::lower_inputs(declaration, &mut symbols, &mut checks, diagnostics);
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

    let mut body = blocks::Lowering::new(&declaration.name, generics, &mut symbols, diagnostics);
    body.inputs = inputs;
    body.lower_network(&declaration.body);
    let mut layers = body.layers;
    for layer in &mut layers {
        if let LayerKind::User {
            path,
            ty,
            generic: true,
            ..
        } = &mut layer.kind
        {
            // A layer, or a network as one.
            *ty = quote!(<#path as ::chainrule::__private::AsLayer<#scalar>>::Layer);
        }
    }

    let budget = diagnostics.about_budget(|diagnostics| {
        let limits = declaration.settings.budget.iter().map(|limit| Limit {
            quantity: limit.quantity,
            span: limit.span,
            value: parse_size(&limit.value, generics, &mut symbols, diagnostics),
            unit: limit.unit,
        });
        limits.collect()
    });
    Network {
        attributes,
        visibility: declaration.visibility.clone(),
        name: declaration.name.clone(),
        generics: generics.clone(),
        scalar,
        input,
        input_place: declaration.inputs.place(),
        declared_output,
        layers,
        budget,
        weights: Weights {
            path: declaration.settings.weights.clone(),
            half: declaration.settings.weights_type,
            embedded: None,
        },
        symbols,
        checks,
        indices: Vec::new(),
        plan: Plan::default(),
        output_name: quote::format_ident!("{}Output", declaration.name),
        stream: Stream::default(),
        quantize: declaration.settings.quantize,
        quantized: None,
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
            catalogue::positive(which, "size", size, place, checks, diagnostics)
        })
        .collect();
    let lowered = Shape::Array(sizes);
    if lowered.is_too_large() {
        diagnostics.error(shape.place, "this shape is larger than any memory");
        return Shape::Unknown;
    }
    lowered
}
