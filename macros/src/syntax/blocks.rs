//! Blocks: names with bodies of their own.

use super::body::{self, Layer, Node, parse_body, parse_label, parse_node};
use super::text_of;
use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::{Ident, Span, TokenTree};
use syn::parse::ParseStream;
use syn::{Expr, Path, Token, token};

/// `block1: Residual(project = Conv2d(16, 1)) { … }`
pub(crate) struct Block {
    pub(crate) label: Option<Ident>,
    pub(crate) kind: BlockKind,
    /// The token of its name.
    pub(crate) span: Span,
    /// `Residual(project = Conv2d(16, 1))`
    pub(crate) text: String,
    /// `Repeat(3)`: the 3.
    pub(crate) count: Option<Expr>,
    /// `Concat(dim = 1)`: the 1.
    pub(crate) dim: Option<Expr>,
    /// `Residual(project = …)`
    pub(crate) project: Option<Vec<Node>>,
    /// `Bilinear(16)`: what the branches go to.
    pub(crate) layer: Option<Layer>,
    /// `Residual(freeze)`: the word.
    pub(crate) freeze: Option<Place>,
    /// Something in it could not be read, and that is reported.
    pub(crate) broken: bool,
    /// One for `Residual` and `Repeat`.
    pub(crate) branches: Vec<Branch>,
}

/// A body in a block.
pub(crate) struct Branch {
    pub(crate) label: Option<Ident>,
    pub(crate) body: Vec<Node>,
    pub(crate) place: Place,
}

/// The blocks there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BlockKind {
    Residual,
    Repeat,
    Add,
    Multiply,
    Concat,
    Bilinear,
    Heads,
}

const KINDS: [BlockKind; 7] = [
    BlockKind::Residual,
    BlockKind::Repeat,
    BlockKind::Add,
    BlockKind::Multiply,
    BlockKind::Concat,
    BlockKind::Bilinear,
    BlockKind::Heads,
];

impl BlockKind {
    pub(crate) fn find(name: &Ident) -> Option<Self> {
        KINDS.into_iter().find(|kind| name == kind.name())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Residual => "Residual",
            Self::Repeat => "Repeat",
            Self::Add => "Add",
            Self::Multiply => "Multiply",
            Self::Concat => "Concat",
            Self::Bilinear => "Bilinear",
            Self::Heads => "Heads",
        }
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().map(Self::name)
    }

    /// Whether its braces hold layers; the others hold braces that do.
    fn has_one_body(self) -> bool {
        matches!(self, Self::Residual | Self::Repeat)
    }

    /// How one is written.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Residual => "Residual { Linear(8), Relu }",
            Self::Repeat => "Repeat(3) { Linear(8), Relu }",
            Self::Add => "Add { { Linear(8) } { Linear(8), Tanh } }",
            Self::Multiply => "Multiply { { Linear(8) } { Linear(8), Sigmoid } }",
            Self::Concat => "Concat { { Linear(8) } { Linear(4), Tanh } }",
            Self::Bilinear => "Bilinear(8) { { Linear(8) } { Linear(4), Tanh } }",
            Self::Heads => "Heads { policy: { Linear(2) }, value: { Linear(1) } }",
        }
    }
}

