//! `HalfNet`: the network with parameters of 16 bits.

use super::{infer, local, network, stream, structs};
use crate::model::{Layer, Network};
use crate::size::number;
use crate::syntax::HalfType;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

/// `HalfNet`
fn half_name(network: &Network) -> Ident {
    format_ident!("Half{}", network.name.unraw(), span = network.name.span())
}

fn half_type(network: &Network) -> Option<TokenStream> {
    let (half, _) = network.weights.half?;
    // Anything else has been reported.
    if !network.generics.is_empty() || network.scalar.to_string() != "f32" {
        return None;
    }
    Some(match half {
        HalfType::Bf16 => quote!(::chainrule::half::Bf16),
        HalfType::F16 => quote!(::chainrule::half::F16),
    })
}

/// How many parameters the network has, as a constant argument.
fn count(network: &Network) -> TokenStream {
    let name = &network.name;
    quote!({ <#name as ::chainrule::Network>::PARAMETERS })
}

pub(super) fn emit_alias(network: &Network) -> TokenStream {
    if half_type(network).is_none() {
        return TokenStream::new();
    }
    let (half, name, count) = (half_name(network), &network.name, count(network));
    let (visibility, everywhere) = (&network.visibility, &network.attributes.everywhere);
    let mut doc = format!(" [`{name}`] for inference, with parameters of 16 bits.");
    if let Some(path) = &network.weights.path {
        doc += &format!(
            " The weights of `{}` are part of the program, see `embedded`.",
            path.value()
        );
    }
    quote! {
        #(#everywhere)*
        #[doc = #doc]
        #[allow(dead_code)]
        #visibility type #half = ::chainrule::HalfNetwork<#name, #count>;
    }
}

pub(super) fn emit_half(network: &Network) -> TokenStream {
    let Body {
        elements,
        with_scratch,
        infer,
    } = emit_body(
        network,
        &quote!(<Self as ::chainrule::HalfWeights>::HALF_ELEMENTS),
    );
    emit_impl(network, elements, with_scratch, infer)
}

/// What inference is made of, of the whole network or of one of its steps.
struct Body {
    elements: TokenStream,
    with_scratch: TokenStream,
    infer: TokenStream,
}

/// `own_elements` is the constant for `elements`.
fn emit_body(network: &Network, own_elements: &TokenStream) -> Body {
    let elements = network::emit_inference_elements(network);
    let rooms = network
        .layers
        .iter()
        .filter(|layer| layer.may_have_parameters());
    let rooms: Vec<TokenStream> = rooms.map(|layer| emit_room(network, layer)).collect();
    let room = quote!(__rt::max(&[0, #(#rooms),*]));
    let infer = infer::emit_infer_half(network);
    let name = local("room");
    Body {
        elements: quote!(#elements + #room),
        with_scratch: network::emit_with_scratch(network, own_elements),
        infer: quote_spanned! {Span::mixed_site()=>
            let #name = scratch.take_elements(#room);
            #infer
        },
    }
}

/// One time step of a network that streams.
pub(super) fn emit_steps(network: &Network, steps: &Network) -> TokenStream {
    let own_elements = quote!(<Self as ::chainrule::HalfStreamable>::HALF_STEP_ELEMENTS);
    let (state, states) = (local("state"), stream::emit_states(steps));
    let mut body = emit_body(steps, &own_elements);
    let infer = body.infer;
    body.infer = quote!(let #states = #state; #infer);
    emit_streamable(network, steps, &TokenStream::new(), body)
}

/// Of a network that does not stream, or has mistakes: functions that never return.
pub(super) fn emit_refused(network: &Network, bounds: &TokenStream) -> TokenStream {
    let body = Body {
        elements: quote!(0),
        with_scratch: quote!(loop {}),
        infer: quote!(loop {}),
    };
    emit_streamable(network, network, bounds, body)
}

fn emit_streamable(
    network: &Network,
    steps: &Network,
    bounds: &TokenStream,
    body: Body,
) -> TokenStream {
    let Some(half) = half_type(network) else {
        return TokenStream::new();
    };
    let (name, buffers) = (&network.name, structs::buffers_type(network));
    let (first, last) = (
        super::slot(0),
        super::slot(steps.plan.inference.output.max(1)),
    );
    let Body {
        elements,
        with_scratch,
        infer,
    } = body;
    let streamable = quote!(<Self as ::chainrule::Streamable>);
    quote_spanned! {Span::mixed_site()=>
        const _: () = {
            // The element of the one sample, as the other forward functions call it.
            type __E = f32;
            #[automatically_derived]
            impl ::chainrule::HalfStreamable for #name #bounds {
                const HALF_STEP_ELEMENTS: usize = #elements;

                #[inline(always)]
                fn with_half_step_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [f32]) -> __R) -> __R {
                    #with_scratch
                }
                fn infer_half_step(
                    parameters: &[#half],
                    buffers: &#buffers,
                    isa: __rt::Isa,
                    state: &mut #streamable::StreamState,
                    #first: &[<#streamable::StepInput as ::chainrule::Shape>::Of<__E>],
                    #last: &mut [<#streamable::StepOutput as ::chainrule::Shape>::Of<__E>],
                    mut scratch: __rt::Arena<'_, __E>,
                ) {
                    #infer
                }
            }
        };
    }
}

/// After a mistake: functions that never return.
pub(super) fn emit_signatures(network: &Network) -> TokenStream {
    let implementation = emit_impl(network, quote!(0), quote!(loop {}), quote!(loop {}));
    let embedded = network.weights.path.as_ref().map(|_| {
        let (parameters, buffers) = (quote!([]), quote!(__rt::embed([0; 0], 4)));
        emit_embedded(network, parameters, buffers)
    });
    quote!(#implementation #embedded)
}

/// What a layer's parameters take when they are widened.
fn emit_room(network: &Network, layer: &Layer) -> TokenStream {
    let (ty, scalar) = (&layer.ty, &network.scalar);
    if layer.remembers() {
        return quote_spanned!(super::at(layer)=> __rt::stream_room::<#ty>());
    }
    quote_spanned!(super::at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::HALF_ROOM)
}

/// The parameters from those of the layer with this index on.
pub(super) fn emit_weights(index: usize) -> TokenStream {
    let (parameters, index) = (local("parameters"), number(index as u64));
    quote!(#parameters.get(const { __rt::half_offset::<Self>(#index) }..).unwrap_or_default())
}

/// What is built into the program.
pub(super) fn emit_embedded(
    network: &Network,
    parameters: TokenStream,
    buffers: TokenStream,
) -> TokenStream {
    if half_type(network).is_none() {
        return TokenStream::new();
    }
    let (name, count) = (&network.name, count(network));
    quote! {
        #[automatically_derived]
        impl ::chainrule::EmbeddedHalf<#count> for #name {
            const EMBEDDED: &'static ::chainrule::HalfNetwork<Self, #count> = {
                static EMBEDDED: ::chainrule::HalfNetwork<#name, #count> =
                    __rt::new_half(#parameters, #buffers);
                &EMBEDDED
            };
        }
    }
}

fn emit_impl(
    network: &Network,
    elements: TokenStream,
    with_scratch: TokenStream,
    body: TokenStream,
) -> TokenStream {
    let Some(half) = half_type(network) else {
        return TokenStream::new();
    };
    let (name, scalar) = (&network.name, &network.scalar);
    let buffers = structs::buffers_type(network);
    let (input_elements, output_elements) = (
        network.input.elements(scalar),
        network.output().elements(scalar),
    );
    let (first, last) = (
        super::slot(0),
        super::slot(network.plan.inference.output.max(1)),
    );
    quote_spanned! {Span::mixed_site()=>
        const _: () = {
            // The element of the one sample, as the other forward functions call it.
            type __E = f32;
            #[automatically_derived]
            impl ::chainrule::HalfWeights for #name {
                type Half = #half;
                const HALF_ELEMENTS: usize = #elements;

                #[inline(always)]
                fn with_half_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [#scalar]) -> __R) -> __R {
                    #with_scratch
                }
                fn infer_half(
                    parameters: &[#half],
                    buffers: &#buffers,
                    isa: __rt::Isa,
                    #first: &[#input_elements],
                    #last: &mut [#output_elements],
                    mut scratch: __rt::Arena<'_, __E>,
                ) {
                    #body
                }
            }
        };
    }
}
