//! What goes in: one shape, or several with names.

use super::body::skip_to_comma;
use super::header::{Shape, parse_input, parse_shape};
use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Token, token};

/// What stands between the name and the output.
pub(crate) enum Inputs {
    /// `[1, 28, 28]`
    One(Shape),
    /// `{ state: [8], action: [2] }`
    Named {
        place: Place,
        shapes: Vec<(Ident, Shape)>,
    },
}

impl Inputs {
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::One(shape) => shape.place,
            Self::Named { place, .. } => *place,
        }
    }
}

/// Reads `: [1, 28, 28]` or `: { state: [8], action: [2] }`.
pub(super) fn parse_inputs(
    input: ParseStream,
    name: &Ident,
    diagnostics: &mut Diagnostics,
) -> Inputs {
    // Braces with nothing behind them are the layers.
    let behind = input.peek3(Token![->]) || input.peek3(Token![=>]) || input.peek3(token::Brace);
    if input.peek(Token![:]) && input.peek2(token::Brace) && behind {
        match parse_named(input, diagnostics) {
            Ok(named) => return named,
            Err(error) => {
                diagnostics.syntax_error(&error);
            }
        }
    }
    let shape = parse_input(input, name, diagnostics);
    Inputs::One(shape.unwrap_or_else(|| Shape::unknown(name)))
}

const EXAMPLE: &str = "several inputs read `{ state: [8], action: [2] }`";

fn parse_named(input: ParseStream, diagnostics: &mut Diagnostics) -> syn::Result<Inputs> {
    input.parse::<Token![:]>()?;
    let content;
    let braces = syn::braced!(content in input);
    let mut shapes: Vec<(Ident, Shape)> = Vec::new();
    if content.is_empty() {
        diagnostics
            .error(braces.span.join(), "a network has at least one input")
            .help(EXAMPLE);
    }
    while !content.is_empty() {
        match parse_one(&content, diagnostics) {
            Ok((name, shape)) => {
                let text = name.unraw().to_string();
                let first = shapes.iter().find(|(known, _)| known.unraw() == text);
                if let Some((first, _)) = first {
                    diagnostics
                        .error(name.span(), format!("the input `{text}` stands twice"))
                        .note(format!(
                            "the first `{text}` is on line {}",
                            first.span().start().line
                        ))
                        .help("choose another name");
                } else {
                    shapes.push((name, shape));
                }
            }
            Err(error) => {
                diagnostics.syntax_error(&error).help(EXAMPLE);
                skip_to_comma(&content);
            }
        }
        if !content.is_empty() && content.parse::<Token![,]>().is_err() {
            diagnostics
                .error(content.span(), "expected `,` between inputs")
                .help(EXAMPLE);
            if !content.peek(syn::Ident) {
                skip_to_comma(&content);
                let _ = content.parse::<Token![,]>();
            }
        }
    }
    Ok(Inputs::Named {
        place: Place {
            start: braces.span.open(),
            end: braces.span.close(),
        },
        shapes,
    })
}

/// `state: [8]`
fn parse_one(input: ParseStream, diagnostics: &mut Diagnostics) -> syn::Result<(Ident, Shape)> {
    if !input.peek(syn::Ident)
        && let Ok(keyword) = input.fork().call(Ident::parse_any)
    {
        let text = format!("`{keyword}` is a keyword of Rust; as an input write `r#{keyword}`");
        return Err(input.error(text));
    }
    let name: Ident = input.parse()?;
    input.parse::<Token![:]>()?;
    // Up to the comma: a shape without brackets goes on to the end.
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        let bracket = input.peek(token::Bracket);
        tokens.extend([input.parse::<TokenTree>()?]);
        if bracket {
            break;
        }
    }
    if tokens.is_empty() {
        return Err(input.error(format!("the input `{name}` has no shape")));
    }
    let parse = |input: ParseStream| Ok(parse_shape(input, diagnostics));
    let shape = parse.parse2(tokens)?;
    let shape = shape.unwrap_or_else(|| Shape::unknown(&name));
    Ok((name, shape))
}
