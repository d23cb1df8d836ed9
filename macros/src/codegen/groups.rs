//! The constants that name the parameters of layers and blocks.

use crate::model::Network;
use crate::passes::{GroupName, group_names};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn emit_groups(network: &Network) -> TokenStream {
    let (name, visibility) = (&network.name, &network.visibility);
    let (generics, arguments) = (network.parameters(), network.arguments());
    let mut groups = group_names(network);
    // After an error two may have one name.
    let mut seen = std::collections::HashSet::new();
    groups.retain(|group| seen.insert(group.name.to_string()));
    if groups.is_empty() {
        return TokenStream::new();
    }
    let constants = groups.iter().map(|group| {
        let GroupName {
            name,
            path,
            layers,
            text,
        } = group;
        let doc = match text {
            Some(text) => format!(
                " The parameters of `{path}: {text}`, a [group](::chainrule::Group) for optimizers."
            ),
            None => format!(
                " The parameters of `{path}`, a [group](::chainrule::Group) for optimizers."
            ),
        };
        let [first, end] = [layers.start, layers.end].map(Literal::usize_unsuffixed);
        quote! {
            #[doc = #doc]
            #visibility const #name: ::chainrule::Group<Self> = __rt::group(#first, #end);
        }
    });
    quote_spanned! {Span::mixed_site()=>
        impl<#generics> #name #arguments {
            #(#constants)*
        }
    }
}
