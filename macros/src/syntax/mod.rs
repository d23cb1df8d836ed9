//! What was typed, with its spans. A malformed piece is reported and left out; the rest is still read.

mod blocks;
mod body;
mod budget;
mod header;
mod inputs;
mod settings;
mod text;

pub(crate) use blocks::{Block, BlockKind, Branch};
pub(crate) use body::{Argument, Braces, Layer, Node};
pub(crate) use budget::Quantity;
pub(crate) use header::{Generics, Parameter, Shape};
pub(crate) use inputs::Inputs;
pub(crate) use settings::{HalfType, Settings};
pub(crate) use text::text_of;

use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Lit, Token, Visibility, token};

/// One `network! { … }`.
pub(crate) struct Declaration {
    /// Documentation, derives, `#[network(…)]`, anything else.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) inputs: Inputs,
    /// `-> [10]`
    pub(crate) output: Option<Shape>,
    pub(crate) body: Vec<Node>,
    /// What stands behind the layers.
    pub(crate) settings: Settings,
}

/// The value of `freeze = …`; what is none is reported.
pub(crate) fn freezes(value: &Expr, diagnostics: &mut Diagnostics) -> bool {
    match value {
        Expr::Lit(literal) if let Lit::Bool(flag) = &literal.lit => flag.value,
        _ => {
            diagnostics
                .error(
                    Place::of(value),
                    format!(
                        "`freeze` takes `true` or `false`, found `{}`",
                        text_of(value)
                    ),
                )
                .help("write `freeze` alone");
            false
        }
    }
}

/// How deeply brackets may nest. The parser recurses, and so does the compiler behind it.
const DEPTH: usize = 64;

/// Reads a declaration; `None` when there is not even a name to generate a type for.
pub(crate) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Option<Declaration> {
    if let Some(token) = too_deep(tokens.clone(), DEPTH) {
        diagnostics.error(
            token.span(),
            format!("brackets nest more than {DEPTH} deep here"),
        );
        return None;
    }
    let mut declaration = None;
    let parser = |input: ParseStream| {
        declaration = parse_declaration(input, diagnostics)?;
        // What is left was reported where it began.
        input.step(|cursor| {
            let mut rest = *cursor;
            while let Some((_, next)) = rest.token_tree() {
                rest = next;
            }
            Ok(((), rest))
        })
    };
    let result = parser.parse2(tokens);
    if let Err(error) = result {
        diagnostics.syntax_error(&error).help(EXAMPLE);
    }
    declaration
}

const EXAMPLE: &str =
    "a declaration reads `pub struct Name: [inputs] -> [outputs] { Linear(8), Relu, Linear(2) }`";

/// The first group behind too many others, or behind too many prefix operators.
fn too_deep(tokens: TokenStream, depth: usize) -> Option<TokenTree> {
    let mut operators = 0;
    for token in tokens {
        match &token {
            TokenTree::Group(_) if depth == 0 => return Some(token),
            TokenTree::Group(group) => {
                if let Some(deep) = too_deep(group.stream(), depth - 1) {
                    return Some(deep);
                }
                operators = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() != ',' => {
                operators += 1;
                if operators > DEPTH {
                    return Some(token);
                }
            }
            TokenTree::Punct(_) => operators = 0,
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
    None
}

fn parse_declaration(
    input: ParseStream,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Option<Declaration>> {
    if input.is_empty() {
        diagnostics
            .error(input.span(), "`network!` needs a declaration")
            .help(EXAMPLE);
        return Ok(None);
    }
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    parse_struct(input, diagnostics)?;
    let name: Ident = input.parse()?;
    let generics = header::parse_generics(input, diagnostics);
    let inputs = inputs::parse_inputs(input, &name, diagnostics);
    let output = header::parse_output(input, diagnostics);
    skip_to_braces(input, output.is_some(), diagnostics);
    let (mut body, mut settings) = (Vec::new(), Settings::default());
    if input.peek(token::Brace) {
        let content;
        let braces = syn::braced!(content in input);
        body = body::parse_body(&content, diagnostics);
        if content.is_empty() && body.is_empty() && diagnostics.is_empty() {
            diagnostics
                .error(braces.span.join(), "a network needs at least one layer")
                .help(
                    "write the layers between the braces, as in `{ Linear(8), Relu, Linear(2) }`",
                );
        }
        settings = settings::parse_settings(input, diagnostics);
    } else if diagnostics.is_empty() {
        diagnostics
            .error(name.span(), format!("`{name}` has no layers"))
            .help(EXAMPLE);
    }
    if !input.is_empty() && diagnostics.is_empty() {
        report_rest(input, diagnostics);
    }
    Ok(Some(Declaration {
        attributes,
        visibility,
        inputs,
        name,
        generics,
        output,
        body,
        settings,
    }))
}

/// `struct`. Where it is missing, or another keyword stands, the rest is still read.
fn parse_struct(input: ParseStream, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    if input.peek(Token![struct]) {
        input.parse::<Token![struct]>()?;
        return Ok(());
    }
    let found = input.fork().call(Ident::parse_any)?;
    if input.peek(syn::Ident) {
        diagnostics
            .error(
                found.span(),
                format!("expected `struct` before the name `{found}`"),
            )
            .help(format!("write `struct {found}`"));
    } else {
        diagnostics
            .error(found.span(), format!("expected `struct`, found `{found}`"))
            .help(EXAMPLE);
        input.call(Ident::parse_any)?;
    }
    Ok(())
}

/// Reports what stands behind the declaration.
fn report_rest(input: ParseStream, diagnostics: &mut Diagnostics) {
    let another = input.peek(Token![struct]) || input.peek(Token![pub]) || input.peek(Token![#]);
    let word = input.fork().parse::<Ident>().ok();
    let example = word.and_then(|word| settings::example_of(&word.to_string()));
    let error = diagnostics.error(
        input.span(),
        "expected a setting, `budget { … }`, or the end of the declaration",
    );
    if another {
        error.help("one `network!` declares one network; write another `network!` for the next");
    } else if let Some(example) = example {
        error.help(format!("write `{example}`"));
    } else {
        error.help("remove it");
    }
}

/// Skips what does not belong here, up to the braces.
fn skip_to_braces(input: ParseStream, has_output: bool, diagnostics: &mut Diagnostics) {
    if input.is_empty() || input.peek(token::Brace) {
        return;
    }
    if diagnostics.is_empty() {
        let expected = match has_output {
            true => "expected the layers in braces",
            false => "expected the layers in braces, or `->` and the output",
        };
        let error = diagnostics.error(input.span(), expected);
        if input.peek(Token![where]) {
            error.help(
                "a network takes no where clause; the scalar's bound `Scalar` is added by the macro",
            );
        } else {
            error.help(EXAMPLE);
        }
    }
    let _ = input.step(|cursor| {
        let mut rest = *cursor;
        while rest.group(Delimiter::Brace).is_none()
            && let Some((_, next)) = rest.token_tree()
        {
            rest = next;
        }
        Ok(((), rest))
    });
}
