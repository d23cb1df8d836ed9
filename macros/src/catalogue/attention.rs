//! `MultiheadAttention(heads, causal = false, bias = true, dropout = 0.0, window = all)`

use super::arguments::{Accepts, Argument};
use super::dropout::check_probability;
use super::stream::{Moment, Refusal, Step, refuse, refuse_with};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::{Check, Count};
use crate::shape::Shape;
use crate::size::Size;
use crate::weights::Tensor;
use quote::quote;

pub(super) const HEADS: Argument = Argument::required("heads", Accepts::Size);
pub(super) const CAUSAL: Argument = Argument::option("causal", Accepts::Bool);
pub(super) const BIAS: Argument = Argument::option("bias", Accepts::Bool);
pub(super) const DROPOUT: Argument = Argument::option("dropout", Accepts::Float);
pub(super) const WINDOW: Argument = Argument::option("window", Accepts::Size);

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "MultiheadAttention",
    arguments: &[HEADS, CAUSAL, BIAS, DROPOUT, WINDOW],
    facts: FACTS,
    infer,
}];

pub(super) const FACTS: Facts = Facts {
    parameters: true,
    saves: true,
    saves_in_inference: true,
    stream: step,
    ..PLAIN
};

/// In a stream.
static STEP: Kind = Kind {
    name: "MultiheadAttention",
    arguments: &[],
    facts: Facts {
        parameters: true,
        remembers: true,
        ..PLAIN
    },
    infer: infer_step,
};

fn step(moment: &Moment<'_>) -> Result<Step, Refusal> {
    if moment.time != 0 {
        return refuse("mixes the steps: it takes its second dimension for the features");
    }
    if !moment.arguments.flag("causal", false) {
        return refuse_with("looks at later steps", "write `causal = true`");
    }
    let mut step = moment.becomes(&STEP);
    if step.arguments.get("window").is_none() {
        step.arguments.set_size("window", moment.length.clone());
    }
    Ok(step)
}

/// `[features]`, kept: one step.
fn infer_step(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let features = site.vector();
    let (heads, span) = (arguments.size("heads"), arguments.size("window"));
    let triple = site.derive(|symbols| symbols.product(&[Size::Known(3), features.clone()]));
    let [bias, triple_bias] = biases(arguments, &features, &triple);
    let step = quote!(::chainrule::layers::AttentionStep);
    Inferred::plain(
        quote!(#step<#features, #heads, #span, #triple, #bias, #triple_bias>),
        step,
        Shape::Array(vec![features]),
    )
}

/// How many numbers the biases of both projections have.
fn biases(arguments: &Arguments, features: &Size, triple: &Size) -> [Size; 2] {
    match arguments.flag("bias", true) {
        true => [features.clone(), triple.clone()],
        false => [Size::Known(0), Size::Known(0)],
    }
}

/// `[length, features]`, kept.
pub(super) fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [length, features] = site.steps();
    let heads = heads(site, arguments, &features);
    let span = span(site, arguments, &length);
    check_probability(site, arguments, "dropout");
    let triple = site.derive(|symbols| symbols.product(&[Size::Known(3), features.clone()]));
    let [bias, triple_bias] = biases(arguments, &features, &triple);
    let (causal, dropout) = (
        arguments.flag("causal", false),
        arguments.float("dropout", 0.0),
    );
    let shape = [length.clone(), features.clone()];
    Inferred {
        ty: quote!(::chainrule::layers::MultiheadAttention<#length, #features, #heads, #span, #triple, #bias, #triple_bias>),
        value: quote!(::chainrule::layers::MultiheadAttention::new(#causal, #dropout)),
        output: Shape::Array(shape.to_vec()),
        tensors: vec![
            Tensor::outputs_innermost("in_proj_weight", [triple, features.clone()]),
            Tensor::new("in_proj_bias", [triple_bias.clone()]),
            Tensor::outputs_innermost("out_proj.weight", [features.clone(), features.clone()]),
            Tensor::new("out_proj.bias", [bias.clone()]),
        ],
        parameters: Count::Sum(vec![
            vec![Size::Known(4), features.clone(), features.clone()],
            vec![bias],
            vec![triple_bias],
        ]),
        macs: Count::Sum(vec![
            vec![
                Size::Known(4),
                length.clone(),
                features.clone(),
                features.clone(),
            ],
            vec![Size::Known(2), length, features, span],
        ]),
    }
}

/// How many heads; they must divide the features.
fn heads(site: &mut Site<'_>, arguments: &Arguments, features: &Size) -> Size {
    let place = arguments.place("heads");
    let heads = site.positive("heads", arguments.size("heads"), place);
    let place = place.unwrap_or(site.span.into());
    match (features, &heads) {
        (_, Size::Known(1)) | (Size::Unknown, _) | (_, Size::Unknown) => heads,
        (Size::Known(known), Size::Known(count)) => {
            if known.is_multiple_of(*count) {
                return heads;
            }
            site.diagnostics
                .error(
                    place,
                    format!("{count} heads do not divide the {known} features that arrive"),
                )
                .note(site.origin)
                .help(
                    "each head works on as many of the features: choose a number that divides them",
                );
            Size::Unknown
        }
        (features, count) => {
            let call = quote!(::chainrule::__private::check_heads(#features, #count));
            site.checks.push(Check { place, call });
            heads
        }
    }
}

/// How many positions one sees at most.
fn span(site: &mut Site<'_>, arguments: &Arguments, length: &Size) -> Size {
    let Some(place) = arguments.place("window") else {
        return length.clone();
    };
    if !arguments.flag("causal", false) {
        site.diagnostics
            .error(
                place,
                "`window` says how many of the last positions one sees, and needs `causal = true`",
            )
            .help("add `causal = true`, or remove `window`");
        return length.clone();
    }
    let window = site.positive("window", arguments.size("window"), Some(place));
    match (&window, length) {
        (Size::Known(window), Size::Known(length)) => Size::Known(*window.min(length)),
        _ => window,
    }
}
