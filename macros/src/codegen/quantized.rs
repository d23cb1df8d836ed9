//! The integer network: a run of lines, the calls that write them, and the calls that read them.

mod read;
mod write;

use super::{at, generate_training, infer, local, slot};
use crate::model::{Layer, LayerKind, Network, Operation, Quantized, QuantizedWork};
use crate::shape::Shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

/// The network to train and the integer network, where they are asked for.
pub(super) fn emit_quantized(network: &Network) -> TokenStream {
    let Some(quantized) = &network.quantized else {
        return TokenStream::new();
    };
    let training = generate_training(&quantized.training);
    let emitter = Emitter { network, quantized };
    let lines = emitter.lines();
    let structs = emit_struct(network, &lines);
    let room = emitter.room();
    let (write, read, observe) = (emitter.write(), emitter.read(), emitter.observe());
    let bodies = Bodies {
        training: quantized.training.name.clone(),
        room,
        write,
        read,
        observe,
    };
    let implementation = emit_impl(network, bodies);
    quote!(#training #structs #implementation)
}

/// After a mistake: types with functions that never return.
pub(super) fn emit_signatures(network: &Network) -> TokenStream {
    if network.quantize.is_none() || !network.generics.is_empty() {
        return TokenStream::new();
    }
    let (visibility, name) = (&network.visibility, &network.name);
    let everywhere = &network.attributes.everywhere;
    let training = format_ident!("Qat{}", name.unraw());
    let structs = emit_struct(network, &quote!(0));
    let implementation = emit_impl(
        network,
        Bodies {
            training: name.clone(),
            room: quote!(0),
            write: quote!(loop {}),
            read: quote!(loop {}),
            observe: quote!(loop {}),
        },
    );
    quote! {
        #(#everywhere)*
        #[doc(hidden)]
        #visibility type #training = #name;
        #structs
        #implementation
    }
}

/// In the function that learns ranges: what takes the place of a layer that rounds.
pub(super) fn emit_observation(
    network: &Network,
    index: usize,
    input: &TokenStream,
    to: &Ident,
) -> Option<TokenStream> {
    let layer = &network.layers[index];
    let LayerKind::BuiltIn(kind, _) = &layer.kind else {
        return None;
    };
    let (field, name, buffers, isa) = (
        layer.field.as_ref()?,
        &layer.local,
        local("buffers"),
        local("isa"),
    );
    let shape = layer.output.ty(&network.scalar);
    if kind.name == "FakeQuantize" {
        return Some(quote_spanned! {at(layer)=>
            let observed = <#shape as ::chainrule::Shape>::flat::<__E>(#input);
            #buffers.#field.observe(observed);
            __rt::copy(<#shape as ::chainrule::Shape>::flat_mut::<__E>(&mut *#to), observed);
        });
    }
    (kind.facts.parameters && kind.facts.saves_in_inference).then(|| {
        let parameters = local("parameters");
        quote_spanned! {at(layer)=>
            __rt::forward::<f32, _, __E>(
                &#name.0,
                __rt::inference(#isa, &#name.0, &#parameters.#field, &(), &mut []),
                #input,
                &mut *#to,
            );
        }
    })
}

/// `QLeNet5`
fn quantized_name(network: &Network) -> Ident {
    format_ident!("Q{}", network.name.unraw(), span = network.name.span())
}

fn emit_struct(network: &Network, lines: &TokenStream) -> TokenStream {
    let (visibility, name) = (&network.visibility, quantized_name(network));
    let everywhere = &network.attributes.everywhere;
    let doc = format!(
        " [`{}`] in whole numbers: what it computes is the same on every machine.",
        network.name.unraw()
    );
    quote! {
        #(#everywhere)*
        #[doc = #doc]
        #[repr(transparent)]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        #visibility struct #name {
            __lines: [::chainrule::quantized::Line; #lines],
        }
    }
}

struct Bodies {
    training: Ident,
    room: TokenStream,
    write: TokenStream,
    read: TokenStream,
    observe: TokenStream,
}

fn emit_impl(network: &Network, bodies: Bodies) -> TokenStream {
    let (float, name, scalar) = (&network.name, quantized_name(network), &network.scalar);
    let everywhere = &network.attributes.everywhere;
    let (input, output) = (network.input.ty(scalar), network.output().ty(scalar));
    let Bodies {
        training,
        room,
        write,
        read,
        observe,
    } = bodies;
    quote_spanned! {Span::mixed_site()=>
        #(#everywhere)*
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
        const _: () = {
            use ::chainrule::__private as __rt;
            use __rt::quantized as __q;
            __rt::lines!(#name);
            #[automatically_derived]
            impl __q::QuantizedNetwork for #name {
                type Float = #float;
                type Training = #training;
                type Input = #input;
                type Output = #output;
                const ROOM: usize = #room;

                fn quantize_layers(
                    training: &#training,
                    mut lines: __q::LinesMut<'_>,
                ) -> ::core::result::Result<(), __q::QuantizeError> {
                    #write
                }
                #[inline]
                fn infer(
                    isa: __rt::Isa,
                    mut lines: __q::Lines<'_>,
                    input: &[f32],
                    output: &mut [f32],
                    mut room: __q::LinesMut<'_>,
                ) {
                    #read
                }
                #[inline(always)]
                fn with_room<__R>(run: impl ::core::ops::FnOnce(&mut [__q::Line]) -> __R) -> __R {
                    run(&mut [__q::Line::ZERO; <Self as __q::QuantizedNetwork>::ROOM])
                }
                fn observe(training: &mut #training, isa: __rt::Isa, input: &#input, scratch: &mut [f32]) {
                    #observe
                }
            }
        };
    }
}

struct Emitter<'a> {
    network: &'a Network,
    quantized: &'a Quantized,
}

impl Emitter<'_> {
    fn layer(&self, operation: &Operation) -> &Layer {
        &self.network.layers[operation.layer]
    }

    /// A constant: the sizes of the layer's integer form.
    fn sizes(&self, layer: &Layer, configured: bool) -> TokenStream {
        let (ty, value) = (&layer.ty, &layer.value);
        match configured {
            true => quote_spanned!(at(layer)=> {
                const LAYER: #ty = #value;
                LAYER.sizes()
            }),
            false => {
                quote_spanned!(at(layer)=> <#ty as ::chainrule::quantized::Sizes>::SIZES)
            }
        }
    }

    /// Of a table for each channel.
    fn tables(&self, layer: &Layer) -> TokenStream {
        let len = layer.output.len(&self.network.scalar);
        let channels = match &layer.output {
            Shape::Array(sizes) => Shape::Array(sizes[..1].to_vec()).len(&self.network.scalar),
            other => other.len(&self.network.scalar),
        };
        quote!(::chainrule::quantized::Table::new(#channels, #len / #channels))
    }

    fn table(&self, layer: &Layer) -> TokenStream {
        let len = layer.output.len(&self.network.scalar);
        quote!(::chainrule::quantized::Table::new(1, #len))
    }

    /// How many lines the network has.
    fn lines(&self) -> TokenStream {
        let lines = self.quantized.operations.iter().map(|operation| {
            let layer = self.layer(operation);
            match &operation.work {
                QuantizedWork::Quantize { .. }
                | QuantizedWork::Mean { .. }
                | QuantizedWork::Dequantize => quote!(1),
                QuantizedWork::Weights { configured, .. } => {
                    let sizes = self.sizes(layer, *configured);
                    quote!(#sizes.lines())
                }
                QuantizedWork::Rows { .. } => {
                    let sizes = self.sizes(layer, true);
                    quote!(#sizes.lines())
                }
                QuantizedWork::Norms { .. } => {
                    let tables = self.tables(layer);
                    quote!(#tables.lines())
                }
                QuantizedWork::Function => {
                    let table = self.table(layer);
                    quote!(#table.lines())
                }
                QuantizedWork::Join { .. } => quote!(::chainrule::quantized::Elementwise::LINES),
                QuantizedWork::Concat { .. } => {
                    let lines = 2 * operation.from.len();
                    quote!(#lines)
                }
                QuantizedWork::Max { .. }
                | QuantizedWork::NumberFunction
                | QuantizedWork::NumberLayer => quote!(0),
            }
        });
        quote!(::chainrule::__private::sum(&[#(#lines),*]))
    }

    /// Which region each slot lies in: those that are in use at the same time are apart.
    fn regions(&self) -> (Vec<usize>, usize) {
        let operations = &self.quantized.operations;
        let mut last_use = vec![0; self.quantized.slots.len()];
        for (index, operation) in operations.iter().enumerate() {
            for slot in operation.from.iter().chain([&operation.to]) {
                last_use[*slot] = index;
            }
        }
        for slot in self.outputs() {
            last_use[slot] = operations.len();
        }
        let mut regions: Vec<Option<usize>> = vec![None; last_use.len()];
        // Until when each is in use.
        let mut busy: Vec<usize> = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            if regions[operation.to].is_some() {
                continue;
            }
            let free = busy.iter().position(|until| *until < index);
            let region = free.unwrap_or(busy.len());
            if region == busy.len() {
                busy.push(0);
            }
            busy[region] = last_use[operation.to];
            regions[operation.to] = Some(region);
        }
        let regions = regions.into_iter().map(Option::unwrap_or_default).collect();
        (regions, busy.len())
    }

    /// The slots of what the network puts out, in order.
    fn outputs(&self) -> Vec<usize> {
        let finals = self.quantized.finals.iter();
        finals.map(|(_, slot)| *slot).collect()
    }

    /// The lines of each region, and of what convolutions work in.
    fn region_lines(&self) -> Vec<TokenStream> {
        let (regions, count) = self.regions();
        let mut lines: Vec<TokenStream> = (0..count)
            .map(|region| {
                let slots = self.quantized.slots.iter().zip(&regions);
                let here = slots.filter(|(_, of)| **of == region).map(|(slot, _)| {
                    let len = slot.shape.len(&self.network.scalar);
                    let size: usize = if slot.numbers { 4 } else { 1 };
                    quote!(__q::lines(#size * #len))
                });
                quote!(__rt::max(&[#(#here),*]))
            })
            .collect();
        let work = self
            .quantized
            .operations
            .iter()
            .filter_map(|operation| match operation.work {
                QuantizedWork::Weights {
                    configured,
                    room: true,
                    ..
                } => {
                    let sizes = self.sizes(self.layer(operation), configured);
                    Some(quote!(#sizes.room()))
                }
                _ => None,
            });
        lines.push(quote!(__rt::max(&[0, #(#work),*])));
        lines
    }

    fn room(&self) -> TokenStream {
        let lines = self.region_lines();
        quote!(__rt::sum(&[#(#lines),*]))
    }

    /// The function that learns the ranges.
    fn observe(&self) -> TokenStream {
        let training = &self.quantized.training;
        let (first, last) = (slot(0), slot(training.plan.inference.output.max(1)));
        let scalar = &training.scalar;
        let (output, infer) = (training.output().ty(scalar), infer::emit_observe(training));
        quote_spanned! {Span::mixed_site()=>
            type __E = f32;
            let (parameters, buffers) = ::chainrule::Network::parts_mut(training);
            let parameters = &*parameters;
            let (scratch, last) = scratch
                .split_at_mut_checked(scratch.len().saturating_sub(<#output as ::chainrule::Shape>::LEN))
                .unwrap_or_default();
            let #last: &mut [#output] = <#output as ::chainrule::Shape>::values_mut::<f32>(last);
            let #first = ::core::slice::from_ref(input);
            let mut scratch: __rt::Arena<'_, f32> = __rt::Arena::new(scratch, 1);
            #infer
        }
    }
}
