//! The list of layers.

use super::text_of;
use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Path, Token, token};

/// One entry of a body.
pub(crate) enum Node {
    Layer(Layer),
    Block(Block),
}

/// `fc1: Linear(120, bias = false)`
pub(crate) struct Layer {
    pub(crate) label: Option<Ident>,
    /// `Linear`, `Scale<8>`, `my::Warp`
    pub(crate) path: Path,
    /// `None` without parentheses; arguments that could not be read are missing.
    pub(crate) arguments: Option<Vec<Argument>>,
    /// An argument could not be read, and that is reported.
    pub(crate) broken: bool,
    /// The layer as it was written, without the label.
    pub(crate) text: String,
}

/// `Residual(…) { … }`
pub(crate) struct Block {
    pub(crate) path: Path,
}

/// `120` or `bias = false`
pub(crate) struct Argument {
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

impl Layer {
    /// The last segment of the path: what the layer is called.
    pub(crate) fn name(&self) -> String {
        self.path
            .segments
            .last()
            .map(|segment| segment.ident.unraw().to_string())
            .unwrap_or_default()
    }

    /// The name's token: where errors about the layer as a whole point.
    pub(crate) fn span(&self) -> Span {
        self.path
            .segments
            .last()
            .map_or_else(Span::call_site, |segment| segment.ident.span())
    }
}

/// Reads layers separated by commas. After a mistake it goes on behind the next comma.
pub(super) fn parse_body(input: ParseStream, diagnostics: &mut Diagnostics) -> Vec<Node> {
    let mut body = Vec::new();
    while !input.is_empty() {
        if input.peek(Token![,]) {
            diagnostics.error(input.span(), "expected a layer, found `,`");
            let _ = input.parse::<Token![,]>();
            continue;
        }
        match parse_node(input, diagnostics) {
            Ok(node) => body.push(node),
            Err(error) => {
                diagnostics.syntax_error(&error).help(
                    "a layer reads `Relu`, `Linear(10)` or `label: Linear(10, bias = false)`",
                );
                skip_to_comma(input);
            }
        }
        if input.is_empty() {
            break;
        }
        if input.parse::<Token![,]>().is_err() {
            let before_layer = input.peek(syn::Ident);
            diagnostics
                .error(input.span(), "expected `,` between layers")
                .help("separate layers with commas");
            if !before_layer {
                skip_to_comma(input);
                let _ = input.parse::<Token![,]>();
            }
        }
    }
    body
}

fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

fn parse_node(input: ParseStream, diagnostics: &mut Diagnostics) -> syn::Result<Node> {
    if input.peek(Token![#]) {
        return Err(input.error("layers take no attributes"));
    }
    let label = if input.peek(syn::Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
        let label: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        Some(label)
    } else {
        if input.peek2(Token![:])
            && !input.peek2(Token![::])
            && let Ok(keyword) = input.fork().call(Ident::parse_any)
        {
            return Err(input.error(format!(
                "`{keyword}` is a keyword of Rust; as a label write `r#{keyword}`"
            )));
        }
        None
    };
    let path: Path = input.parse()?;
    let mut text = text_of(&path);
    let mut broken = false;
    let arguments = if input.peek(token::Paren) {
        let tokens: TokenTree = input.fork().parse()?;
        text.push_str(&text_of(&tokens));
        let content;
        syn::parenthesized!(content in input);
        Some(parse_arguments(&content, diagnostics, &mut broken))
    } else {
        None
    };
    if input.peek(token::Brace) {
        let _ = input.parse::<TokenTree>();
        return Ok(Node::Block(Block { path }));
    }
    Ok(Node::Layer(Layer {
        label,
        path,
        arguments,
        broken,
        text,
    }))
}

fn parse_arguments(
    input: ParseStream,
    diagnostics: &mut Diagnostics,
    broken: &mut bool,
) -> Vec<Argument> {
    let mut arguments = Vec::new();
    while !input.is_empty() {
        match parse_argument(input) {
            Ok(argument) => arguments.push(argument),
            Err(error) => {
                *broken = true;
                diagnostics.syntax_error(&error);
                skip_to_comma(input);
            }
        }
        if !input.is_empty() && input.parse::<Token![,]>().is_err() {
            *broken = true;
            diagnostics.error(input.span(), "expected `,` between arguments");
            skip_to_comma(input);
            let _ = input.parse::<Token![,]>();
        }
    }
    arguments
}

fn parse_argument(input: ParseStream) -> syn::Result<Argument> {
    let named = input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>]);
    let name = if named && input.peek(syn::Ident::peek_any) {
        let name = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        Some(name)
    } else {
        None
    };
    Ok(Argument {
        name,
        value: input.parse()?,
    })
}

impl Argument {
    /// What an error about the whole argument underlines.
    pub(crate) fn place(&self) -> Place {
        let mut tokens = TokenStream::new();
        self.name.to_tokens(&mut tokens);
        self.value.to_tokens(&mut tokens);
        Place::of(&tokens)
    }
}
