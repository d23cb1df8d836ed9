//! Layout, `Deref` to the fields, and the `Parameters` trait.

use super::structs::{buffers_name, buffers_type, parameters_name};
use crate::model::{Layer, Network};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// `check`: whether to hold the sizes of the types against the layers, which there are none of after an error.
pub(super) fn emit_parameters(network: &Network, check: bool) -> TokenStream {
    let (name, scalar) = (&network.name, &network.scalar);
    let (generics, arguments) = (network.parameters(), network.arguments());
    let network_type = quote!(#name #arguments);
    let parameters_name = parameters_name(network);
    let parameters = quote!(#parameters_name #arguments);
    let buffers = buffers_type(network);
    let has_buffers = network.layers.iter().any(Layer::may_have_buffers);

    let parameter_fields = emit_fields(network, Layer::may_have_parameters, quote!(Parameters));
    let buffers_run = has_buffers.then(|| {
        let name = buffers_name(network);
        let fields = emit_fields(network, Layer::may_have_buffers, quote!(Buffers));
        quote!(__rt::run!([#generics] #scalar, #name #arguments { #fields });)
    });
    let packed = check.then(|| quote!(const { __rt::assert_packed::<#network_type>() }));
    let implementation = |ty: &TokenStream, place: TokenStream| {
        quote_spanned! {Span::mixed_site()=>
            #[automatically_derived]
            impl<#generics> ::chainrule::Parameters for #ty {
                type Scalar = #scalar;
                #[inline(always)]
                fn parameters(&self) -> &[#scalar] {
                    #packed
                    __rt::scalars(&#place)
                }
                #[inline(always)]
                fn parameters_mut(&mut self) -> &mut [#scalar] {
                    #packed
                    __rt::scalars_mut(&mut #place)
                }
            }
        }
    };
    let this = super::local("self");
    let for_parameters = implementation(&parameters, quote!(*#this));
    let for_network = implementation(&network_type, quote!(#this.__parameters));
    quote_spanned! {Span::mixed_site()=>
        __rt::run!(@aligned [#generics] #scalar, #network_type { __parameters: #parameters, __buffers: #buffers });
        __rt::run!([#generics] #scalar, #parameters { #parameter_fields });
        #buffers_run
        #[automatically_derived]
        impl<#generics> ::core::ops::Deref for #network_type {
            type Target = #parameters;
            #[inline(always)]
            fn deref(&self) -> &#parameters {
                &self.__parameters
            }
        }
        #[automatically_derived]
        impl<#generics> ::core::ops::DerefMut for #network_type {
            #[inline(always)]
            fn deref_mut(&mut self) -> &mut #parameters {
                &mut self.__parameters
            }
        }
        #for_parameters
        #for_network
    }
}

/// `conv1: <Conv2d<…> as Layer<f32>>::Parameters, …`
fn emit_fields(network: &Network, has: fn(&Layer) -> bool, associated: TokenStream) -> TokenStream {
    let scalar = &network.scalar;
    let fields = network.layers.iter().filter(|layer| has(layer)).map(|layer| {
        let (field, ty) = (&layer.field, &layer.ty);
        quote_spanned!(super::at(layer)=> #field: <#ty as ::chainrule::Layer<#scalar>>::#associated)
    });
    quote!(#(#fields),*)
}
