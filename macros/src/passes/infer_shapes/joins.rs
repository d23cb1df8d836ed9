//! The shapes at the ends of blocks.

use crate::catalogue::{Inferred, origin};
use crate::diagnostics::Diagnostics;
use crate::model::{Check, Count, Join, Network};
use crate::shape::{Heads, Shape, camel_case};
use crate::size::{Size, Unworkable};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// What comes out of a join.
pub(super) fn infer_join(
    network: &mut Network,
    index: usize,
    join: Join,
    diagnostics: &mut Diagnostics,
) -> Inferred {
    let inputs = network.layers[index].inputs.clone();
    if join != Join::Heads && takes_heads(network, index, diagnostics) {
        return unknown();
    }
    let output = match join {
        Join::Add | Join::Multiply => same(network, index, &inputs, diagnostics),
        Join::Concat { dim } => concatenated(network, index, &inputs, dim, diagnostics),
        Join::Heads => heads(network, index, &inputs, diagnostics),
    };
    Inferred {
        output,
        ..unknown()
    }
}

/// A field of what the network takes.
pub(super) fn field(input: &Shape, field: usize) -> Inferred {
    let output = match input {
        Shape::Heads(heads) => heads.fields.get(field).map(|(_, shape)| shape.clone()),
        Shape::Array(_) | Shape::Output(_) | Shape::Unknown => None,
    };
    Inferred {
        output: output.unwrap_or(Shape::Unknown),
        ..unknown()
    }
}

