//! The network's type, and the types of its trained values and its untrained state.

use super::docs;
use crate::model::{Layer, LayerKind, Network};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

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

    let fields = network
        .layers
        .iter()
        .filter(|layer| layer.may_have_parameters());
    let parameters_doc =
        format!(" The trained values of [`{name}`]; also the type of its gradients.");
    let parameters_struct = emit_fields(
        network,
        &parameters,
        &parameters_doc,
        fields,
        &format_ident!("Parameters"),
    );
    let buffers_struct = network.layers.iter().any(Layer::may_have_buffers).then(|| {
        let fields = network
            .layers
            .iter()
            .filter(|layer| layer.may_have_buffers());
        let doc = format!(" The untrained state of [`{name}`].");
        emit_fields(
            network,
            &buffers_name(network),
            &doc,
            fields,
            &format_ident!("Buffers"),
        )
    });
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
        #parameters_struct
        #buffers_struct
    }
}

/// A struct with a field for each of these layers.
fn emit_fields<'a>(
    network: &Network,
    name: &Ident,
    doc: &str,
    layers: impl Iterator<Item = &'a Layer>,
    associated: &Ident,
) -> TokenStream {
    let (visibility, scalar, generics) = (&network.visibility, &network.scalar, angled(network));
    let everywhere = &network.attributes.everywhere;
    let derives = emit_derives(network);
    let mut fields: Vec<TokenStream> = layers
        .map(|layer| {
            let (field, ty) = (&layer.field, &layer.ty);
            let doc = format!(" `{}`", layer.text);
            let ty = quote_spanned!(super::at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::#associated);
            // In their own words, so that the documentation shows the type of the field.
            let ty = match (&layer.kind, associated == "Parameters") {
                (LayerKind::BuiltIn(kind, _), true) if kind.name == "Linear" => linear_parameters(layer, scalar),
                _ => ty,
            };
            quote! {
                #[doc = #doc]
                pub #field: #ty,
            }
        })
        .collect();
    // A type parameter must be used.
    if fields.is_empty() && network.generics.scalar().is_some() {
        fields.push(quote!(__scalar: ::core::marker::PhantomData<#scalar>,));
    }
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

/// `Linear<2, 3, 3>` → `LinearParameters<f32, 2, 3, 3>`
fn linear_parameters(layer: &Layer, scalar: &TokenStream) -> TokenStream {
    let arguments = layer
        .ty
        .to_token_stream()
        .into_iter()
        .skip_while(|token| token.to_string() != "<")
        .skip(1);
    let arguments: TokenStream = arguments.collect();
    quote_spanned!(super::at(layer)=> ::chainrule::layers::LinearParameters<#scalar, #arguments)
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
