//! `train`: forward in order, the loss, backward in reverse.
//!
//! The arena holds, in this order: the inputs, what layers save (where `update_buffers` finds it), the other
//! activations, and the regions that gradients of activations use in turns.

use super::{
    Access, at, buffers_of, computes, emit_configuration, gradient, inputs, joins, local,
    parameters_of, region, region_lengths, slot,
};
use crate::model::{Layer, LayerKind, Network};
use crate::passes::Form;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn emit_train(network: &Network) -> TokenStream {
    let mixed = Span::mixed_site();
    let schedule = &network.plan.training;
    let access = Access { network, schedule };

    let configurations = network
        .layers
        .iter()
        .zip(&schedule.steps)
        .filter(|(layer, step)| computes(layer, step.form))
        .map(|(layer, _)| emit_configuration(layer));
    let slots = emit_slots(network);
    let lengths = region_lengths(network, schedule).into_iter().enumerate();
    let regions = lengths.map(|(index, len)| {
        let region = region(index);
        quote_spanned!(mixed=> let #region = arena.take_elements(#len);)
    });
    let beside = beside_length(network)
        .map(|len| quote_spanned!(mixed=> let beside = arena.take_elements(#len);));
    // Where the ends of blocks find the instruction set.
    let isa = network
        .layers
        .iter()
        .any(|layer| matches!(layer.kind, LayerKind::Join(_)))
        .then(|| quote_spanned!(mixed=> let isa = context.isa;));

    let fields =
        (0..network.layers.len()).filter_map(|index| inputs::emit_slot(network, schedule, index));
    let forward = network
        .layers
        .iter()
        .enumerate()
        .filter_map(|(index, layer)| emit_forward(&access, index, layer));

    let (outputs, d_outputs) = (slot(schedule.output), gradient(schedule.output));
    let d_outputs_view = emit_gradient(network, schedule.output);
    let stated_outputs = access.last(&outputs, false);
    let stated_d_outputs = access.last(&d_outputs, true);

    let mut known = vec![false; schedule.slots.len()];
    known[schedule.output] = true;
    let trained = trained(network);
    let backward: Vec<TokenStream> = (0..network.layers.len())
        .rev()
        .map(|index| emit_backward(&access, index, &trained, &mut known))
        .collect();
    // Without a layer that crosses over, the gradient of the output is that of the input.
    let d_inputs = gradient(0);
    quote_spanned! {mixed=>
        let __rt::Pass { mut weights, buffers, mut arena, context } = pass;
        let parameters = weights.parameters();
        let groups = arena.groups();
        #isa
        #(#configurations)*
        #slots
        #(#regions)*
        #beside
        #(#fields)*
        if let ::core::option::Option::Some(buffers) = buffers {
            #(#forward)*
        }
        #d_outputs_view
        if !objective.outputs(context.isa, #stated_outputs, #stated_d_outputs) {
            return;
        }
        #(#backward)*
        objective.inputs(#d_inputs);
    }
}

/// Whether each value depends on a trained one, so that its gradient is wanted in any case. That of another is only
/// computed when the gradient of the inputs is asked for.
fn trained(network: &Network) -> Vec<bool> {
    let mut trained = vec![false];
    for layer in &network.layers {
        let input = layer.inputs.iter().any(|input| trained[*input]);
        trained.push(input || layer.trains());
    }
    trained
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

/// `let d3 = __rt::view::<f32, [f32; 84], E>(region1, groups);`
fn emit_gradient(network: &Network, index: usize) -> TokenStream {
    let (scalar, schedule) = (&network.scalar, &network.plan.training);
    let (name, shape) = (gradient(index), schedule.slots[index].ty(scalar));
    let region = region(schedule.regions[index].unwrap_or_default());
    quote_spanned!(Span::mixed_site()=> let #name = __rt::view::<#scalar, #shape, __E>(#region, groups);)
}

fn emit_forward(access: &Access<'_>, index: usize, layer: &Layer) -> Option<TokenStream> {
    let (span, name, context) = (at(layer), &layer.local, local("context"));
    let (scalar, step) = (&access.network.scalar, &access.schedule.steps[index]);
    if let Some(join) = joins::Site::new(access, index) {
        return Some(join.forward());
    }
    if let LayerKind::Input(_) = layer.kind {
        return None;
    }
    let (from, to) = (slot(step.from[0]), slot(step.to));
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
            let frozen = frozen(layer);
            Some(quote_spanned! {span=>
                __rt::forward_training::<#scalar, _, __E>(
                    &#name,
                    #context #frozen.forward(&#name, #index, #parameters, #buffers, #saved),
                    #input,
                    #output,
                );
            })
        }
    }
}

/// The backward statements of a layer, and before them the gradients that it is the first to write.
fn emit_backward(
    access: &Access<'_>,
    index: usize,
    trained: &[bool],
    known: &mut [bool],
) -> TokenStream {
    let (network, layer) = (access.network, &access.network.layers[index]);
    let (span, name, context) = (at(layer), &layer.local, local("context"));
    let step = &access.schedule.steps[index];
    let mut statements = Vec::new();
    for from in &step.from {
        if step.form != Form::View && !std::mem::replace(&mut known[*from], true) {
            statements.push(emit_gradient(network, *from));
        }
    }
    // Nobody needs it but who asked for the gradient of the inputs.
    let asked = |input: usize, statement: TokenStream| match trained[layer.inputs[input]] {
        true => statement,
        false if statement.is_empty() => statement,
        false => quote_spanned!(span=> if #context.input_gradient { #statement }),
    };
    if let Some(field) = inputs::emit_backward(network, access.schedule, index) {
        statements.push(asked(0, field));
        return quote!(#(#statements)*);
    }
    if let Some(join) = joins::Site::new(access, index) {
        // In place, the first input may be another than the declaration's first.
        let inputs = 0..step.from.len();
        statements.extend(inputs.map(|input| asked(join.declared(input), join.backward(input))));
        return quote!(#(#statements)*);
    }
    let backward = match step.form {
        Form::View => TokenStream::new(),
        Form::InPlace => {
            let (place, d_place) = (
                access.input(index, &slot(step.to), false),
                access.input(index, &gradient(step.to), true),
            );
            asked(
                0,
                quote_spanned!(span=> #name.apply_backward::<__E>(#context.isa, #place, #d_place);),
            )
        }
        Form::Plain => emit_backward_call(access, index, trained),
    };
    statements.push(backward);
    quote!(#(#statements)*)
}

/// The call of a layer's backward function.
fn emit_backward_call(access: &Access<'_>, index: usize, trained: &[bool]) -> TokenStream {
    let (network, layer) = (access.network, &access.network.layers[index]);
    let (span, name, context) = (at(layer), &layer.local, local("context"));
    let (scalar, step) = (&network.scalar, &access.schedule.steps[index]);
    let (from, adds) = (step.from[0], step.adds[0]);
    let shape = access.schedule.slots[from].ty(scalar);
    let d_from = gradient(from);
    // Beside what others have written, and then added.
    let place = match adds {
        true => local("place"),
        false => d_from.clone(),
    };
    let (x, dx) = (
        access.input(index, &slot(from), false),
        access.input(index, &place, true),
    );
    let (y, dy) = (
        access.output(index, &slot(step.to), false),
        access.output(index, &gradient(step.to), false),
    );
    let saved = match layer.may_save() {
        true => {
            let saved = saved(index);
            quote_spanned!(span=> &mut *#saved)
        }
        false => quote!(&mut []),
    };
    let wanted = trained[layer.inputs[0]];
    let has_parameters = layer.may_have_parameters();
    let function = local(match wanted || !layer.trains() {
        true => "backward",
        false => "backward_first",
    });
    // A layer behind it with the same weights has written their gradient before.
    let root = |index: usize| layers_root(network, index);
    let shared = (index + 1..network.layers.len()).any(|later| root(later) == root(index));
    let adding = shared.then(|| quote_spanned!(span=> .adding()));
    let freeze = frozen(layer);
    let call = quote_spanned!(span=> #context #freeze.#function(#index, #saved) #adding);
    let call = match &layer.field {
        Some(field) if has_parameters && layer.frozen => {
            let (weights, all) = (local("weights"), local("all"));
            quote_spanned! {span=>
                #weights.backward_frozen(&#name, #call, |#all| &#all.#field, |#all| &mut #all.#field, #x, #y, #dy, #dx);
            }
        }
        Some(field) if has_parameters => {
            let (weights, all) = (local("weights"), local("all"));
            quote_spanned! {span=>
                #weights.backward(&#name, #call, |#all| &#all.#field, |#all| &mut #all.#field, #x, #y, #dy, #dx);
            }
        }
        _ => quote_spanned! {span=>
            __rt::backward::<#scalar, _, __E>(&#name, #call.backward(&(), &mut ()), #x, #y, #dy, #dx);
        },
    };
    let asked = |statement: TokenStream| match wanted {
        true => statement,
        false => quote_spanned!(span=> if #context.input_gradient { #statement }),
    };
    let call = match layer.trains() {
        true => call,
        false => asked(call),
    };
    let clear = layer
        .field
        .as_ref()
        .filter(|_| has_parameters && layer.frozen)
        .map(|field| {
            let (weights, all) = (local("weights"), local("all"));
            quote_spanned!(span=> #weights.clear(|#all| &mut #all.#field);)
        });
    if !adds {
        return quote!(#call #clear);
    }
    let (beside, groups, isa) = (local("beside"), local("groups"), local("isa"));
    let sum = asked(quote_spanned! {span=>
        __rt::add::<#scalar, __E>(
            #isa,
            <#shape as ::chainrule::Shape>::flat_mut::<__E>(&mut *#d_from),
            <#shape as ::chainrule::Shape>::flat::<__E>(&*#place),
        );
    });
    quote_spanned! {span=> {
        let #place = __rt::view::<#scalar, #shape, __E>(#beside, #groups);
        #call
        #clear
        #sum
    }}
}

/// `.frozen()` behind the context of a layer that is.
fn frozen(layer: &Layer) -> TokenStream {
    match layer.frozen {
        true => quote_spanned!(at(layer)=> .frozen()),
        false => TokenStream::new(),
    }
}

/// The layer that has the weights.
fn layers_root(network: &Network, index: usize) -> usize {
    match &network.layers[index].tied {
        Some(tied) => tied.to,
        None => index,
    }
}

/// Room for gradients that are written beside those of other layers, see `Schedule::beside`.
fn beside_length(network: &Network) -> Option<TokenStream> {
    let schedule = &network.plan.training;
    let shapes = schedule.beside.iter().map(|slot| &schedule.slots[*slot]);
    (!schedule.beside.is_empty()).then(|| super::largest(network, shapes))
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
    parts.extend(region_lengths(network, schedule));
    parts.extend(beside_length(network));
    quote!(__rt::sum(&[#(#parts),*]))
}