/// What comes out of a join behind a mistake.
pub(super) fn unknown() -> Inferred {
    Inferred {
        output: Shape::Unknown,
        ty: TokenStream::new(),
        value: TokenStream::new(),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}

/// Whether a block would have to go on behind `Heads` inside it: reported.
fn takes_heads(network: &Network, index: usize, diagnostics: &mut Diagnostics) -> bool {
    let layer = &network.layers[index];
    let heads = |input: &&usize| matches!(network.value(**input), Shape::Heads(_));
    let Some(input) = layer.inputs.iter().find(heads) else {
        return false;
    };
    let kind = layer.text.split('(').next().unwrap_or_default();
    let text = format!("`{kind}` goes on behind `Heads`, which ends a network");
    diagnostics
        .error(layer.span, text)
        .note(origin(network, *input))
        .help("move the block into the heads, or `Heads` behind the block");
    true
}

/// Sums and products take values of one shape.
fn same(
    network: &mut Network,
    index: usize,
    inputs: &[usize],
    diagnostics: &mut Diagnostics,
) -> Shape {
    let layer = &network.layers[index];
    let (span, text) = (layer.span, layer.text.clone());
    let kind = text.split('(').next().unwrap_or_default().to_owned();
    let first = network.value(inputs[0]).clone();
    for other in &inputs[1..] {
        let shape = network.value(*other).clone();
        match first.same(&shape) {
            Some(true) => {}
            Some(false) => {
                let projected = text.contains("project");
                let (text, help) = match (kind.as_str(), projected) {
                    ("Residual", false) => (
                        format!(
                            "`Residual` adds its input {shape} to {first}, which its layers put out"
                        ),
                        format!(
                            "let the layers put out {shape}, or project the input: `Residual(project = …) {{ … }}`"
                        ),
                    ),
                    ("Residual", true) => (
                        format!(
                            "`Residual` adds {shape}, which `project` puts out, to {first}, which its layers put out"
                        ),
                        format!("let both put out {first}"),
                    ),
                    _ => (
                        format!(
                            "the branches of `{kind}` put out {first} and {shape}, but must agree"
                        ),
                        "let all branches put out one shape".into(),
                    ),
                };
                let (a, b) = (origin(network, inputs[0]), origin(network, *other));
                let error = diagnostics.error(span, text);
                error.note(a).note(b).help(help);
                return first;
            }
            None => {
                let scalar = &network.scalar;
                let (a, b) = (first.ty(scalar), shape.ty(scalar));
                let origin = origin(network, *other);
                network.checks.push(Check {
                    place: span.into(),
                    call: quote!(::chainrule::__private::check_input(
                        #text,
                        <#a as ::chainrule::Shape>::DIMS,
                        <#b as ::chainrule::Shape>::DIMS,
                        #origin
                    )),
                });
            }
        }
    }
    first
}

/// Values that agree in all dimensions but one.
fn concatenated(
    network: &mut Network,
    index: usize,
    inputs: &[usize],
    dim: usize,
    diagnostics: &mut Diagnostics,
) -> Shape {
    let span = network.layers[index].span;
    let kind = match network.layers[index].text.split('(').next() {
        Some("Bilinear") => "Bilinear",
        _ => "Concat",
    };
    let mut shapes = Vec::new();
    for input in inputs {
        match network.value(*input) {
            Shape::Array(sizes) if kind == "Bilinear" && sizes.len() != 1 => {
                let text = format!(
                    "`Bilinear` takes two vectors, but one of its branches puts out {}",
                    network.value(*input)
                );
                diagnostics
                    .error(span, text)
                    .note(origin(network, *input))
                    .help("end the branch with `Flatten`");
                return Shape::Unknown;
            }
            Shape::Array(sizes) => shapes.push(sizes.clone()),
            Shape::Unknown => return Shape::Unknown,
            Shape::Heads(_) => return Shape::Unknown,
            Shape::Output(output) => {
                let text = format!(
                    "`{kind}` needs to know the sizes that `{}` puts out",
                    output.text
                );
                diagnostics.error(span, text).help(
                    "put a built-in layer or `Reshape` behind it, so that the sizes are known here",
                );
                return Shape::Unknown;
            }
        }
    }
    let first = shapes[0].clone();
    let Some(_) = first.get(dim) else {
        let (count, origin) = (first.len(), origin(network, inputs[0]));
        diagnostics
            .error(span, format!("there is no dimension {dim} among {count}"))
            .note(origin)
            .help("the sample's dimensions count from 0");
        return Shape::Unknown;
    };
    for (input, shape) in inputs.iter().zip(&shapes).skip(1) {
        let agrees = shape.len() == first.len()
            && shape
                .iter()
                .zip(&first)
                .enumerate()
                .all(|(at, (a, b))| at == dim || a.same(b) != Some(false));
        if !agrees {
            let (a, b) = (origin(network, inputs[0]), origin(network, *input));
            diagnostics
                .error(
                    span,
                    format!(
                        "the branches of `Concat` put out {} and {}, which differ not only in dimension {dim}",
                        Shape::Array(first.clone()),
                        Shape::Array(shape.clone())
                    ),
                )
                .note(a)
                .note(b);
            return Shape::Unknown;
        }
    }
    let parts: Vec<Size> = shapes.iter().map(|shape| shape[dim].clone()).collect();
    let mut sizes = first;
    sizes[dim] = match network.symbols.sum(&parts) {
        Ok(size) => size,
        Err(Unworkable::Overflow) => {
            diagnostics.error(span, format!("`{kind}` joins more than any memory holds"));
            Size::Unknown
        }
        Err(Unworkable::Generic) => {
            diagnostics
                .error(
                    span,
                    format!("stable Rust has no arithmetic of generic sizes, and `{kind}` needs it to add up its branches"),
                )
                .help("make the sizes literals or `const` items");
            Size::Unknown
        }
    };
    Shape::Array(sizes)
}

/// A struct of what the branches put out.
fn heads(
    network: &Network,
    index: usize,
    inputs: &[usize],
    diagnostics: &mut Diagnostics,
) -> Shape {
    let layer = &network.layers[index];
    let mut fields = Vec::new();
    for (name, input) in layer.heads.iter().zip(inputs) {
        match network.value(*input) {
            shape @ (Shape::Array(_) | Shape::Heads(_)) => {
                fields.push((name.clone(), shape.clone()));
            }
            Shape::Unknown => return Shape::Unknown,
            shape @ Shape::Output(_) => {
                diagnostics
                    .error(
                        name.span(),
                        format!("a head puts out an array, but `{name}` puts out {shape}"),
                    )
                    .help("put a built-in layer or `Reshape` behind it");
                return Shape::Unknown;
            }
        }
    }
    let mut ty = network.output_name.clone();
    for head in &layer.heads_around {
        ty = format_ident!("{ty}{}", camel_case(head));
    }
    Shape::Heads(Heads {
        ty,
        path: layer.heads_around.clone(),
        sizes: network.generics.sizes().cloned().collect(),
        fields,
    })
}

/// Every repetition takes what the one before it takes.
pub(super) fn check_repetition(network: &Network, index: usize, diagnostics: &mut Diagnostics) {
    let layer = &network.layers[index];
    let Some((previous, span)) = layer.repeats else {
        return;
    };
    let (takes, comes) = (
        &network.layers[previous].input,
        network.value(layer.inputs[0]),
    );
    if takes.same(comes) == Some(false) {
        let origin = origin(network, layer.inputs[0]);
        diagnostics
            .error(
                span,
                format!("`Repeat` needs layers that put out what they take, but these take {takes} and put out {comes}"),
            )
            .note(origin)
            .help(format!("end the block with a layer that puts out {takes}"));
    }
}
