//! The user's attributes, and `#[network(…)]`.

use crate::diagnostics::{Diagnostics, Place};
use crate::model::Attributes;
use crate::suggest::nearest;
use crate::syntax::{Declaration, text_of};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token};

/// Sorts the attributes and finds the scalar.
pub(super) fn lower_attributes(
    declaration: &Declaration,
    diagnostics: &mut Diagnostics,
) -> (Attributes, TokenStream) {
    let mut attributes = Attributes::default();
    let mut scalar = declaration.generics.scalar().map(ToTokens::to_token_stream);
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
            lower_options(declaration, attribute, &mut scalar, diagnostics);
        } else {
            attributes.network.push(attribute.clone());
        }
    }
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

/// `#[network(scalar = f64)]`
fn lower_options(
    declaration: &Declaration,
    attribute: &Attribute,
    scalar: &mut Option<TokenStream>,
    diagnostics: &mut Diagnostics,
) {
    // `scalar = f64` is no valid meta, since `f64` is no literal: so each option is read as an expression.
    let options =
        match attribute.parse_args_with(Punctuated::<syn::Expr, Token![,]>::parse_terminated) {
            Ok(options) => options,
            Err(error) => {
                let place = match &attribute.meta {
                    Meta::Path(path) => Place::of(path),
                    _ => error.span().into(),
                };
                diagnostics
                    .error(place, "`network` takes options in parentheses")
                    .help("write `#[network(scalar = f64)]`");
                return;
            }
        };
    for option in options {
        let (name, value) = match &option {
            syn::Expr::Assign(assign) => (text_of(&assign.left), Some(&assign.right)),
            other => (text_of(other), None),
        };
        match (name.as_str(), value) {
            ("scalar", Some(value)) => {
                let text = text_of(value);
                if let Some(parameter) = declaration.generics.scalar() {
                    diagnostics
                        .error(
                            Place::of(&option),
                            format!("the scalar of this network is its parameter `{parameter}`"),
                        )
                        .help("remove one of the two");
                } else if text == "f32" || text == "f64" {
                    *scalar = Some(value.to_token_stream());
                } else {
                    diagnostics
                        .error(Place::of(value), format!("`{text}` is not a scalar"))
                        .help("the scalars are `f32` and `f64`");
                }
            }
            ("scalar", None) => {
                diagnostics
                    .error(Place::of(&option), "`scalar` needs a value")
                    .help("write `scalar = f64`");
            }
            _ => {
                let place = match &option {
                    syn::Expr::Assign(assign) => Place::of(&assign.left),
                    other => Place::of(other),
                };
                let error = diagnostics.error(place, format!("a network has no option `{name}`"));
                match nearest(&name, ["scalar"]) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help("the only option is `scalar`, as in `scalar = f64`"),
                };
            }
        }
    }
}
