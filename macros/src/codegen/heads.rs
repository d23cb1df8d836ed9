//! The output of a network that ends with `Heads`: a struct with a field for each.

use crate::model::Network;
use crate::shape::{Heads, Shape};
use proc_macro2::TokenStream;
use quote::quote;

fn heads(network: &Network) -> Option<&Heads> {
    match network.inferred_output() {
        Shape::Heads(heads) => Some(heads),
        Shape::Array(_) | Shape::Output(_) | Shape::Unknown => None,
    }
}

/// The struct, generic over its elements, so that it holds one sample or a lane group.
pub(super) fn emit_struct(network: &Network) -> Option<TokenStream> {
    let doc = format!(" What [`{}`] puts out.", network.name);
    Some(emit_record(network, heads(network)?, &doc))
}

/// What makes it a shape.
pub(super) fn emit_shape(network: &Network) -> Option<TokenStream> {
    let fields = emit_record_shape(network, heads(network)?);
    Some(quote!(__rt::heads!(#fields);))
}

/// A struct of arrays of one element.
pub(super) fn emit_record(network: &Network, heads: &Heads, doc: &str) -> TokenStream {
    let (visibility, everywhere) = (&network.visibility, &network.attributes.everywhere);
    let (ty, sizes) = (&heads.ty, &heads.sizes);
    let fields = heads.fields.iter().map(|(name, shape)| {
        let (ty, doc) = (shape.ty(&quote!(__E)), format!(" `{shape}`"));
        quote! {
            #[doc = #doc]
            pub #name: #ty,
        }
    });
    // A type parameter of the network is no default.
    let default = network.generics.scalar().is_none().then(|| {
        let scalar = &network.scalar;
        quote!(= #scalar)
    });
    quote! {
        #(#everywhere)*
        #[doc = #doc]
        #[repr(C)]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::cmp::PartialEq)]
        #visibility struct #ty<#(const #sizes: usize,)* __E #default> {
            #(#fields)*
        }
    }
}

/// The struct in the words of the runtime's macros.
pub(super) fn emit_record_shape(network: &Network, heads: &Heads) -> TokenStream {
    let (scalar, ty, sizes) = (&network.scalar, &heads.ty, &heads.sizes);
    let generic = network
        .generics
        .scalar()
        .map(|scalar| quote!(#scalar: ::chainrule::Scalar));
    let fields = heads.fields.iter().map(|(name, shape)| {
        let (ty, len) = (shape.ty(scalar), shape.len(scalar));
        quote!(#name: #ty = #len)
    });
    quote!([#(const #sizes: usize,)*] [#(#sizes,)*] [#generic] #scalar, #ty { #(#fields),* })
}
