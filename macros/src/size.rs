//! Sizes: known to the macro, to the compiler, or only where the network is used.

mod parse;
mod symbols;
mod window;

pub(crate) use parse::{bare, find_ident, parse_size, place_at};
pub(crate) use symbols::{Symbol, Symbols, Unworkable};
pub(crate) use window::Window;
#[cfg(test)]
pub(crate) use window::windows;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::fmt;

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

/// Sizes, and products of sizes, beyond this are mistakes: no memory holds so many scalars.
pub(crate) const LARGEST: u64 = 1 << 40;

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

    /// Whether it depends on what a user's layer puts out.
    pub(crate) fn is_of_layer(&self) -> bool {
        matches!(self, Self::Symbol(symbol) if symbol.of_layer)
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

/// In brackets when it is a sum.
pub(crate) fn factor(size: &Size) -> String {
    let text = size.to_string();
    if text.contains(' ') && !text.ends_with(')') {
        format!("({text})")
    } else {
        text
    }
}
