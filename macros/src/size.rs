//! Sizes: known to the macro, to the compiler, or only where the network is used.

use crate::diagnostics::{Diagnostics, Place};
use crate::syntax::{Generics, text_of};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use std::cmp::Ordering;
use std::fmt;
use syn::{BinOp, Expr, Lit};

/// One dimension of a shape, or a number derived from some.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Size {
    /// A literal, or arithmetic of literals.
    Known(u64),
    /// A size parameter of the network.
    Generic(Ident),
    /// A `const` expression without generic parameters, under the name of a generated constant.
    Symbol(Symbol),
    /// After an error: fits everything, so that one mistake is one error.
    Unknown,
}

/// A generated constant.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    /// Its name.
    pub(crate) ident: Ident,
    /// What stands for it in messages: the expression as the user wrote it, or arithmetic of such.
    pub(crate) text: String,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.ident == other.ident
    }
}

/// Sizes beyond this are mistakes; the bound keeps sums of them inside `u64`.
const LARGEST: u64 = 1 << 40;

/// Why sizes cannot be combined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unworkable {
    /// The result is larger than any network.
    Overflow,
    /// Stable Rust has no arithmetic of generic sizes.
    Generic,
}

impl Size {
    pub(crate) fn known(&self) -> Option<u64> {
        match self {
            Self::Known(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether two sizes are equal, where the macro can tell.
    pub(crate) fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Some(true),
            (Self::Symbol(a), Self::Symbol(b)) if a == b => Some(true),
            (Self::Symbol(_), Self::Known(_) | Self::Symbol(_))
            | (Self::Known(_), Self::Symbol(_)) => None,
            // A parameter may be anything, so it equals only itself.
            (a, b) => Some(a == b),
        }
    }

    /// As an expression of type `usize`.
    pub(crate) fn value(&self) -> TokenStream {
        match self {
            Self::Known(value) => number(*value),
            Self::Generic(ident) => ident.to_token_stream(),
            Self::Symbol(symbol) => symbol.ident.to_token_stream(),
            Self::Unknown => number(1),
        }
    }
}

/// Without a suffix, as a person would write it.
pub(crate) fn number(value: u64) -> TokenStream {
    proc_macro2::Literal::u64_unsuffixed(value).into_token_stream()
}

/// As a const argument or an array length.
impl ToTokens for Size {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.value());
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => write!(f, "{value}"),
            Self::Generic(ident) => write!(f, "{ident}"),
            Self::Symbol(symbol) => f.write_str(&symbol.text),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// The generated constants of a network: each `const` expression is evaluated once, under a name, so that a mistake
/// in it is one error and shapes that are computed from it stay short.
pub(crate) struct Symbols {
    prefix: String,
    items: Vec<Item>,
}

struct Item {
    symbol: Symbol,
    expression: TokenStream,
    key: String,
}

impl Symbols {
    pub(crate) fn new(network: &Ident) -> Self {
        Self {
            prefix: format!("__{network}_SIZE_").replace("r#", ""),
            items: Vec::new(),
        }
    }

    /// The constant for an expression; the same one for the same tokens.
    pub(crate) fn define(&mut self, expression: TokenStream, text: String) -> Size {
        let key = expression.to_string();
        if let Some(item) = self.items.iter().find(|item| item.key == key) {
            return Size::Symbol(item.symbol.clone());
        }
        let symbol = Symbol {
            ident: format_ident!("{}{}", self.prefix, self.items.len() + 1),
            text,
        };
        self.items.push(Item {
            symbol: symbol.clone(),
            expression,
            key,
        });
        Size::Symbol(symbol)
    }

    /// Name and expression of each constant.
    pub(crate) fn items(&self) -> impl Iterator<Item = (&Symbol, &TokenStream)> {
        self.items
            .iter()
            .map(|item| (&item.symbol, &item.expression))
    }

