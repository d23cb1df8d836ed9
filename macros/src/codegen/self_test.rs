//! `#[network(test)]`: the network's self-test as a test of the crate.

use crate::lower::snake_case;
use crate::model::Network;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::ext::IdentExt;

pub(super) fn emit_test(network: &Network) -> TokenStream {
    let Some(option) = network.attributes.test else {
        return TokenStream::new();
    };
    let name = &network.name;
    let function = format_ident!("{}_self_test", snake_case(&name.unraw().to_string()));
    let everywhere = &network.attributes.everywhere;
    // A failure is reported at the option.
    quote_spanned! {Span::mixed_site().located_at(option)=>
        #(#everywhere)*
        #[cfg(test)]
        #[test]
        fn #function() {
            ::chainrule::__private::assert_self_test::<#name>();
        }
    }
}
