//! The output of a network that ends with `Heads`: a struct with a field for each, and one for `Heads` in a head.

use crate::model::Network;
use crate::shape::{Heads, Shape};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

/// Those of the output, outermost first.
fn heads(network: &Network) -> Vec<&Heads> {
    match network.inferred_output() {
        Shape::Heads(heads) => heads.all(),
        Shape::Array(_) | Shape::Output(_) | Shape::Unknown => Vec::new(),
    }
}

/// The structs, generic over their elements, so that they hold one sample or a lane group.
pub(super) fn emit_structs(network: &Network) -> TokenStream {
    let structs = heads(network).into_iter();
    structs.map(|heads| emit_struct(network, heads)).collect()
}

fn emit_struct(network: &Network, heads: &Heads) -> TokenStream {
    let path: Vec<String> = heads
        .path
        .iter()
        .map(|head| head.unraw().to_string())
        .collect();
    let doc = match path.as_slice() {
        [] => format!(" What [`{}`] puts out.", network.name),
        path => format!(
            " What `{}` of [`{}`] puts out.",
            path.join("."),
            network.name
        ),
    };
    emit_record(network, heads, &doc)
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

/// What makes them shapes.
pub(super) fn emit_shapes(network: &Network) -> TokenStream {
    let shapes = heads(network).into_iter();
    shapes.map(|heads| emit_shape(network, heads)).collect()
}

fn emit_shape(network: &Network, heads: &Heads) -> TokenStream {
    let fields = emit_record_shape(network, heads);
    quote!(__rt::heads!(#fields);)
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
