//! Generics and shapes of a declaration.

use super::text_of;
use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
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

    /// The size parameters.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = &Ident> {
        self.parameters
            .iter()
            .filter_map(|parameter| match parameter {
                Parameter::Size(name) => Some(name),
                Parameter::Scalar(_) => None,
            })
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

/// Reads `: [1, 28, 28]`.
pub(super) fn parse_input(
    input: ParseStream,
    name: &Ident,
    diagnostics: &mut Diagnostics,
) -> Option<Shape> {
    if input.peek(Token![:]) {
        let _ = input.parse::<Token![:]>();
        return parse_shape(input, diagnostics);
    }
    if input.peek(token::Bracket) {
        diagnostics
            .error(
                input.span(),
                format!("expected `:` between `{name}` and the shape of its input"),
            )
            .help(format!("write `{name}: […]`"));
        return parse_shape(input, diagnostics);
    }
    diagnostics
        .error(name.span(), format!("`{name}` does not say what goes in"))
        .help(format!(
            "write the shape of one input sample behind the name, as in `{name}: [28, 28]`"
        ));
    None
}

/// Reads `-> [10]`, where there is one.
pub(super) fn parse_output(input: ParseStream, diagnostics: &mut Diagnostics) -> Option<Shape> {
    if input.peek(Token![->]) {
        let _ = input.parse::<Token![->]>();
    } else if input.peek(Token![=>]) {
        diagnostics
            .error(
                input.span(),
                "the output stands behind `->`, not behind `=>`",
            )
            .help("write `->`");
        let _ = input.parse::<Token![=>]>();
    } else {
        return None;
    }
    parse_shape(input, diagnostics)
}

/// Reads `[1, 28, 28]`.
pub(super) fn parse_shape(input: ParseStream, diagnostics: &mut Diagnostics) -> Option<Shape> {
    if !input.peek(token::Bracket) {
        return parse_bare_shape(input, diagnostics);
    }
    let parse = |input: ParseStream| {
        let content;
        let brackets = syn::bracketed!(content in input);
        let place = Place {
            start: brackets.span.open(),
            end: brackets.span.close(),
        };
        let tokens = content.parse::<TokenStream>()?;
        Ok::<_, syn::Error>((place, tokens))
    };
    let (place, tokens) = parse(input).ok()?;
    let is_array_type = tokens
        .clone()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
    if is_array_type {
        diagnostics
            .error(place, "a shape is no array type: it lists sizes alone")
            .help(
                "write `[4]`, or `[channels, height, width]`; the scalar is `f32`, or what `#[network(scalar = f64)]` says",
            );
        return Some(Shape { place, sizes: None });
    }
    match sizes(tokens) {
        Ok(sizes) => Some(Shape {
            place,
            sizes: Some(sizes),
        }),
        Err(error) => {
            diagnostics
                .syntax_error(&error)
                .help("a shape lists sizes: `[4]`, or `[channels, height, width]`");
            Some(Shape { place, sizes: None })
        }
    }
}

fn sizes(tokens: TokenStream) -> syn::Result<Vec<Expr>> {
    let sizes = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens)?;
    Ok(sizes.into_iter().collect())
}

/// A shape without its brackets is an error, but mostly it can be read: `10`, `(1, 28, 28)`.
fn parse_bare_shape(input: ParseStream, diagnostics: &mut Diagnostics) -> Option<Shape> {
    let place = input.span();
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![->]) && !input.peek(token::Brace) {
        tokens.extend(input.parse::<TokenTree>().ok());
    }
    let content = match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            group.stream()
        }
        _ => tokens.clone(),
    };
    let text = text_of(&content);
    match sizes(content) {
        Ok(sizes) if !sizes.is_empty() => {
            let place = Place::of(&tokens);
            diagnostics
                .error(place, "expected a shape in brackets")
                .help(format!("write `[{text}]`"));
            Some(Shape {
                place,
                sizes: Some(sizes),
            })
        }
        _ => {
            diagnostics
                .error(place, "expected a shape in brackets")
                .help(
                    "a shape lists the sizes of one sample: `[4]`, or `[channels, height, width]`",
                );
            None
        }
    }
}
