//! `init_layers`: the initial values of every layer that may have some.

use crate::model::Network;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn emit_init(network: &Network) -> TokenStream {
    let scalar = &network.scalar;
    let (parameters, buffers, rng) = (
        super::local("parameters"),
        super::local("buffers"),
        super::local("rng"),
    );
    let layers = network.layers.iter().filter_map(|layer| {
        let field = layer.field.as_ref().filter(|_| layer.tied.is_none())?;
        let configuration = super::emit_configuration(layer);
        let name = &layer.local;
        let parameters = match layer.may_have_parameters() {
            true => quote!(&mut #parameters.#field),
            false => quote!(&mut ()),
        };
        let buffers = match layer.may_have_buffers() {
            true => quote!(&mut #buffers.#field),
            false => quote!(&mut ()),
        };
        Some(quote_spanned! {super::at(layer)=>
            #configuration
            ::chainrule::Layer::<#scalar>::init(&#name, #parameters, #buffers, #rng);
        })
    });
    quote_spanned!(Span::mixed_site()=> #(#layers)*)
}
