//! `wrong_index`: looks for what is no index where a layer reads one.

use super::local;
use crate::model::{IndexRange, Network};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn emit_wrong_index(network: &Network) -> TokenStream {
    if network.indices.is_empty() {
        return TokenStream::new();
    }
    let (scalar, input) = (&network.scalar, local("input"));
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
        quote!(.or_else(|| __rt::wrong_index(#input, #start, #len, #rows, #may_be_empty)))
    });
    quote_spanned! {Span::mixed_site()=>
        fn wrong_index(#input: &Self::Input) -> ::core::option::Option<__rt::WrongIndex> {
            ::core::option::Option::None #(#calls)*
        }
    }
}
