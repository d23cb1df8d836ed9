//! Shapes of samples.

use crate::size::{LARGEST, Size};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::fmt;
use syn::ext::IdentExt;

/// The shape of one sample between two layers.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Sizes, outermost first.
    Array(Vec<Size>),
    /// What a user's layer puts out: a type that only the compiler knows.
    Output(Output),
    /// A struct: what `Heads` puts out, or several inputs.
    Heads(Heads),
    /// After an error: fits everything.
    Unknown,
}

/// `<Gain<8> as Layer<f32>>::Output`
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// The type of the layer.
    pub(crate) layer: TokenStream,
    /// The layer as declared.
    pub(crate) text: String,
    /// Whether the type depends on the parameters of the network.
    pub(crate) generic: bool,
}

/// `NetOutput<f32>` with a field for each head, or `NetInput<f32>` with one for each input.
#[derive(Clone, Debug)]
pub(crate) struct Heads {
    pub(crate) ty: Ident,
    /// The heads of other `Heads` around these, outermost first.
    pub(crate) path: Vec<Ident>,
    /// The size parameters of the network.
    pub(crate) sizes: Vec<Ident>,
    pub(crate) fields: Vec<(Ident, Shape)>,
}

impl Heads {
    /// Itself, and the `Heads` in its heads.
    pub(crate) fn all(&self) -> Vec<&Self> {
        let inner = self.fields.iter().flat_map(|(_, shape)| match shape {
            Shape::Heads(heads) => heads.all(),
            Shape::Array(_) | Shape::Output(_) | Shape::Unknown => Vec::new(),
        });
        let inner: Vec<&Self> = inner.collect();
        [self].into_iter().chain(inner).collect()
    }

    /// With this element.
    pub(crate) fn of(&self, element: &TokenStream) -> TokenStream {
        let (ty, sizes) = (&self.ty, &self.sizes);
        quote!(#ty<#(#sizes,)* #element>)
    }
}

impl Shape {
    /// As a type: nested arrays of `scalar`.
    pub(crate) fn ty(&self, scalar: &TokenStream) -> TokenStream {
        match self {
            Self::Array(sizes) => sizes
                .iter()
                .rev()
                .fold(scalar.clone(), |inner, size| quote!([#inner; #size])),
            Self::Output(output) => {
                let layer = &output.layer;
                quote!(<#layer as ::chainrule::Layer<#scalar>>::Output)
            }
            Self::Heads(heads) => heads.of(scalar),
            Self::Unknown => quote!([#scalar; 1]),
        }
    }

    /// As the type of a sample filled with elements.
    pub(crate) fn elements(&self, scalar: &TokenStream) -> TokenStream {
        match self {
            Self::Array(_) | Self::Heads(_) | Self::Unknown => self.ty(&quote!(__E)),
            Self::Output(_) => {
                let ty = self.ty(scalar);
                quote!(<#ty as ::chainrule::Shape>::Of<__E>)
            }
        }
    }

    /// How many scalars, when the macro knows.
    pub(crate) fn known_len(&self) -> Option<u64> {
        match self {
            Self::Array(sizes) => sizes
                .iter()
                .map(Size::known)
                .try_fold(1_u64, |len, size| len.checked_mul(size?)),
            Self::Heads(heads) => heads
                .fields
                .iter()
                .try_fold(0_u64, |len, (_, shape)| len.checked_add(shape.known_len()?)),
            Self::Output(_) | Self::Unknown => None,
        }
    }

    /// Whether the macro knows that no memory holds this.
    pub(crate) fn is_too_large(&self) -> bool {
        let Self::Array(sizes) = self else {
            return false;
        };
        let known = sizes.iter().filter_map(Size::known);
        let len = known.fold(1, u64::saturating_mul);
        len > LARGEST
    }

    /// How many scalars, as an expression.
    pub(crate) fn len(&self, scalar: &TokenStream) -> TokenStream {
        match self.known_len() {
            Some(len) => crate::size::number(len),
            None => {
                let ty = self.ty(scalar);
                quote!(<#ty as ::chainrule::Shape>::LEN)
            }
        }
    }

    /// Whether two shapes are the same, where the macro can tell.
    pub(crate) fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Some(true),
            (Self::Array(a), Self::Array(b)) if a.len() != b.len() => Some(false),
            (Self::Array(a), Self::Array(b)) => {
                let sizes = || a.iter().zip(b).map(|(a, b)| a.same(b));
                if sizes().any(|same| same == Some(false)) {
                    Some(false)
                } else if sizes().any(|same| same.is_none()) {
                    None
                } else {
                    Some(true)
                }
            }
            (Self::Heads(_), _) | (_, Self::Heads(_)) => Some(false),
            (Self::Output(a), Self::Output(b)) if a.layer.to_string() == b.layer.to_string() => {
                Some(true)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(sizes) => {
                f.write_str("[")?;
                for (index, size) in sizes.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{size}")?;
                }
                f.write_str("]")
            }
            Self::Output(output) => write!(f, "the output of `{}`", output.text),
            Self::Heads(heads) => {
                let fields = heads
                    .fields
                    .iter()
                    .map(|(name, shape)| format!("{name}: {shape}"));
                write!(f, "{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Self::Unknown => f.write_str("[?]"),
        }
    }
}

/// A label in the name of a type: `down_block1` → `DownBlock1`
pub(crate) fn camel_case(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    });
    words.collect()
}
