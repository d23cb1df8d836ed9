//! Generics and shapes of a declaration.

use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Expr, GenericParam, Token, Type, token};

/// One generic parameter.
#[derive(Clone)]
pub(crate) enum Parameter {
    /// `const H: usize`
    Size(Ident),
    /// `T`, the scalar
    Scalar(Ident),
}

/// The generic parameters, in order.
#[derive(Clone, Default)]
pub(crate) struct Generics {
    pub(crate) parameters: Vec<Parameter>,
}

impl Generics {
    /// The type parameter.
    pub(crate) fn scalar(&self) -> Option<&Ident> {
        self.parameters
            .iter()
            .find_map(|parameter| match parameter {
                Parameter::Scalar(name) => Some(name),
                Parameter::Size(_) => None,
            })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Whether this is the name of a parameter.
    pub(crate) fn contains(&self, name: &Ident) -> bool {
        self.parameters
            .iter()
            .any(|(Parameter::Size(known) | Parameter::Scalar(known))| known == name)
    }
}

/// `[1, 28, 28]`
#[derive(Clone)]
pub(crate) struct Shape {
    pub(crate) place: Place,
    /// `None` after an error.
    pub(crate) sizes: Option<Vec<Expr>>,
}

impl Shape {
    /// Stands for a shape that could not be read.
    pub(crate) fn unknown(name: &Ident) -> Self {
        Self {
            place: name.span().into(),
            sizes: None,
        }
    }
}

/// Reads `<const H: usize, T>`. What a network cannot have is reported and left out.
pub(super) fn parse_generics(input: ParseStream, diagnostics: &mut Diagnostics) -> Generics {
    let mut generics = Generics::default();
    if !input.peek(Token![<]) {
        return generics;
    }
    let parsed: syn::Generics = match input.parse() {
        Ok(parsed) => parsed,
        Err(error) => {
            diagnostics.syntax_error(&error).help(
                "generic parameters of a network are sizes and the scalar: `<const H: usize, T>`",
            );
            while !input.is_empty() && !input.peek(Token![:]) && !input.peek(token::Brace) {
                let _ = input.parse::<proc_macro2::TokenTree>();
            }
            return generics;
        }
    };
    for parameter in parsed.params {
        match parameter {
            GenericParam::Lifetime(lifetime) => {
                diagnostics
                    .error(
                        Place::of(&lifetime),
                        "a network owns what it holds and takes no lifetime",
                    )
                    .help("remove it");
            }
            GenericParam::Const(size) => {
                let is_usize = matches!(&size.ty, Type::Path(ty) if ty.path.is_ident("usize"));
                if let Some((_, default)) = &size.default {
                    diagnostics.error(Place::of(default), "sizes of a network take no default");
                } else if is_usize {
                    generics.parameters.push(Parameter::Size(size.ident));
                } else {
                    diagnostics
                        .error(
                            Place::of(&size.ty),
                            format!("`{}` is a size and must be `usize`", size.ident),
                        )
                        .help(format!("write `const {}: usize`", size.ident));
                }
            }
            GenericParam::Type(ty) => {
                let bounds_are_scalar = ty.bounds.iter().all(|bound| {
                    let path = bound.to_token_stream().to_string();
                    path == "Scalar" || path.ends_with(":: Scalar")
                });
                if let Some(first) = generics.scalar() {
                    diagnostics
                        .error(
                            ty.ident.span(),
                            format!("a network has one type parameter, its scalar, and that is `{first}`"),
                        )
                        .help(format!("remove `{}`, or make it a size: `const {}: usize`", ty.ident, ty.ident));
                } else if let Some((_, default)) = &ty.default {
                    diagnostics
                        .error(Place::of(default), "the scalar takes no default")
                        .help(format!("name it where the network is used, as in `Net<f32>`; or leave out `{}`: without a type parameter the scalar is `f32`", ty.ident));
                    generics.parameters.push(Parameter::Scalar(ty.ident));
                } else {
                    if !bounds_are_scalar {
                        diagnostics
                            .error(
                                Place::of(&ty.bounds),
                                format!("`{}` is the scalar and takes no other bound", ty.ident),
                            )
                            .help(format!(
                                "write `{}` alone; the macro adds `chainrule::Scalar`",
                                ty.ident
                            ));
                    }
                    generics.parameters.push(Parameter::Scalar(ty.ident));
                }
            }
        }
    }
    generics
}

/// Reads `[1, 28, 28]`.
pub(super) fn parse_shape(input: ParseStream, diagnostics: &mut Diagnostics) -> Option<Shape> {
    if !input.peek(token::Bracket) {
        let found = input.fork().call(Ident::parse_any).ok();
        diagnostics
            .error(
                input.span(),
                match found {
                    Some(found) => format!("expected a shape in brackets, found `{found}`"),
                    None => "expected a shape in brackets".into(),
                },
            )
            .help("a shape lists the sizes of one sample: `[4]`, or `[channels, height, width]`");
        while !input.is_empty() && !input.peek(Token![->]) && !input.peek(token::Brace) {
            let _ = input.parse::<proc_macro2::TokenTree>();
        }
        return None;
    }
    let parse = |input: ParseStream| {
        let content;
        let brackets = syn::bracketed!(content in input);
        let place = Place {
            start: brackets.span.open(),
            end: brackets.span.close(),
        };
        let sizes = Punctuated::<Expr, Token![,]>::parse_terminated(&content);
        if sizes.is_err() {
            let _ = content.parse::<proc_macro2::TokenStream>();
        }
        Ok::<_, syn::Error>((place, sizes))
    };
    let (place, sizes) = parse(input).ok()?;
    match sizes {
        Ok(sizes) => Some(Shape {
            place,
            sizes: Some(sizes.into_iter().collect()),
        }),
        Err(error) => {
            diagnostics
                .syntax_error(&error)
                .help("a shape lists sizes: `[4]`, or `[channels, height, width]`");
            Some(Shape { place, sizes: None })
        }
    }
}
