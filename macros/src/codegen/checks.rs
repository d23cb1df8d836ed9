//! What only the compiler can check: `const` assertions at the user's tokens.

use crate::model::{Check, Network};
use crate::size::place_at;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

pub(super) fn emit_checks(network: &Network) -> TokenStream {
    let calls = network.checks.iter().map(|check| {
        let span = Span::mixed_site().located_at(check.place.start);
        (span, underline(check))
    });
    if network.generics.is_empty() {
        let items = calls.map(|(span, call)| quote_spanned!(span=> const _: () = #call;));
        return items.collect();
    }
    // Constants cannot name the parameters of the network, so there the checks wait until somebody uses it.
    let (name, generics, arguments) = (&network.name, network.parameters(), network.arguments());
    let calls = calls.map(|(span, call)| quote_spanned!(span=> #call;));
    quote! {
        impl<#generics> #name #arguments {
            const __CHECKED: () = {
                #(#calls)*
            };
        }
    }
}

/// The call, from the first token of its place to the last: so far the compiler underlines.
fn underline(check: &Check) -> TokenStream {
    let placed = place_at(check.call.clone(), check.place.start).into_iter();
    let placed = placed.map(|mut token| {
        if let TokenTree::Group(group) = &mut token {
            group.set_span(group.span().located_at(check.place.end));
        }
        token
    });
    placed.collect()
}

/// For generic networks: evaluates the checks where a function is used.
pub(super) fn emit_use(network: &Network) -> TokenStream {
    if network.generics.is_empty() || network.checks.is_empty() {
        TokenStream::new()
    } else {
        quote!(const { Self::__CHECKED })
    }
}
