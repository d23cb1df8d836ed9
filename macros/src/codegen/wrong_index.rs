//! `wrong_index`: looks for what is no index where a layer reads one.

use super::local;
use crate::model::{IndexRange, LayerKind, Network};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn emit_wrong_index(network: &Network) -> TokenStream {
    let (scalar, number) = (&network.scalar, local("number"));
    // Networks that are layers and read the input itself.
    let nested: Vec<_> = network
        .layers
        .iter()
        .filter(|layer| matches!(layer.kind, LayerKind::User { .. }) && layer.inputs == [0])
        .map(|layer| &layer.ty)
        .collect();
    if network.indices.is_empty() && nested.is_empty() {
        return TokenStream::new();
    }
    let reads = if network.indices.is_empty() {
        quote!(false #(|| <#nested as ::chainrule::Layer<#scalar>>::READS_INDICES)*)
    } else {
        quote!(true)
    };
    let calls = network.indices.iter().map(|range| {
        let IndexRange {
            starts,
            shape,
            rows,
            may_be_empty,
        } = range;
        let len = shape.len(scalar);
        let start = match starts.as_slice() {
            [] => quote!(0),
            starts => {
                let products = starts.iter().map(|factors| {
                    let (first, others) = (&factors[0], &factors[1..]);
                    quote!(#first #(* #others)*)
                });
                quote!(#(#products)+*)
            }
        };
        quote!(.or_else(|| __rt::wrong_index(#number, #start, #len, #rows, #may_be_empty)))
    });
    quote_spanned! {Span::mixed_site()=>
        const READS_INDICES: bool = #reads;
        fn wrong_index(
            #number: impl ::core::ops::Fn(usize) -> f64 + ::core::marker::Copy,
        ) -> ::core::option::Option<__rt::WrongIndex> {
            ::core::option::Option::None
                #(#calls)*
                #(.or_else(|| <#nested as ::chainrule::Layer<#scalar>>::wrong_index(#number)))*
        }
    }
}
