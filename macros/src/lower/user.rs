//! The configuration of a user's layer.

use crate::diagnostics::Diagnostics;
use crate::syntax::Layer;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{PathArguments, Token};

/// `Name(1.0)`, `Name { field: value, ..Default::default() }` or `Default::default()`.
pub(super) fn user_value(layer: &Layer, diagnostics: &mut Diagnostics) -> TokenStream {
    let default = || quote!(::core::default::Default::default());
    let Some(arguments) = layer
        .arguments
        .as_ref()
        .filter(|arguments| !arguments.is_empty())
    else {
        return default();
    };
    // In an expression generic arguments stand behind `::`.
    let mut path = layer.path.clone();
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.colon2_token = Some(Token![::](Span::call_site()));
        }
    }
    let named: Vec<_> = arguments
        .iter()
        .filter(|argument| argument.name.is_some())
        .collect();
    if named.is_empty() {
        let values = arguments.iter().map(|argument| &argument.value);
        return quote!(#path(#(#values),*));
    }
    if let Some(argument) = arguments.iter().find(|argument| argument.name.is_none()) {
        diagnostics
            .error(
                argument.place(),
                format!("`{}` mixes arguments with and without names", layer.name()),
            )
            .help("a layer of your own takes either all fields of a tuple struct, or named fields");
        return default();
    }
    for (index, argument) in named.iter().enumerate() {
        if let Some(first) = named[..index]
            .iter()
            .find(|first| first.name == argument.name)
            && let (Some(name), Some(first)) = (&argument.name, &first.name)
        {
            diagnostics
                .error(name.span(), format!("`{name}` is given twice"))
                .note(format!(
                    "the first one is on line {}",
                    first.span().start().line
                ))
                .help("remove one");
            return default();
        }
    }
    let fields = named.iter().map(|argument| {
        let (name, value) = (&argument.name, &argument.value);
        quote!(#name: #value)
    });
    quote!(#path { #(#fields,)* ..::core::default::Default::default() })
}
