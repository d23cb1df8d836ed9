//! The network's type, and the types of its trained values and its untrained state.

use super::docs;
use super::records::{Record, records};
use crate::model::{Layer, Network};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// `XorParameters`
pub(super) fn parameters_name(network: &Network) -> Ident {
    format_ident!("{}Parameters", network.name)
}

/// `XorBuffers`
pub(super) fn buffers_name(network: &Network) -> Ident {
    format_ident!("{}Buffers", network.name)
}

/// The type of the buffers: a struct when a layer may have some.
pub(super) fn buffers_type(network: &Network) -> TokenStream {
    if network.layers.iter().any(Layer::may_have_buffers) {
        let (name, arguments) = (buffers_name(network), network.arguments());
        quote!(#name #arguments)
    } else {
        quote!(())
    }
}

pub(super) fn emit_structs(network: &Network) -> TokenStream {
    let (visibility, name) = (&network.visibility, &network.name);
    let (generics, arguments) = (angled(network), network.arguments());
    let (parameters, buffers) = (parameters_name(network), buffers_type(network));
    let everywhere = &network.attributes.everywhere;
    let attributes = &network.attributes.network;
    let derives = emit_derives(network);
    let table = docs::table(network);

    let structs = |associated: &str, has: fn(&Layer) -> bool| -> TokenStream {
        let records = records(network, associated, has);
        let structs = records.all().into_iter();
        structs
            .map(|record| emit_record(network, record, associated))
            .collect()
    };
    let parameters_structs = structs("Parameters", Layer::owns_parameters);
    let has_buffers = network.layers.iter().any(Layer::may_have_buffers);
    let buffers_structs = has_buffers.then(|| structs("Buffers", Layer::owns_buffers));
    quote! {
        #(#everywhere)*
        #(#attributes)*
        #table
        #[repr(C, align(64))]
        #derives
        #visibility struct #name #generics {
            __parameters: #parameters #arguments,
            __buffers: #buffers,
        }
        #parameters_structs
        #buffers_structs
    }
}

/// A struct of the network's values, or of a block's.
fn emit_record(network: &Network, record: &Record<'_>, associated: &str) -> TokenStream {
    let (visibility, scalar, generics) = (&network.visibility, &network.scalar, angled(network));
    let everywhere = &network.attributes.everywhere;
    let derives = emit_derives(network);
    let what = match record.path.as_str() {
        "" => format!("[`{}`]", network.name),
        path => format!("`{path}` in [`{}`]", network.name),
    };
    let doc = match associated {
        "Parameters" => format!(" The trained values of {what}; also the type of its gradients."),
        _ => format!(" The untrained state of {what}."),
    };
    let types = record.types(network, associated);
    let mut fields: Vec<TokenStream> = record
        .fields
        .iter()
        .zip(types)
        .map(|((name, field), ty)| {
            let doc = format!(" `{}`", field.text());
            let shown = field.shown(scalar).filter(|_| associated == "Parameters");
            let ty = shown.unwrap_or(ty);
            quote! {
                #[doc = #doc]
                pub #name: #ty,
            }
        })
        .collect();
    // A type parameter must be used.
    if fields.is_empty() && network.generics.scalar().is_some() {
        fields.push(quote!(__scalar: ::core::marker::PhantomData<#scalar>,));
    }
    let name = &record.name;
    quote! {
        #(#everywhere)*
        #[doc = #doc]
        #[repr(C)]
        #derives
        #visibility struct #name #generics {
            #(#fields)*
        }
    }
}

fn emit_derives(network: &Network) -> TokenStream {
    let derives = &network.attributes.derives;
    quote!(#[derive(::core::clone::Clone, ::core::marker::Copy #(, #derives)*)])
}

/// `<const H: usize, T: Scalar>`, or nothing.
fn angled(network: &Network) -> TokenStream {
    if network.generics.is_empty() {
        return TokenStream::new();
    }
    let parameters = network.parameters();
    quote!(<#parameters>)
}
