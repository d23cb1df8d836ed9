//! The integer network: a run of lines, the calls that write them, and the calls that read them.

use super::{at, generate_training, infer, local, slot};
use crate::model::{Layer, LayerKind, Network, Operation, Path, Quantized, QuantizedWork};
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
                    let parts = operation.from.len();
                    quote!(2 * #parts)
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

    /// The calls that write the lines.
    fn write(&self) -> TokenStream {
        let (lines, parameters, buffers) = (local("lines"), local("parameters"), local("buffers"));
        let mut statements = Vec::new();
        let range = |value: usize| local(&format!("a{value}"));
        for (value, field) in self.quantized.ranges.iter().enumerate() {
            if let Some(field) = field {
                let text = match value
                    .checked_sub(1)
                    .map(|index| &self.network.layers[index])
                {
                    Some(layer) => layer.called().to_owned(),
                    None => "the input".to_owned(),
                };
                let name = range(value);
                statements.push(quote!(let #name = #buffers.#field.affine(#text)?;));
            }
        }
        for operation in &self.quantized.operations {
            let layer = self.layer(operation);
            let span = at(layer);
            let to = range(self.quantized.slots[operation.to].range);
            let from: Vec<Ident> = operation
                .from
                .iter()
                .map(|slot| range(self.quantized.slots[*slot].range))
                .collect();
            let first = from.first().cloned().unwrap_or_else(|| to.clone());
            statements.push(match &operation.work {
                QuantizedWork::Quantize { .. } => quote!(#to.write(&mut #lines);),
                QuantizedWork::Mean { .. } | QuantizedWork::Dequantize => {
                    quote!(#first.write(&mut #lines);)
                }
                QuantizedWork::Weights { norms, clamp, configured, .. } => {
                    let sizes = self.sizes(layer, *configured);
                    let fold = self.fold(norms);
                    let numbers = self.quantized.slots[operation.to].numbers;
                    let target = if numbers {
                        quote!(__q::Target::Numbers)
                    } else {
                        self.target(&to, *clamp)
                    };
                    let field = self.field(operation.layer);
                    let text = layer.called();
                    quote_spanned! {span=>
                        {
                            let sizes = const { #sizes };
                            let fold = #fold;
                            let weights = __q::Weights {
                                weight: #parameters.#field.weight.as_slice(),
                                bias: #parameters.#field.bias.as_slice(),
                                outputs: sizes.outputs(),
                                fold: &fold,
                            };
                            let written = sizes.quantize(&mut #lines, weights, #first, #target);
                            written.map_err(|overflow| __q::QuantizeError::Overflow { layer: #text, overflow })?;
                        }
                    }
                }
                QuantizedWork::Norms { norms, clamp } => {
                    let (tables, fold) = (self.tables(layer), self.fold(norms));
                    let bounds = self.bounds(*clamp);
                    quote_spanned! {span=> {
                        let bounds = #bounds;
                        let fold = #fold;
                        #tables.quantize_norm(&mut #lines, #first, #to, bounds, fold);
                    }}
                }
                QuantizedWork::Function => {
                    let (table, ty, value) = (self.table(layer), &layer.ty, &layer.value);
                    quote_spanned! {span=> {
                        let layer: #ty = #value;
                        #table.quantize_activation(&mut #lines, #first, #to, &layer);
                    }}
                }
                QuantizedWork::Join { join, clamp } => {
                    let target = self.target(&to, *clamp);
                    let function = local(match join {
                        crate::model::Join::Multiply => "quantize_product",
                        _ => "quantize_sum",
                    });
                    quote_spanned!(span=> __q::Elementwise::#function(&mut #lines, &[#(#from),*], #target);)
                }
                QuantizedWork::Concat { .. } => quote_spanned! {span=>
                    #(__q::Table::new(1, 1).quantize_units(&mut #lines, #from, #to);)*
                },
                QuantizedWork::Max { .. }
                | QuantizedWork::NumberFunction
                | QuantizedWork::NumberLayer => TokenStream::new(),
            });
        }
        let training = local("training");
        quote_spanned! {Span::mixed_site()=>
            let (#parameters, #buffers) = ::chainrule::Network::parts(#training);
            #(#statements)*
            ::core::result::Result::Ok(())
        }
    }

    /// The field of a layer in the network to train.
    fn field(&self, layer: usize) -> Option<&Path> {
        let layer = &self.quantized.training.layers[self.quantized.layers[layer]];
        layer.field.as_ref()
    }

    /// A closure from a channel to what it is multiplied by and what is added.
    fn fold(&self, norms: &[usize]) -> TokenStream {
        let (parameters, buffers) = (local("parameters"), local("buffers"));
        let steps = norms.iter().map(|index| {
            let layer = &self.network.layers[*index];
            let (ty, value, field) = (&layer.ty, &layer.value, self.field(*index));
            quote_spanned! {at(layer)=>
                let layer: #ty = #value;
                let [factor, summand] = layer.factor_and_summand(&#parameters.#field, &#buffers.#field, channel);
                a *= factor;
                b = b * factor + summand;
            }
        });
        quote_spanned! {Span::mixed_site()=>
            |channel: usize| {
                let [mut a, mut b] = [1.0_f32, 0.0_f32];
                #(#steps)*
                [a, b]
            }
        }
    }

    fn bounds(&self, clamp: Option<usize>) -> TokenStream {
        match clamp.map(|index| &self.network.layers[index]) {
            None => quote!([f32::MIN, f32::MAX]),
            Some(layer) => {
                let (ty, value) = (&layer.ty, &layer.value);
                quote_spanned!(at(layer)=> {
                    let layer: #ty = #value;
                    __q::bounds(&layer)
                })
            }
        }
    }

    fn target(&self, output: &Ident, clamp: Option<usize>) -> TokenStream {
        let bounds = self.bounds(clamp);
        quote_spanned! {Span::mixed_site()=> {
            let [low, high] = #bounds;
            __q::Target::Bytes { output: #output, low, high }
        }}
    }

    /// The calls that run the layers.
    fn read(&self) -> TokenStream {
        let (regions, count) = self.regions();
        let mut takes = Vec::new();
        let room = local("room");
        for (index, lines) in self.region_lines().into_iter().enumerate() {
            let region = match index < count {
                true => super::region(index),
                false => local("work"),
            };
            takes.push(quote!(let #region = #room.take(#lines);));
        }
        let of = |slot: usize, function: &str| {
            let (region, function) = (super::region(regions[slot]), local(function));
            let len = self.quantized.slots[slot].shape.len(&self.network.scalar);
            match function.to_string().ends_with("_mut") {
                true => quote!(__q::#function(&mut *#region, #len)),
                false => quote!(__q::#function(&*#region, #len)),
            }
        };
        let (isa, lines) = (local("isa"), local("lines"));
        let statements = self.quantized.operations.iter().map(|operation| {
            let layer = self.layer(operation);
            let span = at(layer);
            let from = operation.from.first().copied().unwrap_or(operation.to);
            let to_numbers = self.quantized.slots[operation.to].numbers;
            let x = of(from, "bytes");
            let y = of(operation.to, if to_numbers { "numbers_mut" } else { "bytes_mut" });
            match &operation.work {
                QuantizedWork::Quantize { named } => {
                    let input = self.input(operation.layer, *named);
                    quote_spanned!(span=> __q::quantize(#isa, &mut #lines, #input, #y);)
                }
                QuantizedWork::Dequantize => {
                    quote_spanned!(span=> __q::dequantize(#isa, &mut #lines, #x, #y);)
                }
                QuantizedWork::Weights { configured, room, .. } => {
                    let sizes = self.sizes(layer, *configured);
                    let function = local(if to_numbers { "forward_last" } else { "forward" });
                    let work = local("work");
                    let work = room.then(|| quote!(, &mut *#work));
                    quote_spanned!(span=> const { #sizes }.#function(#isa, &mut #lines, #x, #y #work);)
                }
                QuantizedWork::Norms { .. } => {
                    let tables = self.tables(layer);
                    quote_spanned!(span=> #tables.forward(&mut #lines, #x, #y);)
                }
                QuantizedWork::Function => {
                    let table = self.table(layer);
                    quote_spanned!(span=> #table.forward(&mut #lines, #x, #y);)
                }
                QuantizedWork::Max { configured } => {
                    let sizes = self.sizes(layer, *configured);
                    quote_spanned!(span=> const { #sizes }.max(#x, #y);)
                }
                QuantizedWork::Mean { configured } => {
                    let sizes = self.sizes(layer, *configured);
                    quote_spanned!(span=> const { #sizes }.mean(__q::Affine::read(&mut #lines), #x, #y);)
                }
                QuantizedWork::Join { join, .. } => {
                    let function = local(match join {
                        crate::model::Join::Multiply => "product",
                        _ => "sum",
                    });
                    let inputs = operation.from.iter().map(|slot| of(*slot, "bytes"));
                    quote_spanned!(span=> __q::Elementwise::#function(&mut #lines, &[#(#inputs),*], #y);)
                }
                QuantizedWork::Concat { dim } => {
                    let parts = operation.from.iter().enumerate().map(|(part, slot)| {
                        let x = of(*slot, "bytes");
                        let sizes = self.part(layer, *dim, part);
                        quote_spanned!(span=> __q::place(&mut #lines, #y, #sizes, #x);)
                    });
                    quote!(#(#parts)*)
                }
                QuantizedWork::NumberFunction => {
                    let (name, ty, value) = (&layer.local, &layer.ty, &layer.value);
                    let shape = layer.input.ty(&self.network.scalar);
                    quote_spanned! {span=>
                        let #name: #ty = #value;
                        #name.apply::<f32>(__rt::Isa::BASELINE, <#shape as ::chainrule::Shape>::values_mut::<f32>(#y));
                    }
                }
                QuantizedWork::NumberLayer => {
                    let (name, ty, value) = (&layer.local, &layer.ty, &layer.value);
                    let shape = layer.output.ty(&self.network.scalar);
                    let x = of(from, "numbers");
                    quote_spanned! {span=>
                        let #name: #ty = #value;
                        // One instruction set, so that sums have the same bits everywhere.
                        __rt::forward::<f32, _, f32>(
                            &#name,
                            __rt::inference(__rt::Isa::BASELINE, &#name, &(), &(), &mut []),
                            <#shape as ::chainrule::Shape>::values::<f32>(#x),
                            <#shape as ::chainrule::Shape>::values_mut::<f32>(#y),
                        );
                    }
                }
            }
        });
        let output = local("output");
        let mut offset = quote!(0);
        let copies: Vec<TokenStream> = self
            .outputs()
            .into_iter()
            .map(|slot| {
                let x = of(slot, "numbers");
                let len = self.quantized.slots[slot].shape.len(&self.network.scalar);
                let from = offset.clone();
                offset = quote!(#offset + #len);
                quote!(__rt::copy(#output.get_mut(#from..).unwrap_or_default(), #x);)
            })
            .collect();
        quote_spanned! {Span::mixed_site()=>
            #(#takes)*
            #(#statements)*
            #(#copies)*
        }
    }

    /// The numbers that come in: all, or those of an input with a name.
    fn input(&self, layer: usize, named: bool) -> TokenStream {
        let input = local("input");
        let (Shape::Heads(inputs), LayerKind::Input(field), true) =
            (&self.network.input, &self.network.layers[layer].kind, named)
        else {
            return quote!(#input);
        };
        let before = inputs.fields.iter().take(*field);
        let before = before.map(|(_, shape)| shape.len(&self.network.scalar));
        quote!(#input.get(__rt::sum(&[#(#before),*])..).unwrap_or_default())
    }

    /// Of a concatenation: the elements of a row of the result, where this part begins in it, and how many it has.
    fn part(&self, layer: &Layer, dim: usize, part: usize) -> TokenStream {
        let row = |shape: &Shape| match shape {
            Shape::Array(sizes) => {
                Shape::Array(sizes.iter().skip(dim).cloned().collect()).len(&self.network.scalar)
            }
            other => other.len(&self.network.scalar),
        };
        let rows: Vec<TokenStream> = layer
            .inputs
            .iter()
            .map(|input| row(self.network.value(*input)))
            .collect();
        let (before, len, width) = (&rows[..part], &rows[part], row(&layer.output));
        quote!([#width, __rt::sum(&[#(#before),*]), #len])
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
