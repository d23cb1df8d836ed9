//! Layout, `Deref` to the fields, and the `Parameters` trait.

use super::records::{Record, records};
use super::structs::{buffers_type, parameters_name};
use crate::model::{Layer, LayerKind, Network};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// `check`: whether to hold the sizes of the types against the layers, which there are none of after an error.
pub(super) fn emit_parameters(network: &Network, check: bool) -> TokenStream {
    let (name, scalar, visibility) = (&network.name, &network.scalar, &network.visibility);
    let (generics, arguments) = (network.parameters(), network.arguments());
    let network_type = quote!(#name #arguments);
    let parameters_name = parameters_name(network);
    let parameters = quote!(#parameters_name #arguments);
    let buffers = buffers_type(network);
    let has_buffers = network.layers.iter().any(Layer::may_have_buffers);

    let runs = |associated: &str, has: fn(&Layer) -> bool| -> TokenStream {
        let records = records(network, associated, has);
        let runs = records.all().into_iter();
        runs.map(|record| emit_run(network, record, associated))
            .collect()
    };
    let parameters_runs = runs("Parameters", Layer::owns_parameters);
    let buffers_runs = has_buffers.then(|| runs("Buffers", Layer::owns_buffers));
    let packed = check.then(|| quote!(const { __rt::assert_packed::<#network_type>() }));
    // A network within the network may have frozen layers.
    let may_be_frozen =
        |layer: &Layer| layer.frozen || matches!(layer.kind, LayerKind::User { .. });
    let layout = network.layers.iter().any(may_be_frozen).then(|| {
        quote! {
            const LAYOUT: &'static [::chainrule::LayerInfo] = <#network_type as ::chainrule::Network>::LAYERS;
        }
    });
    let implementation = |ty: &TokenStream, place: TokenStream| {
        quote_spanned! {Span::mixed_site()=>
            #[automatically_derived]
            impl<#generics> ::chainrule::Parameters for #ty {
                type Scalar = #scalar;
                #layout
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
        #parameters_runs
        #buffers_runs
        impl<#generics> #network_type {
            /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
            #visibility const fn zeroed() -> Self {
                __rt::zeroed()
            }
        }
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
fn emit_run(network: &Network, record: &Record<'_>, associated: &str) -> TokenStream {
    let (scalar, generics, arguments) =
        (&network.scalar, network.parameters(), network.arguments());
    let (name, types) = (&record.name, record.types(network, associated));
    let fields = record
        .fields
        .iter()
        .zip(types)
        .map(|((field, _), ty)| quote!(#field: #ty));
    quote_spanned!(Span::mixed_site()=> __rt::run!([#generics] #scalar, #name #arguments { #(#fields),* });)
}
