//! `train`: forward in order, the loss, backward in reverse.
//!
//! The arena holds, in this order: the inputs, what layers save (where `update_buffers` finds it), the other
//! activations, and two regions in which the gradients of neighbouring activations lie in turns.

use super::{
    Access, at, buffers_of, computes, emit_configuration, gradient, local, parameters_of, region,
    region_lengths, slot,
};
use crate::model::{Layer, Network};
use crate::passes::Form;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn emit_train(network: &Network) -> TokenStream {
    let mixed = Span::mixed_site();
    let schedule = &network.plan.training;
    let last = schedule.slots.len() - 1;
    let access = Access { network, schedule };

    let configurations = network
        .layers
        .iter()
        .zip(&schedule.steps)
        .filter(|(_, step)| computes(step.form))
        .map(|(layer, _)| emit_configuration(layer));
    let slots = emit_slots(network);
    let regions = region_lengths(network, schedule, 0..last + 1);
    let regions = regions.iter().enumerate().filter_map(|(index, len)| {
        let (region, len) = (region(index), len.as_ref()?);
        Some(quote_spanned!(mixed=> let #region = arena.take_elements(#len);))
    });

    let forward = network
        .layers
        .iter()
        .enumerate()
        .filter_map(|(index, layer)| emit_forward(&access, index, layer));

    let (outputs, d_outputs) = (slot(last), gradient(last));
    let d_outputs_view = emit_gradient(network, last);
    let stated_outputs = access.last(&outputs, false);
    let stated_d_outputs = access.last(&d_outputs, true);

    // Layers before the first one with parameters run backward only for the gradient of the inputs.
    let first = network.layers.iter().position(Layer::may_have_parameters);
    let split = first.unwrap_or(network.layers.len());
    let mut known = vec![false; last + 1];
    known[last] = true;
    let mut trained = Vec::new();
    for index in (split..network.layers.len()).rev() {
        trained.extend(emit_backward(
            &access,
            index,
            first == Some(index),
            &mut known,
        ));
    }
    let mut before = Vec::new();
    for index in (0..split).rev() {
        before.extend(emit_backward(&access, index, false, &mut known));
    }
    let d_inputs = gradient(0);
    // Without a layer that crosses over, the gradient of the output is that of the input.
    let inputs = quote_spanned!(mixed=> objective.inputs(#d_inputs););
    let inputs = if before.is_empty() {
        inputs
    } else {
        quote_spanned! {mixed=>
            if context.input_gradient {
                #(#before)*
                #inputs
            }
        }
    };
    quote_spanned! {mixed=>
        let (parameters, buffers) = (&self.__parameters, &self.__buffers);
        let __rt::Pass { gradients, mut arena, context } = pass;
        let groups = arena.groups();
        #(#configurations)*
        #slots
        #(#regions)*
        #(#forward)*
        #d_outputs_view
        objective.outputs(context.isa, #stated_outputs, #stated_d_outputs);
        #(#trained)*
        #inputs
    }
}

/// The slots and what is saved, in the order of the arena.
fn emit_slots(network: &Network) -> TokenStream {
    let mixed = Span::mixed_site();
    let (scalar, slots) = (&network.scalar, &network.plan.training.slots);
    let take = slots.iter().enumerate().map(|(index, shape)| {
        let (name, shape) = (slot(index), shape.ty(scalar));
        quote_spanned!(mixed=> let #name = arena.take::<#scalar, #shape>();)
    });
    let mut take = take.collect::<Vec<_>>().into_iter();
    let inputs = take.next();
    let saved = emit_saved(network);
    quote!(#inputs #saved #(#take)*)
}

/// `let saved3 = arena.take_elements(<L as Layer<f32>>::SAVED);` for each layer that may save.
pub(super) fn emit_saved(network: &Network) -> TokenStream {
    let scalar = &network.scalar;
    let saved = network.layers.iter().enumerate().filter(|(_, layer)| layer.may_save()).map(|(index, layer)| {
        let (saved, arena, ty) = (saved(index), local("arena"), &layer.ty);
        quote_spanned!(at(layer)=> let #saved = #arena.take_elements(<#ty as ::chainrule::Layer<#scalar>>::SAVED);)
    });
    saved.collect()
}

pub(super) fn saved(index: usize) -> Ident {
    local(&format!("saved{index}"))
}

/// `let d3 = __rt::view::<f32, [f32; 84], E>(odd, groups);`
fn emit_gradient(network: &Network, index: usize) -> TokenStream {
    let scalar = &network.scalar;
    let (name, region, shape) = (
        gradient(index),
        region(index),
        network.plan.training.slots[index].ty(scalar),
    );
    quote_spanned!(Span::mixed_site()=> let #name = __rt::view::<#scalar, #shape, __E>(#region, groups);)
}

fn emit_forward(access: &Access<'_>, index: usize, layer: &Layer) -> Option<TokenStream> {
    let (span, name, context) = (at(layer), &layer.local, local("context"));
    let (scalar, step) = (&access.network.scalar, access.schedule.steps[index]);
    let (from, to) = (slot(step.from), slot(step.to));
    match step.form {
        Form::View => None,
        Form::InPlace => {
            let place = access.input(index, &to, true);
            Some(quote_spanned!(span=> #name.apply::<__E>(#context.isa, #place);))
        }
        Form::Plain => {
            let (input, output) = (
                access.input(index, &from, false),
                access.output(index, &to, true),
            );
            let (parameters, buffers) = (parameters_of(layer), buffers_of(layer));
            let saved = match layer.may_save() {
                true => {
                    let saved = saved(index);
                    quote_spanned!(span=> &mut *#saved)
                }
                false => quote!(&mut []),
            };
            Some(quote_spanned! {span=>
                ::chainrule::Layer::<#scalar>::forward_training(
                    &#name,
                    #context.forward(&#name, #index, #parameters, #buffers, #saved),
                    #input,
                    #output,
                );
            })
        }
    }
}

/// The backward statement of a layer, and before it the gradient that it writes.
fn emit_backward(
    access: &Access<'_>,
    index: usize,
    first: bool,
    known: &mut [bool],
) -> Vec<TokenStream> {
    let (network, layer) = (access.network, &access.network.layers[index]);
    let (span, name, context) = (at(layer), &layer.local, local("context"));
    let (scalar, step) = (&network.scalar, access.schedule.steps[index]);
    let mut statements = Vec::new();
    match step.form {
        Form::View => {}
        Form::InPlace => {
            let (place, d_place) = (
                access.input(index, &slot(step.to), false),
                access.input(index, &gradient(step.to), true),
            );
            statements.push(
                quote_spanned!(span=> #name.apply_backward::<__E>(#context.isa, #place, #d_place);),
            );
        }
        Form::Plain => {
            if !std::mem::replace(&mut known[step.from], true) {
                statements.push(emit_gradient(network, step.from));
            }
            let (x, dx) = (
                access.input(index, &slot(step.from), false),
                access.input(index, &gradient(step.from), true),
            );
            let (y, dy) = (
                access.output(index, &slot(step.to), false),
                access.output(index, &gradient(step.to), false),
            );
            let parameters = parameters_of(layer);
            let gradients = match &layer.field {
                Some(field) if layer.may_have_parameters() => {
                    let gradients = local("gradients");
                    quote!(&mut #gradients.#field)
                }
                _ => quote!(&mut ()),
            };
            let saved = match layer.may_save() {
                true => {
                    let saved = saved(index);
                    quote_spanned!(span=> &*#saved)
                }
                false => quote!(&[]),
            };
            let function = local(if first { "backward_first" } else { "backward" });
            statements.push(quote_spanned! {span=>
                ::chainrule::Layer::<#scalar>::backward_training(
                    &#name,
                    #context.#function(&#name, #index, #parameters, #gradients, #saved),
                    #x,
                    #y,
                    #dy,
                    #dx,
                );
            });
        }
    }
    statements
}

/// `TRAINING_ELEMENTS`: the sum of everything that `train` takes from its arena.
pub(super) fn emit_elements(network: &Network) -> TokenStream {
    let (scalar, schedule) = (&network.scalar, &network.plan.training);
    let mut parts: Vec<TokenStream> = schedule.slots.iter().map(|slot| slot.len(scalar)).collect();
    parts.extend(
        network
            .layers
            .iter()
            .filter(|layer| layer.may_save())
            .map(|layer| {
                let ty = &layer.ty;
                quote_spanned!(at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::SAVED)
            }),
    );
    parts.extend(
        region_lengths(network, schedule, 0..schedule.slots.len())
            .into_iter()
            .flatten(),
    );
    quote!(__rt::sum(&[#(#parts),*]))
}
