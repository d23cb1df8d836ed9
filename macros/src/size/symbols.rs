//! The constants that a network's `const` expressions become.

use super::window::windows;
use super::{LARGEST, Size, Window, factor};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashMap;

/// A generated constant.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    /// Its name.
    pub(crate) ident: Ident,
    /// What stands for it in messages: the expression as the user wrote it, or arithmetic of such.
    pub(crate) text: String,
    /// Whether it depends on what a user's layer puts out, so that nobody could type the text.
    pub(crate) of_layer: bool,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.ident == other.ident
    }
}

/// Why sizes cannot be combined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unworkable {
    /// The result is larger than any network.
    Overflow,
    /// Stable Rust has no arithmetic of generic sizes.
    Generic,
}

/// The generated constants of a network: each `const` expression is evaluated once, under a name, so that a mistake
/// in it is one error and shapes that are computed from it stay short.
#[derive(Clone)]
pub(crate) struct Symbols {
    prefix: String,
    items: Vec<(Symbol, TokenStream)>,
    /// Where the constant for an expression is.
    positions: HashMap<String, usize>,
}

impl Symbols {
    pub(crate) fn new(network: &Ident) -> Self {
        Self {
            prefix: format!("__{network}_SIZE_").replace("r#", ""),
            items: Vec::new(),
            positions: HashMap::new(),
        }
    }

    /// The constant for an expression; the same one for the same tokens.
    pub(crate) fn define(&mut self, expression: TokenStream, text: String) -> Size {
        self.intern(expression, text, false)
    }

    /// The constant for a size that a user's layer states.
    pub(crate) fn define_of_layer(&mut self, expression: TokenStream, text: String) -> Size {
        self.intern(expression, text, true)
    }

    fn intern(&mut self, expression: TokenStream, text: String, of_layer: bool) -> Size {
        let key = expression.to_string();
        if let Some((symbol, _)) = self
            .positions
            .get(&key)
            .and_then(|position| self.items.get(*position))
        {
            return Size::Symbol(symbol.clone());
        }
        let symbol = Symbol {
            ident: format_ident!("{}{}", self.prefix, self.items.len() + 1),
            text,
            of_layer,
        };
        self.positions.insert(key, self.items.len());
        self.items.push((symbol.clone(), expression));
        Size::Symbol(symbol)
    }

    /// Name and expression of each constant.
    pub(crate) fn items(&self) -> impl Iterator<Item = (&Symbol, &TokenStream)> {
        self.items
            .iter()
            .map(|(symbol, expression)| (symbol, expression))
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
                let of_layer = sizes.iter().any(Size::is_of_layer);
                let product = quote!(::chainrule::__private::product(&[#(#factors),*]));
                Ok(self.intern(product, text, of_layer))
            }
        }
    }

    /// The sum of some sizes.
    pub(crate) fn sum(&mut self, sizes: &[Size]) -> Result<Size, Unworkable> {
        if sizes.iter().any(Size::is_unknown) {
            return Ok(Size::Unknown);
        }
        let known: Option<Vec<u64>> = sizes.iter().map(Size::known).collect();
        if let Some(known) = known {
            let sum = known.into_iter().try_fold(0_u64, u64::checked_add);
            let sum = sum
                .filter(|sum| *sum <= LARGEST)
                .ok_or(Unworkable::Overflow)?;
            return Ok(Size::Known(sum));
        }
        if sizes.iter().any(|size| matches!(size, Size::Generic(_))) {
            return Err(Unworkable::Generic);
        }
        let texts: Vec<String> = sizes.iter().map(ToString::to_string).collect();
        let of_layer = sizes.iter().any(Size::is_of_layer);
        let sum = quote!(::chainrule::__private::sum(&[#(#sizes),*]));
        Ok(self.intern(sum, texts.join(" + "), of_layer))
    }

    /// `a − b`, for a `b` that is no larger; 1 where the macro knows that it is, which is reported elsewhere.
    pub(crate) fn difference(&mut self, a: &Size, b: &Size) -> Result<Size, Unworkable> {
        match (a, b) {
            (a, Size::Known(0)) => Ok(a.clone()),
            (Size::Unknown, _) | (_, Size::Unknown) => Ok(Size::Unknown),
            (Size::Known(a), Size::Known(b)) => Ok(Size::Known(a.saturating_sub(*b).max(1))),
            (Size::Generic(_), _) | (_, Size::Generic(_)) => Err(Unworkable::Generic),
            (a, b) => {
                let text = format!("{a} - {}", factor(b));
                let of_layer = a.is_of_layer() || b.is_of_layer();
                let difference = quote!(::chainrule::__private::difference(#a, #b));
                Ok(self.intern(difference, text, of_layer))
            }
        }
    }

    /// `a / b`, for sizes that divide.
    pub(crate) fn quotient(&mut self, a: &Size, b: &Size) -> Result<Size, Unworkable> {
        match (a, b) {
            (a, Size::Known(1)) => Ok(a.clone()),
            (Size::Unknown, _) | (_, Size::Unknown) => Ok(Size::Unknown),
            (Size::Known(a), Size::Known(b)) => {
                Ok(Size::Known(a.checked_div(*b).unwrap_or(1).max(1)))
            }
            (Size::Generic(_), _) | (_, Size::Generic(_)) => Err(Unworkable::Generic),
            (a, b) => {
                let text = format!("{} / {}", factor(a), factor(b));
                let of_layer = a.is_of_layer() || b.is_of_layer();
                let quotient = quote!(::chainrule::__private::quotient(#a, #b));
                Ok(self.intern(quotient, text, of_layer))
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
        let of_layer = sizes.iter().any(|size| size.is_of_layer());
        let windows = quote!(::chainrule::__private::windows(#input, #kernel, #stride, #padding, #dilation, #ceil_mode));
        Ok(self.intern(windows, text, of_layer))
    }
}
