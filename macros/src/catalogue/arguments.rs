//! What may stand in a layer's parentheses, and what did.

use crate::diagnostics::Place;
use crate::size::Size;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

/// One argument in a row of the catalogue.
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    pub(crate) accepts: Accepts,
    /// Without it there is no layer.
    pub(crate) required: bool,
    /// It may stand without its name.
    pub(crate) positional: bool,
}

/// What an argument may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Accepts {
    /// `120`
    Size,
    /// `3` or `(3, 5)`
    Pair,
    /// `3`, `(3, 5)`, `same` or `valid`
    Padding,
    /// `3`, `same` or `valid`
    Padding1d,
    /// `[1, 28, 28]`
    Shape,
    /// `[2, 0, 1]`: dimensions, counted from 0
    Dims,
    /// `1`, `(1, 2)` or `(1, 2, 3, 4)`: all around, left and right, left, right, top and bottom
    Sides,
    /// `true` or `false`
    Bool,
    /// `0.5`, or an expression of type `f64`
    Float,
    /// `kaiming_uniform(a = 0.0)`
    Init,
    /// the same, for a vector
    VectorInit,
    /// one of these
    Word(&'static [&'static str]),
}

impl Argument {
    pub(super) const fn required(name: &'static str, accepts: Accepts) -> Self {
        Self {
            name,
            accepts,
            required: true,
            positional: true,
        }
    }

    pub(super) const fn positional(name: &'static str, accepts: Accepts) -> Self {
        Self {
            name,
            accepts,
            required: false,
            positional: true,
        }
    }

    pub(super) const fn option(name: &'static str, accepts: Accepts) -> Self {
        Self {
            name,
            accepts,
            required: false,
            positional: false,
        }
    }
}

/// The value of an argument.
#[derive(Clone)]
pub(crate) enum Value {
    Size(Size),
    /// The last size of a value of the network, for a part that was not written.
    LastSizeOf(usize),
    Pair([Size; 2]),
    /// As much padding as keeps the size.
    Same,
    /// A shape, dimensions, or sides.
    Shape(Vec<Size>),
    Bool(bool),
    /// An expression of type `f64`, and its value where it is a literal.
    Float(TokenStream, Option<f64>),
    Init(TokenStream),
    Word(&'static str),
}

/// The arguments of one layer, by name.
#[derive(Clone, Default)]
pub(crate) struct Arguments {
    pub(super) values: Vec<(&'static str, Value, Place)>,
}

impl Arguments {
    fn find(&self, name: &str) -> Option<&(&'static str, Value, Place)> {
        self.values.iter().find(|(known, _, _)| *known == name)
    }

    /// Gives a size, or another one.
    pub(super) fn set_size(&mut self, name: &'static str, size: Size) {
        let place = self
            .place(name)
            .unwrap_or(proc_macro2::Span::call_site().into());
        self.values.retain(|(known, _, _)| *known != name);
        self.values.push((name, Value::Size(size), place));
    }

    /// With sizes in the place of what was to be looked up.
    pub(crate) fn look_up(&mut self, last_size: impl Fn(usize) -> Size) {
        for (_, value, _) in &mut self.values {
            if let Value::LastSizeOf(of) = value {
                *value = Value::Size(last_size(*of));
            }
        }
    }

    /// For a further part of a layer: what the first one reports about numbers is not reported again.
    pub(super) fn checked(mut self) -> Self {
        for (_, value, _) in &mut self.values {
            if let Value::Float(_, known) = value {
                *known = None;
            }
        }
        self
    }

    /// The value as it was given.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|(_, value, _)| value)
    }

    /// Where it was given.
    pub(super) fn place(&self, name: &str) -> Option<Place> {
        self.find(name).map(|(_, _, place)| *place)
    }

    /// Whether a padding other than 0 was given.
    pub(super) fn pads(&self, name: &str) -> bool {
        !matches!(self.get(name), None | Some(Value::Size(Size::Known(0))))
    }

    /// A required size; unknown after an error.
    pub(crate) fn size(&self, name: &str) -> Size {
        match self.get(name) {
            Some(Value::Size(size)) => size.clone(),
            _ => Size::Unknown,
        }
    }

    pub(crate) fn size_or(&self, name: &str, default: u64) -> Size {
        match self.get(name) {
            Some(Value::Size(size)) => size.clone(),
            _ => Size::Known(default),
        }
    }

    /// A required pair; unknown after an error.
    pub(super) fn pair(&self, name: &str) -> [Size; 2] {
        match self.get(name) {
            Some(Value::Pair(pair)) => pair.clone(),
            _ => [Size::Unknown, Size::Unknown],
        }
    }

    pub(super) fn pair_or(&self, name: &str, default: u64) -> [Size; 2] {
        match self.get(name) {
            Some(Value::Pair(pair)) => pair.clone(),
            _ => [Size::Known(default), Size::Known(default)],
        }
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => *flag,
            _ => default,
        }
    }

    /// An `f64`; the default as a literal.
    pub(super) fn float(&self, name: &str, default: f64) -> TokenStream {
        match self.get(name) {
            Some(Value::Float(tokens, _)) => tokens.clone(),
            _ => Literal::f64_unsuffixed(default).into_token_stream(),
        }
    }

    /// An `f64` that the macro knows.
    pub(super) fn known_float(&self, name: &str) -> Option<(f64, Place)> {
        match self.find(name)? {
            (_, Value::Float(_, Some(value)), place) => Some((*value, *place)),
            _ => None,
        }
    }

    pub(super) fn word(&self, name: &str) -> Option<&'static str> {
        match self.get(name) {
            Some(Value::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// How a tensor starts.
    pub(super) fn init(&self, name: &str) -> TokenStream {
        match self.get(name) {
            Some(Value::Init(init)) => init.clone(),
            _ => quote!(::chainrule::init::Init::Default),
        }
    }

    /// Whether the layer's tensors all start by the layer's own rule.
    pub(super) fn starts_by_default(&self) -> bool {
        !self
            .values
            .iter()
            .any(|(_, value, _)| matches!(value, Value::Init(_)))
    }
}
