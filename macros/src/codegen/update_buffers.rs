//! `update_buffers`: walks the arena as `train` did, and lets the layers with state bring it up to date.

use super::structs::buffers_type;
use super::{at, emit_configuration, local, train};
use crate::model::{Layer, Network};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

pub(super) fn emit_update_buffers(network: &Network) -> TokenStream {
    if !network.layers.iter().any(Layer::may_have_buffers) {
        return TokenStream::new();
    }
    let mixed = Span::mixed_site();
    let (scalar, input) = (&network.scalar, network.input.ty(&network.scalar));
    let all = buffers_type(network);
    let saved = train::emit_saved(network);
    let updates = network.layers.iter().enumerate().filter_map(|(index, layer)| {
        let field = layer.field.as_ref().filter(|_| layer.owns_buffers() && !layer.frozen)?;
        let (configuration, name, saved) = (emit_configuration(layer), &layer.local, train::saved(index));
        let (buffers, samples) = (local("buffers"), local("samples"));
        Some(quote_spanned! {at(layer)=>
            #configuration
            ::chainrule::Layer::<#scalar>::update_buffers(&#name, &mut #buffers.#field, #saved, #samples);
        })
    });
    quote_spanned! {mixed=>
        fn update_buffers<__E: ::chainrule::Element<#scalar>>(
            buffers: &mut #all,
            mut arena: __rt::Arena<'_, __E>,
            samples: usize,
        ) {
            let _ = arena.take::<#scalar, #input>();
            #saved
            #(#updates)*
        }
    }
}
