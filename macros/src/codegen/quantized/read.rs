//! `infer` of an integer network: the calls that read its lines.

use super::super::{at, local, region};
use super::Emitter;
use crate::model::{Join, Layer, LayerKind, QuantizedWork};
use crate::shape::Shape;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

impl Emitter<'_> {
    /// The calls that run the layers.
    pub(super) fn read(&self) -> TokenStream {
        let (regions, count) = self.regions();
        let mut takes = Vec::new();
        let room = local("room");
        for (index, lines) in self.region_lines().into_iter().enumerate() {
            let place = match index < count {
                true => region(index),
                false => local("work"),
            };
            takes.push(quote!(let #place = #room.take(#lines);));
        }
        let of = |slot: usize, function: &str| {
            let (place, function) = (region(regions[slot]), local(function));
            let len = self.quantized.slots[slot].shape.len(&self.network.scalar);
            match function.to_string().ends_with("_mut") {
                true => quote!(__q::#function(&mut *#place, #len)),
                false => quote!(__q::#function(&*#place, #len)),
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
                QuantizedWork::Rows { source, named, .. } => {
                    let (sizes, input) = (self.sizes(layer, true), self.input(*source, *named));
                    let function = local(if to_numbers { "forward_last" } else { "forward" });
                    quote_spanned!(span=> const { #sizes }.#function(#isa, &mut #lines, #input, #y);)
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
                        Join::Multiply => "product",
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
}
