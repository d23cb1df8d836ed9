//! The list of layers.

use super::blocks::{Block, BlockKind};
use super::text_of;
use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Path, Token, token};

/// One entry of a body.
pub(crate) enum Node {
    Layer(Layer),
    Block(Box<Block>),
    /// A name and braces that are no block.
    Braces(Braces),
    /// Something that could not be read, and that is reported.
    Unread,
}

/// `fc1: Linear(120, bias = false)`
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) label: Option<Ident>,
    /// `Linear`, `Gain<8>`, `my::Warp`
    pub(crate) path: Path,
    /// `None` without parentheses; arguments that could not be read are missing.
    pub(crate) arguments: Option<Vec<Argument>>,
    /// An argument could not be read, and that is reported.
    pub(crate) broken: bool,
    /// The layer as it was written, without the label.
    pub(crate) text: String,
}

/// `Thing { … }`
pub(crate) struct Braces {
    pub(crate) path: Path,
    /// What stands between the braces.
    pub(crate) content: String,
}

/// `120` or `bias = false`
#[derive(Clone)]
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
pub(crate) fn parse_body(input: ParseStream, diagnostics: &mut Diagnostics) -> Vec<Node> {
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
                body.push(Node::Unread);
                skip_to_comma(input);
            }
        }
        if input.is_empty() {
            break;
        }
        if input.parse::<Token![,]>().is_err() {
            parse_wrong_separator(input, &mut body, diagnostics);
        }
    }
    body
}

/// Something else than a comma. Where it is clear what was meant, the layer behind it is read.
fn parse_wrong_separator(input: ParseStream, body: &mut Vec<Node>, diagnostics: &mut Diagnostics) {
    let ahead = input.fork();
    let mut found = String::new();
    while let Ok(TokenTree::Punct(punct)) = ahead.parse::<TokenTree>()
        && punct.as_char() != ','
    {
        found.push(punct.as_char());
    }
    let text = match found.as_str() {
        "" => "expected `,` between layers".to_owned(),
        found => format!("expected `,` between layers, found `{found}`"),
    };
    diagnostics
        .error(input.span(), text)
        .help("separate layers with commas");
    if matches!(found.as_str(), ";" | "->" | "=>" | "|" | "+" | ">>") {
        for _ in found.chars() {
            let _ = input.step(|cursor| match cursor.punct() {
                Some((_, rest)) => Ok(((), rest)),
                None => Err(cursor.error("no punctuation")),
            });
        }
    } else if !input.peek(syn::Ident) {
        body.push(Node::Unread);
        skip_to_comma(input);
        let _ = input.parse::<Token![,]>();
    }
}

pub(super) fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

pub(super) fn parse_node(input: ParseStream, diagnostics: &mut Diagnostics) -> syn::Result<Node> {
    if input.peek(Token![#]) {
        return Err(input.error("layers take no attributes"));
    }
    let label = parse_label(input, diagnostics)?;
    let path: Path = input.parse()?;
    if let Some(kind) = path.get_ident().and_then(BlockKind::find)
        && (input.peek(token::Brace) || (input.peek(token::Paren) && input.peek2(token::Brace)))
    {
        return super::blocks::parse_block(input, label, &path, kind, diagnostics)
            .map(|block| Node::Block(Box::new(block)));
    }
    let layer = parse_plain(input, label, &path, diagnostics)?;
    if input.peek(token::Brace) {
        let content;
        syn::braced!(content in input);
        let content = content.parse::<TokenStream>()?;
        return Ok(Node::Braces(Braces {
            path,
            content: text_of(&content),
        }));
    }
    Ok(Node::Layer(layer))
}

/// A layer, up to the end of its arguments.
pub(super) fn parse_plain(
    input: ParseStream,
    label: Option<Ident>,
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Layer> {
    let mut text = text_of(path);
    let mut broken = false;
    let arguments = if input.peek(token::Paren) {
        let tokens: TokenTree = input.fork().parse()?;
        text.push_str(&text_of(&tokens));
        let content;
        syn::parenthesized!(content in input);
        Some(parse_arguments(&content, diagnostics, &mut broken))
    } else if input.peek(token::Bracket) || input.peek(syn::Lit) {
        let found: TokenTree = input.parse()?;
        let content = match &found {
            TokenTree::Group(group) => group.stream(),
            _ => found.to_token_stream(),
        };
        text = format!("{text}({})", text_of(&content));
        diagnostics
            .error(
                found.span(),
                format!("`{}` takes its arguments in parentheses", text_of(&path)),
            )
            .help(format!("write `{text}`"));
        let parse = |input: ParseStream| Ok(parse_arguments(input, diagnostics, &mut broken));
        parse.parse2(content).ok()
    } else {
        None
    };
    Ok(Layer {
        label,
        path: path.clone(),
        arguments,
        broken,
        text,
    })
}

/// `fc1:`
pub(super) fn parse_label(
    input: ParseStream,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Option<Ident>> {
    if input.peek2(Token![=]) && !input.peek2(Token![==]) && input.peek(syn::Ident) {
        let label: Ident = input.parse()?;
        diagnostics
            .error(input.span(), "a label stands before `:`, not before `=`")
            .help(format!("write `{label}: …`"));
        input.parse::<Token![=]>()?;
        return Ok(Some(label));
    }
    if !input.peek2(Token![:]) || input.peek2(Token![::]) {
        return Ok(None);
    }
    if !input.peek(syn::Ident)
        && let Ok(keyword) = input.fork().call(Ident::parse_any)
    {
        return Err(input.error(format!(
            "`{keyword}` is a keyword of Rust; as a label write `r#{keyword}`"
        )));
    }
    let label: Ident = input.parse()?;
    input.parse::<Token![:]>()?;
    Ok(Some(label))
}

fn parse_arguments(
    input: ParseStream,
    diagnostics: &mut Diagnostics,
    broken: &mut bool,
) -> Vec<Argument> {
    let mut arguments = Vec::new();
    while !input.is_empty() {
        match parse_argument(input, diagnostics) {
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

fn parse_argument(input: ParseStream, diagnostics: &mut Diagnostics) -> syn::Result<Argument> {
    if input.peek(syn::Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
        let name = input.call(Ident::parse_any)?;
        let colon = input.parse::<Token![:]>()?;
        let value = input.parse()?;
        diagnostics
            .error(colon.span, "an option is given with `=`, not with `:`")
            .help(format!("write `{name} = {}`", text_of(&value)));
        return Ok(Argument {
            name: Some(name),
            value,
        });
    }
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
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|known| known == name)
    }

    /// `bias = false`
    pub(crate) fn text(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} = {}", text_of(&self.value)),
            None => text_of(&self.value),
        }
    }

    /// What an error about the whole argument underlines.
    pub(crate) fn place(&self) -> Place {
        let mut tokens = TokenStream::new();
        self.name.to_tokens(&mut tokens);
        self.value.to_tokens(&mut tokens);
        Place::of(&tokens)
    }
}
