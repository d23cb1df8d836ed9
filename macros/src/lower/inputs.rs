//! Inputs with names, and which body takes which. Each is a layer in front of all others, so that to take one is to take
//! the value of that layer. Value 0, the struct of all, no other layer takes.

use super::blocks::Lowering;
use super::layer::unread;
use super::lower_shape;
use super::tied;
use crate::catalogue;
use crate::diagnostics::Diagnostics;
use crate::model::{Check, Layer, LayerKind};
use crate::shape::{Heads, Shape};
use crate::size::Symbols;
use crate::suggest::{list, nearest};
use crate::syntax::{self, Block, BlockKind, Declaration, Inputs, Node, text_of};
use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt;

/// What the network takes, and the names where it has several inputs.
pub(super) fn lower_inputs<'a>(
    declaration: &'a Declaration,
    symbols: &mut Symbols,
    checks: &mut Vec<Check>,
    diagnostics: &mut Diagnostics,
) -> (Shape, Vec<&'a Ident>) {
    let generics = &declaration.generics;
    let mut lower = |shape| lower_shape(shape, "input", generics, symbols, checks, diagnostics);
    match &declaration.inputs {
        Inputs::One(shape) => (lower(shape), Vec::new()),
        Inputs::Named { shapes, .. } if shapes.is_empty() => (Shape::Unknown, Vec::new()),
        Inputs::Named { shapes, .. } => {
            let fields = shapes.iter();
            let fields = fields.map(|(name, shape)| (name.clone(), lower(shape)));
            let input = Shape::Heads(Heads {
                ty: format_ident!("{}Input", declaration.name),
                sizes: generics.sizes().cloned().collect(),
                path: Vec::new(),
                fields: fields.collect(),
            });
            (input, shapes.iter().map(|(name, _)| name).collect())
        }
    }
}

/// Adds the layers of the inputs. Returns the value that the layers of the network take: the only input, or that of all.
pub(super) fn push(lowering: &mut Lowering<'_>) -> usize {
    for (index, name) in lowering.inputs.clone().into_iter().enumerate() {
        lowering.push(Layer {
            text: name.to_string(),
            kind: LayerKind::Input(index),
            ..unread(name.span(), 0)
        });
    }
    match lowering.inputs.as_slice() {
        [_] => 1,
        _ => 0,
    }
}

/// The value that a body takes, and its layers: where it begins with the name of an input, that one.
pub(super) fn begin<'b>(
    lowering: &mut Lowering<'_>,
    body: &'b [Node],
    value: usize,
) -> (usize, &'b [Node]) {
    let Some((first, rest)) = body.split_first() else {
        return (value, body);
    };
    if let Node::Layer(layer) = first
        && let Some(input) = find(lowering, layer)
    {
        let (name, diagnostics) = (lowering.inputs[input], &mut lowering.diagnostics);
        if let Some(label) = &layer.label {
            diagnostics
                .error(label.span(), "an input takes no label")
                .help(format!("write `{name}`"));
        }
        if layer.arguments.is_some() {
            diagnostics
                .error(
                    layer.span(),
                    format!("`{name}` is an input, which takes no arguments"),
                )
                .help(format!("write `{name}`"));
        }
        return (input + 1, rest);
    }
    if value > 0 || lowering.inputs.is_empty() {
        return (value, body);
    }
    // The name of none is reported as such.
    let span = match first {
        Node::Layer(layer) if !is_name(layer) => Some((layer.span(), &layer.text)),
        Node::Block(block) if matches!(block.kind, BlockKind::Residual | BlockKind::Repeat) => {
            Some((block.span, &block.text))
        }
        // Each branch says it.
        Node::Block(_) => return (value, body),
        Node::Layer(_) | Node::Braces(_) | Node::Unread => None,
    };
    if let Some((span, text)) = span {
        missing(lowering, span, text);
    }
    (lowering.push(unread(lowering.network.span(), value)), body)
}

/// Branches that take nothing.
pub(super) fn check_ends(lowering: &mut Lowering<'_>, block: &Block, ends: &mut [usize]) {
    if lowering.inputs.is_empty() {
        return;
    }
    for end in ends.iter_mut().filter(|end| **end == 0) {
        missing(lowering, block.span, "Linear(8)");
        *end = lowering.push(unread(block.span, 0));
    }
}

