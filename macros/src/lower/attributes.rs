//! The user's attributes.

use super::options::Options;
use crate::diagnostics::{Diagnostics, Place};
use crate::model::Attributes;
use crate::syntax::Declaration;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token};

/// Sorts the attributes, and finds the scalar and what else `#[network(…)]` says.
pub(super) fn lower_attributes(
    declaration: &Declaration,
    diagnostics: &mut Diagnostics,
) -> (Attributes, TokenStream) {
    let mut attributes = Attributes::default();
    let mut options = Options::default();
    for attribute in &declaration.attributes {
        let path = attribute.path();
        if path.is_ident("derive") {
            lower_derive(attribute, &mut attributes, diagnostics);
        } else if path.is_ident("cfg") {
            attributes.everywhere.push(attribute.clone());
        } else if path.is_ident("repr") {
            diagnostics
                .error(
                    Place::of(path),
                    "a network is `#[repr(C)]` already: its parameters are one run of scalars",
                )
                .help("remove the attribute");
        } else if path.is_ident("network") {
            options.lower(declaration, attribute, diagnostics);
        } else {
            attributes.network.push(attribute.clone());
        }
    }
    attributes.export_c = options.export_c;
    attributes.test = options.test;
    let parameter = declaration.generics.scalar().map(ToTokens::to_token_stream);
    let scalar = parameter.or(options.scalar);
    (attributes, scalar.unwrap_or_else(|| quote!(f32)))
}

/// `Clone` and `Copy` are there already.
fn lower_derive(attribute: &Attribute, attributes: &mut Attributes, diagnostics: &mut Diagnostics) {
    match attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated) {
        Ok(paths) => {
            let given = |path: &Path| {
                path.segments
                    .last()
                    .is_some_and(|segment| segment.ident == "Clone" || segment.ident == "Copy")
            };
            attributes
                .derives
                .extend(paths.into_iter().filter(|path| !given(path)));
        }
        Err(error) => {
            diagnostics.syntax_error(&error);
        }
    }
}
