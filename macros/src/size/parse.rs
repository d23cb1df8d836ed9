//! Reads sizes, and walks their tokens.

use super::{LARGEST, Size, Symbols};
use crate::diagnostics::{Diagnostics, Place};
use crate::syntax::{Generics, text_of};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{BinOp, Expr, Lit};

/// Reads a size. What cannot be one is reported, and the size unknown.
pub(crate) fn parse_size(
    expression: &Expr,
    generics: &Generics,
    symbols: &mut Symbols,
    diagnostics: &mut Diagnostics,
) -> Size {
    let expression = bare(expression);
    if let Some(value) = literal_value(expression) {
        let text = text_of(expression);
        let error = match value {
            Ok(value) if value <= LARGEST => return Size::Known(value),
            Ok(_) | Err(Slip::TooLarge) => format!("`{text}` is larger than any network"),
            Err(Slip::Negative) => format!("a size cannot be negative, but this is `{text}`"),
            Err(Slip::DividesByZero) => format!("`{text}` divides by zero"),
        };
        diagnostics.error(Place::of(expression), error);
        return Size::Unknown;
    }
    match expression {
        Expr::Lit(_)
        | Expr::Tuple(_)
        | Expr::Array(_)
        | Expr::Closure(_)
        | Expr::Assign(_)
        | Expr::Range(_) => {
            diagnostics
                .error(
                    Place::of(expression),
                    format!("`{}` is not a size", text_of(expression)),
                )
                .help("a size is a whole number, or a `const` expression of type `usize`");
            return Size::Unknown;
        }
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            diagnostics.error(
                Place::of(expression),
                format!(
                    "a size cannot be negative, but this is `{}`",
                    text_of(expression)
                ),
            );
            return Size::Unknown;
        }
        Expr::Path(path) => {
            if let Some(ident) = path.path.get_ident()
                && generics.contains(ident)
            {
                if generics.scalar() == Some(ident) {
                    diagnostics
                        .error(
                            ident.span(),
                            format!("`{ident}` is the scalar of this network, not a size"),
                        )
                        .help("declare a size as `const N: usize` in the network's `<…>`");
                    return Size::Unknown;
                }
                return Size::Generic(ident.clone());
            }
        }
        _ => {}
    }
    let tokens = expression.to_token_stream();
    if let Some(ident) = find_ident(tokens.clone(), &|ident| ident == "Self") {
        diagnostics
            .error(
                ident.span(),
                "a size cannot use `Self`: the type is still being made",
            )
            .help("use a `const` item beside the network");
        return Size::Unknown;
    }
    if let Some(ident) = find_ident(tokens.clone(), &|ident| generics.contains(ident)) {
        diagnostics
            .error(
                Place::of(expression),
                format!("stable Rust has no arithmetic of generic sizes, and `{}` is such", text_of(expression)),
            )
            .help(format!(
                "make the result a size parameter of its own beside `{ident}`, or use a literal or a `const` item"
            ));
        return Size::Unknown;
    }
    let text = text_of(&tokens);
    symbols.define(tokens, text)
}

/// Without parentheses and the invisible groups that macros make.
pub(crate) fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(paren) => bare(&paren.expr),
        Expr::Group(group) => bare(&group.expr),
        _ => expression,
    }
}

/// Why arithmetic of literals is no size.
enum Slip {
    TooLarge,
    Negative,
    DividesByZero,
}

/// The value of arithmetic of integer literals.
fn literal_value(expression: &Expr) -> Option<Result<u64, Slip>> {
    match bare(expression) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(int) if matches!(int.suffix(), "" | "usize") => {
                Some(int.base10_parse().map_err(|_| Slip::TooLarge))
            }
            _ => None,
        },
        Expr::Binary(binary) => {
            let (a, b) = (literal_value(&binary.left)?, literal_value(&binary.right)?);
            let (a, b) = match (a, b) {
                (Ok(a), Ok(b)) => (a, b),
                (Err(slip), _) | (_, Err(slip)) => return Some(Err(slip)),
            };
            let (value, slip) = match binary.op {
                BinOp::Add(_) => (a.checked_add(b), Slip::TooLarge),
                BinOp::Sub(_) => (a.checked_sub(b), Slip::Negative),
                BinOp::Mul(_) => (a.checked_mul(b), Slip::TooLarge),
                BinOp::Div(_) => (a.checked_div(b), Slip::DividesByZero),
                BinOp::Rem(_) => (a.checked_rem(b), Slip::DividesByZero),
                _ => return None,
            };
            Some(value.ok_or(slip))
        }
        _ => None,
    }
}

/// The first identifier that `test` accepts, at any depth.
pub(crate) fn find_ident(tokens: TokenStream, test: &impl Fn(&Ident) -> bool) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => test(&ident).then_some(ident),
        TokenTree::Group(group) => find_ident(group.stream(), test),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

/// Gives every token the place of `span`, with the hygiene of the macro: errors of the compiler about generated code
/// then point at what the user wrote.
pub(crate) fn place_at(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let mut placed =
                    proc_macro2::Group::new(group.delimiter(), place_at(group.stream(), span));
                placed.set_span(group.span().located_at(span));
                return TokenTree::Group(placed);
            }
            token.set_span(token.span().located_at(span));
            token
        })
        .collect()
}
