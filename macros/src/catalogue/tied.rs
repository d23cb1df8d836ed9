//! `tied(label, transposed = true)`: what the weights of a layer are the other way round

use super::arguments::Value;
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site, stream};
use crate::diagnostics::Place;
use crate::model::{Count, Layer, LayerKind};
use crate::shape::Shape;
use crate::size::Size;
use proc_macro2::Span;
use quote::quote;

/// Not in the catalogue: `lower::tied` names it.
static TRANSPOSED: Kind = Kind {
    name: "tied",
    arguments: &[],
    facts: Facts {
        parameters: true,
        stream: stream::along_the_last,
        ..PLAIN
    },
    infer,
};

/// Of a layer with a matrix.
pub(crate) fn transposed(layer: &Layer) -> Option<LayerKind> {
    let LayerKind::BuiltIn(kind, arguments) = &layer.kind else {
        return None;
    };
    let mut sizes = Arguments::default();
    let mut push = |name, value| {
        let place = Place::from(Span::call_site());
        sizes.values.push((name, value, place));
    };
    match kind.name {
        "Linear" => {
            push("in", Value::Size(arguments.size("out")));
            push("out", Value::LastSizeOf(layer.inputs[0]));
            push("bias", Value::Bool(arguments.flag("bias", true)));
            push("linear", Value::Bool(true));
        }
        "Embedding" => {
            push("in", Value::Size(arguments.size("embedding_dim")));
            push("out", Value::Size(arguments.size("num_embeddings")));
        }
        _ => return None,
    }
    Some(LayerKind::BuiltIn(&TRANSPOSED, sizes))
}

/// `[in] → [out]`, or the same at every step of a sequence.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let (from, to) = (arguments.size("in"), arguments.size("out"));
    let (length, found) = match site.input {
        Shape::Array(sizes) if sizes.len() == 2 => (Some(sizes[0].clone()), sizes[1].clone()),
        _ => (None, site.vector()),
    };
    if found.same(&from) == Some(false) {
        let text = format!(
            "`{}` has the other layer's weights transposed and takes {from} numbers, but receives {}",
            site.called, site.input
        );
        site.misfit(text);
    }
    let scalar = site.scalar;
    let parameters = if arguments.flag("linear", false) {
        let bias = match arguments.flag("bias", true) {
            true => from.clone(),
            false => Size::Known(0),
        };
        quote!(::chainrule::layers::LinearParameters<#scalar, #to, #from, #bias>)
    } else {
        quote!(::chainrule::layers::EmbeddingParameters<#scalar, #to, #from>)
    };
    let output = Shape::Array(match &length {
        Some(length) => vec![length.clone(), to.clone()],
        None => vec![to.clone()],
    });
    let (input, result) = (site.input.ty(scalar), output.ty(scalar));
    Inferred {
        ty: quote!(::chainrule::layers::Transposed<#parameters, #input, #result>),
        value: quote!(::core::default::Default::default()),
        output,
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::product([length.unwrap_or(Size::Known(1)), from, to]),
    }
}