fn missing(lowering: &mut Lowering<'_>, span: Span, text: &str) {
    let names = list_inputs(lowering);
    let first = lowering.inputs[0];
    let network = lowering.network;
    lowering
        .diagnostics
        .error(span, "this does not say which input it takes")
        .note(format!("the inputs of `{network}` are {names}"))
        .help(format!(
            "begin with the name of one, as in `{first}, {text}`"
        ));
}

/// Reports the name of an input that stands behind layers, and what looks like a name and is none.
pub(super) fn reject(lowering: &mut Lowering<'_>, layer: &syntax::Layer) -> bool {
    let name = text_of(&layer.path);
    if find(lowering, layer).is_some() {
        lowering
            .diagnostics
            .error(
                layer.span(),
                format!(
                    "the input `{name}` stands behind layers, so what they put out would be lost"
                ),
            )
            .help(format!(
                "begin with it, or join the two, as in `Concat {{ {{ Linear(8) }} {{ {name} }} }}`"
            ));
        return true;
    }
    if !is_name(layer) {
        return false;
    }
    let inputs = lowering.inputs.iter().map(ToString::to_string);
    let inputs: Vec<String> = inputs.collect();
    let near = nearest(&name, inputs.iter().map(String::as_str));
    if near.is_none() && nearest(&name, catalogue::names()).is_some() {
        return false;
    }
    let (network, names) = (lowering.network, list_inputs(lowering));
    let error = lowering
        .diagnostics
        .error(layer.span(), format!("there is no input `{name}`"));
    let own = format!("a layer of your own with this name is written `self::{name}`");
    match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if inputs.is_empty() => error.help(format!(
            "inputs get names where the network says what it takes: `{network}: {{ {name}: [8] }}`; {own}"
        )),
        None => error.help(format!("the inputs of `{network}` are {names}; {own}")),
    };
    true
}

/// Whether this is a single word in lower case, without arguments.
pub(super) fn is_name(layer: &syntax::Layer) -> bool {
    let lower = |name: &Ident| {
        let name = name.unraw().to_string();
        name.starts_with(char::is_lowercase) && name != tied::NAME
    };
    layer.arguments.is_none() && layer.path.get_ident().is_some_and(lower)
}

fn find(lowering: &Lowering<'_>, layer: &syntax::Layer) -> Option<usize> {
    let name = layer.path.get_ident()?.unraw();
    let mut inputs = lowering.inputs.iter();
    inputs.position(|input| input.unraw() == name)
}

fn list_inputs(lowering: &Lowering<'_>) -> String {
    let names: Vec<String> = lowering.inputs.iter().map(ToString::to_string).collect();
    list(names.iter().map(String::as_str))
}

/// That every input is taken, and that every layer's output is: `result` is what the network puts out.
pub(super) fn check_taken(lowering: &mut Lowering<'_>, result: usize) {
    let inputs = lowering.inputs.len();
    if inputs == 0 {
        return;
    }
    if result <= inputs {
        lowering
            .diagnostics
            .error(
                lowering.network.span(),
                "a network needs at least one layer",
            )
            .help("write the layers behind the name of the input, as in `{ state, Linear(8) }`");
    }
    let mut taken = vec![false; lowering.layers.len() + 1];
    taken[result] = true;
    for input in lowering.layers.iter().flat_map(|layer| &layer.inputs) {
        taken[*input] = true;
    }
    for (layer, taken) in lowering.layers.iter().zip(&taken[1..]) {
        if *taken {
            continue;
        }
        let text = &layer.text;
        match layer.kind {
            LayerKind::Input(_) => lowering
                .diagnostics
                .error(layer.span, format!("nothing takes the input `{text}`"))
                .help(format!(
                    "begin a branch with it, as in `Concat {{ {{ Linear(8) }} {{ {text} }} }}`, or remove it"
                )),
            _ => lowering
                .diagnostics
                .error(
                    layer.span,
                    format!("what `{text}` puts out is lost: what follows begins with an input"),
                )
                .help("join the two with `Concat`, `Add` or `Multiply`"),
        };
    }
}
