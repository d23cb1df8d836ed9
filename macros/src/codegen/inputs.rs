//! Inputs with names: the struct that a network takes, and its fields as slots.

use super::heads::{emit_record, emit_record_shape};
use super::{at, gradient, slot};
use crate::model::{LayerKind, Network};
use crate::passes::Schedule;
use crate::shape::{Heads, Shape};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

fn inputs(network: &Network) -> Option<&Heads> {
    match &network.input {
        Shape::Heads(inputs) => Some(inputs),
        Shape::Array(_) | Shape::Output(_) | Shape::Unknown => None,
    }
}

/// The struct, generic over its elements, so that it holds one sample or a lane group.
pub(super) fn emit_struct(network: &Network) -> Option<TokenStream> {
    let doc = format!(" What [`{}`] takes.", network.name);
    Some(emit_record(network, inputs(network)?, &doc))
}

/// What makes it a shape.
pub(super) fn emit_shape(network: &Network) -> Option<TokenStream> {
    let fields = emit_record_shape(network, inputs(network)?);
    Some(quote!(__rt::fields!(#fields);))
}

/// `let x1 = __rt::field::<f32, CriticInput<f32>, [f32; 8], E>(&*x0, 0, x1);`, where `x1` is memory for a copy.
pub(super) fn emit_slot(
    network: &Network,
    schedule: &Schedule,
    index: usize,
) -> Option<TokenStream> {
    let (layer, offset) = (&network.layers[index], offset(network, index)?);
    let (scalar, step) = (&network.scalar, &schedule.steps[index]);
    let (from, to) = (slot(step.from[0]), slot(step.to));
    let (whole, part) = (network.input.ty(scalar), layer.output.ty(scalar));
    Some(quote_spanned! {at(layer)=>
        let #to = __rt::field::<#scalar, #whole, #part, __E>(&*#from, #offset, #to);
    })
}

/// The statement of the backward pass, which writes the field of the gradient.
pub(super) fn emit_backward(
    network: &Network,
    schedule: &Schedule,
    index: usize,
) -> Option<TokenStream> {
    let (layer, offset) = (&network.layers[index], offset(network, index)?);
    let (scalar, step) = (&network.scalar, &schedule.steps[index]);
    let (dx, dy) = (gradient(step.from[0]), gradient(step.to));
    let (whole, part) = (network.input.ty(scalar), layer.output.ty(scalar));
    let (width, len) = (network.input.len(scalar), layer.output.len(scalar));
    Some(quote_spanned! {at(layer)=>
        __rt::place(
            <#whole as ::chainrule::Shape>::flat_mut::<__E>(&mut *#dx),
            #width,
            #offset,
            <#part as ::chainrule::Shape>::flat::<__E>(&*#dy),
            #len,
        );
    })
}

/// How many elements the inputs before one have; of a layer that is none, nothing.
fn offset(network: &Network, index: usize) -> Option<TokenStream> {
    let LayerKind::Input(field) = network.layers[index].kind else {
        return None;
    };
    let before = inputs(network)?.fields.iter().take(field);
    let before = before.map(|(_, shape)| shape.len(&network.scalar));
    Some(quote!(__rt::sum(&[#(#before),*])))
}
