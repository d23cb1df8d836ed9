//! `quantize_layers`: the calls that write the lines of an integer network.

use super::super::{at, local};
use super::Emitter;
use crate::model::{Join, LayerKind, Operation, Path, QuantizedWork};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

impl Emitter<'_> {
    /// The calls that write the lines.
    pub(super) fn write(&self) -> TokenStream {
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
                    let target = self.sums_target(operation, &to, *clamp);
                    self.weights(operation, norms, &sizes, quote!(#first, #target))
                }
                QuantizedWork::Rows { norms, clamp, .. } => {
                    let sizes = self.sizes(layer, true);
                    let target = self.sums_target(operation, &to, *clamp);
                    self.weights(operation, norms, &sizes, target)
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
                        Join::Multiply => "quantize_product",
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

    /// The call that writes the weights of a layer.
    fn weights(
        &self,
        operation: &Operation,
        norms: &[usize],
        sizes: &TokenStream,
        arguments: TokenStream,
    ) -> TokenStream {
        let (lines, parameters) = (local("lines"), local("parameters"));
        let layer = self.layer(operation);
        let (fold, field, text) = (
            self.fold(norms),
            self.field(operation.layer),
            layer.called(),
        );
        // A table is an array of rows, and has no bias.
        let table = matches!(&layer.kind, LayerKind::BuiltIn(kind, _) if kind.name.starts_with("Embedding"));
        let (slice, bias) = match table {
            true => (quote!(as_flattened), quote!(&[])),
            false => (quote!(as_slice), quote!(#parameters.#field.bias.as_slice())),
        };
        quote_spanned! {at(layer)=>
            {
                let sizes = const { #sizes };
                let fold = #fold;
                let weights = __q::Weights {
                    weight: #parameters.#field.weight.#slice(),
                    bias: #bias,
                    outputs: sizes.outputs(),
                    fold: &fold,
                };
                let written = sizes.quantize(&mut #lines, weights, #arguments);
                written.map_err(|overflow| __q::QuantizeError::Overflow { layer: #text, overflow })?;
            }
        }
    }

    /// What becomes of the sums of a call.
    fn sums_target(&self, operation: &Operation, to: &Ident, clamp: Option<usize>) -> TokenStream {
        match self.quantized.slots[operation.to].numbers {
            true => quote!(__q::Target::Numbers),
            false => self.target(to, clamp),
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
}
