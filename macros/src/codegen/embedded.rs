//! `embedded`: the network with the weights that are built into the program.

use super::half;
use crate::model::Network;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn emit_embedded(network: &Network) -> TokenStream {
    let Some(embedded) = &network.weights.embedded else {
        return TokenStream::new();
    };
    // One literal: a token a weight would take the compiler gigabytes.
    let parameters = Literal::byte_string(&embedded.parameters);
    let buffers = Literal::byte_string(&embedded.buffers);
    let (name, scalar) = (&network.name, &network.scalar);
    let width = quote!(::core::mem::size_of::<#scalar>());
    let tracked = emit_tracking(network);
    if network.weights.half.is_some() {
        let parameters = quote!(__rt::embed(*#parameters, 2));
        let half = half::emit_embedded(network, parameters, quote!(__rt::embed(*#buffers, #width)));
        return quote!(#half #tracked);
    }
    let function = emit_function(
        network,
        quote! {
            static EMBEDDED: #name = #name {
                __parameters: __rt::embed(*#parameters, #width),
                __buffers: __rt::embed(*#buffers, #width),
            };
            &EMBEDDED
        },
    );
    quote!(#function #tracked)
}

/// The same after an error.
pub(super) fn emit_signature(network: &Network) -> TokenStream {
    match network.weights.path {
        Some(_) if network.weights.half.is_none() => emit_function(network, quote!(loop {})),
        _ => TokenStream::new(),
    }
}

fn emit_function(network: &Network, body: TokenStream) -> TokenStream {
    let Some(path) = &network.weights.path else {
        return TokenStream::new();
    };
    let (name, visibility) = (&network.name, &network.visibility);
    let (generics, arguments) = (network.parameters(), network.arguments());
    let doc = format!(
        " The network with the weights of `{}`, which are part of the program: in read-only data, as `forward` reads \
         them. Training starts from a [`to_boxed`](::chainrule::Network::to_boxed) of it.",
        path.value()
    );
    quote_spanned! {Span::mixed_site()=>
        impl<#generics> #name #arguments {
            #[doc = #doc]
            #[inline]
            #visibility const fn embedded() -> &'static Self {
                #body
            }
        }
    }
}

/// Tells the compiler that it has to come again when the file is another. Nothing reads the constant, so the file itself
/// is no part of the program.
fn emit_tracking(network: &Network) -> TokenStream {
    let embedded = network.weights.embedded.as_ref();
    let Some(file) = embedded.and_then(|embedded| embedded.file.to_str()) else {
        return TokenStream::new();
    };
    quote!(
        const _: &[u8] = ::core::include_bytes!(#file);
    )
}
