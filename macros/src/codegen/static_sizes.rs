//! What only networks have whose sizes are known where they are declared: typenum sizes, arrays for their workspaces.

use crate::model::Network;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn emit_static_sizes(network: &Network) -> TokenStream {
    if !network.generics.is_empty() {
        return TokenStream::new();
    }
    let (name, scalar) = (&network.name, &network.scalar);
    let shape_len = |shape: &crate::shape::Shape| match shape.known_len() {
        Some(len) => unsigned(len),
        None => {
            let len = shape.len(scalar);
            quote!(__rt::unsigned!(#len))
        }
    };
    let (input, output) = (shape_len(&network.input), shape_len(network.output()));
    let parameters = network.layers.iter().try_fold(0_u64, |sum, layer| {
        sum.checked_add(layer.parameters.known()?)
    });
    let parameters = match parameters {
        Some(count) => unsigned(count),
        None => quote!(__rt::unsigned!(<#name as ::chainrule::Network>::PARAMETERS)),
    };
    quote! {
        impl ::chainrule::StaticSizes for #name {
            type InputLen = #input;
            type OutputLen = #output;
            type ParameterCount = #parameters;
        }
        impl ::chainrule::StaticNetwork for #name {
            type Activations = [#scalar; <#name as ::chainrule::Network>::TRAINING_ELEMENTS];
        }
    }
}

/// A number as typenum writes it: `UInt<UInt<UTerm, B1>, B0>` is 2.
fn unsigned(value: u64) -> TokenStream {
    let mut ty = quote!(__rt::typenum::UTerm);
    let bits = 64 - value.leading_zeros();
    for bit in (0..bits).rev() {
        let bit = match value >> bit & 1 {
            0 => quote!(__rt::typenum::B0),
            _ => quote!(__rt::typenum::B1),
        };
        ty = quote!(__rt::typenum::UInt<#ty, #bit>);
    }
    ty
}
