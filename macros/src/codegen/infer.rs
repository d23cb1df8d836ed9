//! `infer`: the forward function. Activations lie in regions of the scratch, which they use in turns; the last one is the
//! output.

use super::{
    Access, at, buffers_of, emit_configuration, half, inputs, joins, local, parameters_of, region,
    region_lengths, slot,
};
use crate::model::Network;
use crate::passes::Form;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// What a forward function is for.
#[derive(Clone, Copy, PartialEq)]
enum Variant {
    Whole,
    /// The input is what the first layer would put out.
    WithoutFirst,
    /// Parameters are one slice of numbers of 16 bits.
    Half,
    /// Nothing is rounded that is to be, and ranges are taken in.
    Observing,
}

pub(super) fn emit_infer(network: &Network) -> TokenStream {
    emit(network, Variant::Whole)
}

/// The same, where the input is what the first layer would put out.
pub(super) fn emit_infer_from(network: &Network) -> TokenStream {
    emit(network, Variant::WithoutFirst)
}

/// The same, with parameters of 16 bits.
pub(super) fn emit_infer_half(network: &Network) -> TokenStream {
    emit(network, Variant::Half)
}

/// The same of a network whose weights and activations are to be rounded: nothing is, and ranges are taken in.
pub(super) fn emit_observe(network: &Network) -> TokenStream {
    emit(network, Variant::Observing)
}

fn emit(network: &Network, variant: Variant) -> TokenStream {
    let mixed = Span::mixed_site();
    let schedule = &network.plan.inference;
    let (scalar, last) = (&network.scalar, schedule.output);
    let access = Access { network, schedule };
    let lengths = region_lengths(network, schedule).into_iter().enumerate();
    let regions = lengths.map(|(index, len)| {
        let region = region(index);
        quote_spanned!(mixed=> let #region = scratch.take_elements(#len);)
    });
    let saved = saved_length(network)
        .map(|len| quote_spanned!(mixed=> let saved = scratch.take_elements(#len);));

    // The last slot, in the shape in which the layers write it; the type may state it in other words.
    let output = slot(last);
    let (stated, written) = (network.output(), &schedule.slots[last]);
    let output = (stated.ty(scalar).to_string() != written.ty(scalar).to_string()).then(|| {
        let (known, stated, written) = (
            super::lengths_known(stated, written),
            stated.ty(scalar),
            written.ty(scalar),
        );
        let place = super::cast(&output, &stated, &written, known, true);
        quote_spanned!(mixed=> let #output = #place;)
    });

    let mut statements = Vec::new();
    for (index, (layer, step)) in network.layers.iter().zip(&schedule.steps).enumerate() {
        if step.form == Form::View {
            continue;
        }
        let (span, name, isa) = (at(layer), &layer.local, local("isa"));
        let (from, to) = (slot(step.from[0]), slot(step.to));
        if let (Form::Plain, Some(region)) = (step.form, schedule.regions[step.to]) {
            let (region, shape) = (super::region(region), schedule.slots[step.to].ty(scalar));
            let groups = local("groups");
            statements.push(quote_spanned!(span=> let #to = __rt::view::<#scalar, #shape, __E>(#region, #groups);));
        }
        if variant == Variant::WithoutFirst && index == 0 {
            statements.push(quote_spanned! {span=>
                for (to, from) in #to.iter_mut().zip(#from) {
                    *to = *from;
                }
            });
            continue;
        }
        if let Some(field) = inputs::emit_slot(network, schedule, index) {
            statements.push(field);
            continue;
        }
        if let Some(join) = joins::Site::new(&access, index) {
            statements.push(join.forward());
            continue;
        }
        statements.push(emit_configuration(layer));
        if step.form == Form::InPlace {
            let place = access.input(index, &to, true);
            statements.push(quote_spanned!(span=> #name.apply::<__E>(#isa, #place);));
            continue;
        }
        let input = access.input(index, &from, false);
        if variant == Variant::Observing
            && let Some(observation) =
                super::quantized::emit_observation(network, index, &input, &to)
        {
            statements.push(observation);
            continue;
        }
        let (parameters, buffers) = (parameters_of(layer), buffers_of(layer));
        if layer.remembers() {
            let state = super::state(index);
            if variant == Variant::Half {
                let owner = layer.tied.as_ref().map_or(index, |tied| tied.to);
                let (weights, room) = (half::emit_weights(owner), local("room"));
                statements.push(quote_spanned! {span=>
                    __rt::stream_step_half(&#name, #isa, #weights, #state, #room, #input, &mut *#to);
                });
                continue;
            }
            statements.push(quote_spanned! {span=>
                __rt::stream_step::<#scalar, _, __E>(&#name, #isa, #parameters, #state, #input, &mut *#to);
            });
            continue;
        }
        let saved = if layer.may_save_in_inference() {
            let (ty, saved) = (&layer.ty, local("saved"));
            quote_spanned!(span=> __rt::room(#saved, <#ty as ::chainrule::Layer<#scalar>>::SAVED_IN_INFERENCE))
        } else {
            quote!(&mut [])
        };
        if variant == Variant::Half && layer.may_have_parameters() {
            let owner = layer.tied.as_ref().map_or(index, |tied| tied.to);
            let (weights, room) = (half::emit_weights(owner), local("room"));
            statements.push(quote_spanned! {span=>
                __rt::forward_half(&#name, #isa, #weights, #buffers, #saved, #room, #input, &mut *#to);
            });
            continue;
        }
        statements.push(quote_spanned! {span=>
            __rt::forward::<#scalar, _, __E>(
                &#name,
                __rt::inference(#isa, &#name, #parameters, #buffers, #saved),
                #input,
                &mut *#to,
            );
        });
    }
    quote_spanned! {mixed=>
        let groups = scratch.groups();
        #(#regions)*
        #saved
        #output
        #(#statements)*
    }
}

/// The most that a layer saves in inference; they use the same room one after the other.
pub(super) fn saved_length(network: &Network) -> Option<TokenStream> {
    let scalar = &network.scalar;
    let lengths: Vec<TokenStream> = network
        .layers
        .iter()
        .filter(|layer| layer.may_save_in_inference())
        .map(|layer| {
            let ty = &layer.ty;
            quote_spanned!(at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::SAVED_IN_INFERENCE)
        })
        .collect();
    match lengths.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(quote!(__rt::max(&[#(#several),*]))),
    }
}