    /// The product of some sizes.
    pub(crate) fn product(&mut self, sizes: &[Size]) -> Result<Size, Unworkable> {
        if sizes.iter().any(Size::is_unknown) {
            return Ok(Size::Unknown);
        }
        let known = sizes
            .iter()
            .filter_map(Size::known)
            .try_fold(1_u64, u64::checked_mul)
            .filter(|product| *product <= LARGEST)
            .ok_or(Unworkable::Overflow)?;
        let rest: Vec<&Size> = sizes.iter().filter(|size| size.known().is_none()).collect();
        match rest.as_slice() {
            [] => Ok(Size::Known(known)),
            [only] if known == 1 => Ok((*only).clone()),
            _ if rest.iter().any(|size| matches!(size, Size::Generic(_))) => {
                Err(Unworkable::Generic)
            }
            _ => {
                let factors: Vec<&Size> = sizes
                    .iter()
                    .filter(|size| **size != Size::Known(1))
                    .collect();
                let text = factors
                    .iter()
                    .map(|size| factor(size))
                    .collect::<Vec<_>>()
                    .join(" * ");
                Ok(self.define(
                    quote!(::chainrule::__private::product(&[#(#factors),*])),
                    text,
                ))
            }
        }
    }

    /// `a / b`, for sizes that divide.
    pub(crate) fn quotient(&mut self, a: &Size, b: &Size) -> Result<Size, Unworkable> {
        match (a, b) {
            (a, Size::Known(1)) => Ok(a.clone()),
            (Size::Unknown, _) | (_, Size::Unknown) => Ok(Size::Unknown),
            (Size::Known(a), Size::Known(b)) => Ok(Size::Known(a / (*b).max(1))),
            (Size::Generic(_), _) | (_, Size::Generic(_)) => Err(Unworkable::Generic),
            (a, b) => {
                let text = format!("{} / {}", factor(a), factor(b));
                Ok(self.define(quote!(::chainrule::__private::quotient(#a, #b)), text))
            }
        }
    }

    /// How often a window fits, as PyTorch counts: convolution, or pooling with `ceil_mode`.
    pub(crate) fn windows(&mut self, window: &Window) -> Result<Size, Unworkable> {
        let sizes = window.sizes();
        if sizes.iter().any(|size| size.is_unknown()) {
            return Ok(Size::Unknown);
        }
        if let Some([input, kernel, stride, padding, dilation]) = window.known() {
            return Ok(Size::Known(windows(
                input,
                kernel,
                stride,
                padding,
                dilation,
                window.ceil_mode,
            )));
        }
        if window.is_identity() {
            return Ok(window.input.clone());
        }
        if sizes.iter().any(|size| matches!(size, Size::Generic(_))) {
            return Err(Unworkable::Generic);
        }
        let Window {
            input,
            kernel,
            stride,
            padding,
            dilation,
            ceil_mode,
        } = window;
        let text = window.text();
        Ok(self.define(
            quote!(::chainrule::__private::windows(#input, #kernel, #stride, #padding, #dilation, #ceil_mode)),
            text,
        ))
    }
}

/// A window that slides along one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) input: Size,
    pub(crate) kernel: Size,
    pub(crate) stride: Size,
    pub(crate) padding: Size,
    pub(crate) dilation: Size,
    pub(crate) ceil_mode: bool,
}

impl Window {
    fn sizes(&self) -> [&Size; 5] {
        [
            &self.input,
            &self.kernel,
            &self.stride,
            &self.padding,
            &self.dilation,
        ]
    }

    /// All five numbers, when the macro knows them.
    pub(crate) fn known(&self) -> Option<[u64; 5]> {
        let mut known = [0; 5];
        for (known, size) in known.iter_mut().zip(self.sizes()) {
            *known = size.known()?;
        }
        Some(known)
    }

    /// Whether the size stays: a kernel of one in steps of one, or `2p = d(k − 1)` in steps of one.
    pub(crate) fn is_identity(&self) -> bool {
        match (&self.kernel, &self.stride, &self.padding, &self.dilation) {
            (Size::Known(kernel), Size::Known(1), Size::Known(padding), Size::Known(dilation)) => {
                2 * padding == dilation * kernel.saturating_sub(1)
            }
            _ => false,
        }
    }

    /// The arithmetic for a reader: `(WIDTH - 4) / 2 + 1`.
    fn text(&self) -> String {
        let Self {
            input,
            kernel,
            stride,
            padding,
            dilation,
            ..
        } = self;
        // With a stride the formula takes one more away before it divides.
        let step = u64::from(*stride != Size::Known(1));
        let span = match (kernel.known(), padding.known(), dilation.known()) {
            (Some(kernel), Some(padding), Some(dilation)) => {
                let added = padding.saturating_mul(2);
                let taken = dilation
                    .saturating_mul(kernel.saturating_sub(1))
                    .saturating_add(step);
                match added.cmp(&taken) {
                    Ordering::Equal => format!("{input}"),
                    Ordering::Greater => format!("{input} + {}", added - taken),
                    Ordering::Less => format!("{input} - {}", taken - added),
                }
            }
            _ => {
                let (padding, dilation) = (factor(padding), factor(dilation));
                let one = if step == 1 { " - 1" } else { "" };
                format!("{input} + 2 * {padding} - {dilation} * ({kernel} - 1){one}")
            }
        };
        match stride {
            Size::Known(1) => span,
            stride if span.contains(' ') => format!("({span}) / {} + 1", factor(stride)),
            stride => format!("{span} / {} + 1", factor(stride)),
        }
    }
}

/// In brackets when it is a sum.
fn factor(size: &Size) -> String {
    let text = size.to_string();
    if text.contains(' ') && !text.ends_with(')') {
        format!("({text})")
    } else {
        text
    }
}

/// How often a window fits into `input + 2·padding`: `⌊(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`.
/// With `ceil_mode` the division rounds up, but the last window must start inside the input or the left padding, as
/// in PyTorch. 1 where not even one fits: that is reported elsewhere.
pub(crate) fn windows(
    input: u64,
    kernel: u64,
    stride: u64,
    padding: u64,
    dilation: u64,
    ceil_mode: bool,
) -> u64 {
    let stride = stride.max(1);
    let covered = dilation
        .saturating_mul(kernel.saturating_sub(1))
        .saturating_add(1);
    let Some(room) = padding
        .saturating_mul(2)
        .saturating_add(input)
        .checked_sub(covered)
    else {
        return 1;
    };
    if !ceil_mode {
        return room / stride + 1;
    }
    let count = room.div_ceil(stride) + 1;
    if (count - 1).saturating_mul(stride) >= input.saturating_add(padding) {
        count - 1
    } else {
        count
    }
}

/// Reads a size. What cannot be one is reported, and the size unknown.
pub(crate) fn parse_size(
    expression: &Expr,
    generics: &Generics,
    symbols: &mut Symbols,
    diagnostics: &mut Diagnostics,
) -> Size {
    let expression = bare(expression);
    if let Some(value) = literal_value(expression) {
        return match value {
            Some(value) if value <= LARGEST => Size::Known(value),
            _ => {
                diagnostics.error(
                    Place::of(expression),
                    format!("`{}` is larger than any network", text_of(expression)),
                );
                Size::Unknown
            }
        };
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

/// The value of arithmetic of integer literals: `Some(None)` when it overflows or goes below zero.
fn literal_value(expression: &Expr) -> Option<Option<u64>> {
    match bare(expression) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(int) if matches!(int.suffix(), "" | "usize") => Some(int.base10_parse().ok()),
            _ => None,
        },
        Expr::Binary(binary) => {
            let (a, b) = (literal_value(&binary.left)?, literal_value(&binary.right)?);
            let (Some(a), Some(b)) = (a, b) else {
                return Some(None);
            };
            match binary.op {
                BinOp::Add(_) => Some(a.checked_add(b)),
                BinOp::Sub(_) => Some(a.checked_sub(b)),
                BinOp::Mul(_) => Some(a.checked_mul(b)),
                BinOp::Div(_) => Some(a.checked_div(b)),
                BinOp::Rem(_) => Some(a.checked_rem(b)),
                _ => None,
            }
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