/// Reads what stands behind the name.
pub(super) fn parse_block(
    input: ParseStream,
    label: Option<Ident>,
    path: &Path,
    kind: BlockKind,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Block> {
    let span = path
        .segments
        .last()
        .map_or_else(Span::call_site, |segment| segment.ident.span());
    let mut block = Block {
        label,
        kind,
        span,
        text: text_of(path),
        count: None,
        dim: None,
        project: None,
        layer: None,
        freeze: None,
        broken: false,
        branches: Vec::new(),
    };
    if kind == BlockKind::Bilinear {
        let layer = body::parse_plain(input, None, path, diagnostics)?;
        (block.text, block.broken) = (layer.text.clone(), layer.broken);
        block.layer = Some(layer);
    } else if input.peek(token::Paren) {
        let tokens: TokenTree = input.fork().parse()?;
        block.text.push_str(&text_of(&tokens));
        let content;
        syn::parenthesized!(content in input);
        if let Err(error) = parse_arguments(&content, &mut block, diagnostics) {
            diagnostics
                .syntax_error(&error)
                .help(format!("write as in `{}`", kind.example()));
            block.broken = true;
            skip(&content);
        }
    }
    let content;
    let braces = syn::braced!(content in input);
    if kind.has_one_body() {
        let body = parse_body(&content, diagnostics);
        block.branches.push(Branch {
            label: None,
            body,
            place: braces.span.join().into(),
        });
        return Ok(block);
    }
    while !content.is_empty() {
        let label = match parse_label(&content, diagnostics) {
            Ok(label) => label,
            Err(error) => {
                diagnostics.syntax_error(&error);
                block.broken = true;
                skip(&content);
                break;
            }
        };
        if !content.peek(token::Brace) {
            diagnostics
                .error(
                    content.span(),
                    format!("`{}` holds branches, each in braces", kind.name()),
                )
                .help(format!("write as in `{}`", kind.example()));
            let body = parse_body(&content, diagnostics);
            block.broken = true;
            block.branches.push(Branch {
                label,
                body,
                place: span.into(),
            });
            break;
        }
        let inner;
        let braces = syn::braced!(inner in content);
        let body = parse_body(&inner, diagnostics);
        block.branches.push(Branch {
            label,
            body,
            place: braces.span.join().into(),
        });
        if content.peek(Token![,]) {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(block)
}

/// To the end: what is left was reported where it began.
fn skip(input: ParseStream) {
    while !input.is_empty() {
        let _ = input.parse::<TokenTree>();
    }
}

/// `freeze`, or `freeze = true`.
fn parse_freeze(
    input: ParseStream,
    block: &mut Block,
    diagnostics: &mut Diagnostics,
) -> syn::Result<()> {
    let word: Ident = input.parse()?;
    let freezes = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let value: Expr = input.parse()?;
        super::freezes(&value, diagnostics)
    } else {
        true
    };
    if block.freeze.is_some() {
        diagnostics
            .error(word.span(), "`freeze` is given twice")
            .help("remove one");
    }
    if freezes {
        block.freeze = Some(word.span().into());
    }
    Ok(())
}

/// What stands in the parentheses.
fn parse_arguments(
    input: ParseStream,
    block: &mut Block,
    diagnostics: &mut Diagnostics,
) -> syn::Result<()> {
    let named = |name: &str| -> bool {
        input.peek2(Token![=])
            && input
                .fork()
                .parse::<Ident>()
                .is_ok_and(|found| found == name)
    };
    while !input.is_empty() {
        if input
            .fork()
            .parse::<Ident>()
            .is_ok_and(|word| word == "freeze")
        {
            parse_freeze(input, block, diagnostics)?;
        } else if block.kind == BlockKind::Residual && named("project") {
            input.parse::<Ident>()?;
            input.parse::<Token![=]>()?;
            let body = if input.peek(token::Brace) {
                let content;
                syn::braced!(content in input);
                parse_body(&content, diagnostics)
            } else {
                vec![parse_node(input, diagnostics)?]
            };
            block.project = Some(body);
        } else if block.kind == BlockKind::Concat && named("dim") {
            input.parse::<Ident>()?;
            input.parse::<Token![=]>()?;
            block.dim = Some(input.parse()?);
        } else if block.kind == BlockKind::Repeat && block.count.is_none() {
            block.count = Some(input.parse()?);
        } else {
            let takes = match block.kind {
                BlockKind::Residual => "takes `project = …` and nothing else",
                BlockKind::Repeat => "takes one number, how often",
                BlockKind::Concat => "takes `dim = …` and nothing else",
                BlockKind::Add | BlockKind::Multiply | BlockKind::Heads | BlockKind::Bilinear => {
                    "takes no arguments"
                }
            };
            return Err(input.error(format!("`{}` {takes}", block.kind.name())));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}
