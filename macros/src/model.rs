//! The network as the passes see it: names resolved, arguments typed; shapes and buffers are filled in by the passes.

use crate::catalogue::{Arguments, Kind};
use crate::diagnostics::Place;
use crate::passes::Plan;
use crate::shape::Shape;
use crate::size::{LARGEST, Size, Symbols, factor};
use crate::syntax::{Generics, Parameter, Quantity};
use crate::weights::{Tensor, Weights};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

/// A declaration whose words are understood.
pub(crate) struct Network {
    pub(crate) attributes: Attributes,
    pub(crate) visibility: syn::Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// `f32`, `f64` or the type parameter.
    pub(crate) scalar: TokenStream,
    /// Of inputs with names a struct.
    pub(crate) input: Shape,
    pub(crate) input_place: Place,
    /// `-> [10]`
    pub(crate) declared_output: Option<(Shape, Place)>,
    /// In order.
    pub(crate) layers: Vec<Layer>,
    pub(crate) budget: Vec<Limit>,
    pub(crate) weights: Weights,
    /// The `const` expressions among the sizes.
    pub(crate) symbols: Symbols,
    /// What the compiler must check, since the macro cannot.
    pub(crate) checks: Vec<Check>,
    /// Which elements of the input are indices. Filled in by a pass.
    pub(crate) indices: Vec<IndexRange>,
    /// Filled in by the last pass.
    pub(crate) plan: Plan,
    /// The name of the struct that `Heads` puts out; that of `Heads` in a head begins with it.
    pub(crate) output_name: Ident,
    /// How it runs one time step at a time.
    pub(crate) stream: Stream,
    /// Where `quantize = int8` stands.
    pub(crate) quantize: Option<Span>,
    /// What that makes.
    pub(crate) quantized: Option<Box<Quantized>>,
}

/// A network in whole numbers.
pub(crate) struct Quantized {
    /// The network to train, in which weights and activations are rounded.
    pub(crate) training: Network,
    /// Of each value of the declared network, the layer of that network which rounds it: its field.
    pub(crate) ranges: Vec<Option<Path>>,
    /// Of each layer of the declared network, the one in that network.
    pub(crate) layers: Vec<usize>,
    /// In order.
    pub(crate) operations: Vec<Operation>,
    /// Bytes and numbers in memory.
    pub(crate) slots: Vec<QuantizedSlot>,
    /// What the network puts out: values, and where their numbers are.
    pub(crate) finals: Vec<(usize, usize)>,
}

/// A value of an integer network in memory.
pub(crate) struct QuantizedSlot {
    pub(crate) shape: Shape,
    /// Or bytes.
    pub(crate) numbers: bool,
    /// The value of the declared network with whose range its bytes are.
    pub(crate) range: usize,
}

/// A call of an integer network. Layers and values are those of the declared network; `from` and `to` are slots.
pub(crate) struct Operation {
    pub(crate) layer: usize,
    pub(crate) from: Vec<usize>,
    pub(crate) to: usize,
    pub(crate) work: QuantizedWork,
}

/// What a call does.
pub(crate) enum QuantizedWork {
    /// Makes bytes of an input: of the network's, or of the layer, where that is an input with a name.
    Quantize {
        named: bool,
    },
    /// Sums of products, then batch norms and a clamp.
    Weights {
        norms: Vec<usize>,
        clamp: Option<usize>,
        configured: bool,
        room: bool,
    },
    /// Sums of rows, chosen by indices that the input has (`source`: a layer, which for `named` is that of an input with a
    /// name), then batch norms and a clamp.
    Rows {
        norms: Vec<usize>,
        clamp: Option<usize>,
        source: usize,
        named: bool,
    },
    /// Batch norms behind something else, and a clamp.
    Norms {
        norms: Vec<usize>,
        clamp: Option<usize>,
    },
    /// A table.
    Function,
    Max {
        configured: bool,
    },
    Mean {
        configured: bool,
    },
    /// A sum or product, and a clamp.
    Join {
        join: Join,
        clamp: Option<usize>,
    },
    Concat {
        dim: usize,
    },
    /// Makes numbers of bytes.
    Dequantize,
    /// A function in numbers, in place.
    NumberFunction,
    /// A layer in numbers.
    NumberLayer,
}

/// Whether a network runs one time step at a time.
#[derive(Default)]
pub(crate) enum Stream {
    /// What it takes is no sequence.
    #[default]
    NoSequence,
    /// The network of one step, the same layers with their steps for inputs.
    Steps(Box<Network>),
    /// Why it cannot: the layer, what it does, and what to type.
    Refused {
        span: Span,
        text: String,
        help: Option<&'static str>,
    },
}

impl Network {
    /// The output of the last layer.
    pub(crate) fn inferred_output(&self) -> &Shape {
        self.layers
            .last()
            .map_or(&self.input, |layer| &layer.output)
    }

    /// The output that the type states: the declared one, if there is one.
    pub(crate) fn output(&self) -> &Shape {
        match &self.declared_output {
            Some((shape, _)) => shape,
            None => self.inferred_output(),
        }
    }

    /// The shape of a value: 0 is the input, `n + 1` what layer `n` puts out.
    pub(crate) fn value(&self, value: usize) -> &Shape {
        let layer = value
            .checked_sub(1)
            .and_then(|index| self.layers.get(index));
        layer.map_or(&self.input, |layer| &layer.output)
    }

    /// The generic parameters as declared on an item: `<const H: usize, T: Scalar>`.
    pub(crate) fn parameters(&self) -> TokenStream {
        let parameters = self
            .generics
            .parameters
            .iter()
            .map(|parameter| match parameter {
                Parameter::Size(name) => quote!(const #name: usize),
                Parameter::Scalar(name) => quote!(#name: ::chainrule::Scalar),
            });
        quote!(#(#parameters),*)
    }

    /// The generic parameters as arguments, with their brackets: `<H, T>`, or nothing.
    pub(crate) fn arguments(&self) -> TokenStream {
        if self.generics.is_empty() {
            return TokenStream::new();
        }
        let names = self
            .generics
            .parameters
            .iter()
            .map(|(Parameter::Size(name) | Parameter::Scalar(name))| name);
        quote!(<#(#names),*>)
    }
}

/// The user's attributes, sorted.
#[derive(Clone, Default)]
pub(crate) struct Attributes {
    /// For every generated item: `#[cfg(…)]`.
    pub(crate) everywhere: Vec<syn::Attribute>,
    /// For the network's type only: documentation and the rest.
    pub(crate) network: Vec<syn::Attribute>,
    /// For the types that hold values: the derives, without `Clone` and `Copy`.
    pub(crate) derives: Vec<syn::Path>,
    /// `#[network(export_c)]`
    pub(crate) export_c: Option<ExportC>,
    /// `#[network(test)]`
    pub(crate) test: Option<Span>,
}

/// Functions for C.
#[derive(Clone)]
pub(crate) struct ExportC {
    /// What their names begin with: `lenet5`.
    pub(crate) prefix: String,
    /// The option.
    pub(crate) span: Span,
}

/// One layer.
#[derive(Clone)]
pub(crate) struct Layer {
    /// The way to its field, for layers that may have parameters or buffers.
    pub(crate) field: Option<Path>,
    /// The label as the user wrote it.
    pub(crate) user_label: Option<String>,
    /// The label in summaries: the field's name, the user's label, or nothing.
    pub(crate) label: String,
    /// The local variable of the generated functions.
    pub(crate) local: Ident,
    /// As declared: `Linear(120, bias = false)`.
    pub(crate) text: String,
    /// The token of its name.
    pub(crate) span: Span,
    pub(crate) kind: LayerKind,
    /// The values that it takes: 0 is the network's input, `n + 1` what layer `n` puts out.
    pub(crate) inputs: Vec<usize>,
    /// What errors call the block around it: `` `block1: Residual` on line 7 ``.
    pub(crate) block: Option<String>,
    /// Where a block ends: the layer it began with.
    pub(crate) first: usize,
    /// Whose weights it has, where they are not its own.
    pub(crate) tied: Option<Tied>,
    /// Whether it does not train: `freeze` stands at it, or at a block around it.
    pub(crate) frozen: bool,
    /// The names of heads.
    pub(crate) heads: Vec<Ident>,
    /// The heads of other `Heads` around these, outermost first.
    pub(crate) heads_around: Vec<Ident>,
    /// Where a further repetition of a `Repeat` begins: with which layer the one before it began, and the block.
    pub(crate) repeats: Option<(usize, Span)>,

    // From here on filled in by the first pass.
    /// What its first input is.
    pub(crate) input: Shape,
    pub(crate) output: Shape,
    /// The runtime type.
    pub(crate) ty: TokenStream,
    /// The configuration, an expression of that type.
    pub(crate) value: TokenStream,
    pub(crate) parameters: Count,
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) macs: Count,
}

/// A layer that has the weights of another.
#[derive(Clone, Debug)]
pub(crate) struct Tied {
    /// Which one.
    pub(crate) to: usize,
    pub(crate) transposed: bool,
}

/// A row of the catalogue, or the user's own.
#[derive(Clone)]
pub(crate) enum LayerKind {
    BuiltIn(&'static Kind, Arguments),
    User {
        /// The path as written.
        path: TokenStream,
        /// The type that the generated code names: the path, or an alias for it, see `chainrule::__private::layer`.
        ty: TokenStream,
        value: TokenStream,
        generic: bool,
    },
    /// The end of a block: several values become one.
    Join(Join),
    /// An input with a name, counted from 0: a field of what the network takes.
    Input(usize),
    /// A layer that could not be read: it takes anything and puts out nobody knows what.
    Unread,
}

/// How values become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Join {
    /// Their sum.
    Add,
    /// Their product, element by element.
    Multiply,
    /// One behind the other in a dimension.
    Concat { dim: usize },
    /// A struct with a field for each.
    Heads,
}

/// A step from the parameters of a network to those of a layer: a field, or an element of `Repeat`.
#[derive(Clone, Debug)]
pub(crate) enum Member {
    Field(Ident),
    Element(usize),
}

/// Where a layer's parameters and buffers lie: `blocks[1].conv1` of a network.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path(pub(crate) Vec<Member>);

impl Path {
    /// One step further.
    pub(crate) fn join(&self, member: Member) -> Self {
        let mut members = self.0.clone();
        members.push(member);
        Self(members)
    }
}

/// As it stands behind `net.`.
impl ToTokens for Path {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for (index, member) in self.0.iter().enumerate() {
            tokens.extend(match member {
                Member::Field(name) if index == 0 => quote!(#name),
                Member::Field(name) => quote!(.#name),
                Member::Element(element) => {
                    let element = proc_macro2::Literal::usize_unsuffixed(*element);
                    quote!([#element])
                }
            });
        }
    }
}

/// As in the names of tensors: `blocks.1.conv1`.
impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, member) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            match member {
                Member::Field(name) => write!(f, "{}", name.unraw())?,
                Member::Element(element) => write!(f, "{element}")?,
            }
        }
        Ok(())
    }
}

impl Layer {
    /// What errors call it: the user's label, or how it was written.
    pub(crate) fn called(&self) -> &str {
        match &self.user_label {
            Some(label) => label,
            None => &self.text,
        }
    }

    pub(crate) fn may_have_parameters(&self) -> bool {
        match &self.kind {
            LayerKind::BuiltIn(kind, _) => kind.facts.parameters,
            LayerKind::User { .. } => true,
            LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => false,
        }
    }

    /// Whether it has a field for buffers of its own.
    pub(crate) fn owns_buffers(&self) -> bool {
        self.may_have_buffers() && self.tied.is_none()
    }

    /// Whether it has a field for parameters of its own.
    pub(crate) fn owns_parameters(&self) -> bool {
        self.may_have_parameters() && self.tied.is_none()
    }

    /// Whether it has parameters that train.
    pub(crate) fn trains(&self) -> bool {
        self.may_have_parameters() && !self.frozen
    }

    /// Whether it is a layer of a stream with a memory.
    pub(crate) fn remembers(&self) -> bool {
        matches!(&self.kind, LayerKind::BuiltIn(kind, _) if kind.facts.remembers)
    }

    pub(crate) fn may_have_buffers(&self) -> bool {
        match &self.kind {
            LayerKind::BuiltIn(kind, _) => kind.facts.buffers,
            LayerKind::User { .. } => true,
            LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => false,
        }
    }
}

/// A number that the tables show: a sum of products of sizes, or something only the compiler knows.
#[derive(Clone, Debug, Default)]
pub(crate) enum Count {
    /// Each inner list is multiplied, then all are added. Empty: zero.
    Sum(Vec<Vec<Size>>),
    #[default]
    Unknown,
}

impl Count {
    pub(crate) const ZERO: Self = Self::Sum(Vec::new());

    /// One product.
    pub(crate) fn product(factors: impl IntoIterator<Item = Size>) -> Self {
        Self::Sum(vec![factors.into_iter().collect()])
    }

    pub(crate) fn known(&self) -> Option<u64> {
        match self {
            Self::Sum(products) => products.iter().try_fold(0_u64, |sum, product| {
                let product = product
                    .iter()
                    .map(Size::known)
                    .try_fold(1_u64, |product, size| product.checked_mul(size?))?;
                sum.checked_add(product)
            }),
            Self::Unknown => None,
        }
    }

    /// Whether the macro knows that no memory holds this many.
    pub(crate) fn is_too_large(&self) -> bool {
        let Self::Sum(products) = self else {
            return false;
        };
        let products = products.iter().map(|product| {
            let known = product.iter().filter_map(Size::known);
            known.fold(1, u64::saturating_mul)
        });
        products.fold(0, u64::saturating_add) > LARGEST
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(known) = self.known() {
            return f.write_str(&grouped(known));
        }
        let Self::Sum(products) = self else {
            return f.write_str("as the type says");
        };
        let products: Vec<String> = products
            .iter()
            .map(|product| {
                let factors: Vec<String> = product
                    .iter()
                    .filter(|size| **size != Size::Known(1))
                    .map(factor)
                    .collect();
                factors.join("·")
            })
            .collect();
        f.write_str(&products.join(" + "))
    }
}

/// `61_706`
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// Elements of the network's input that a layer reads as indices.
#[derive(Clone)]
pub(crate) struct IndexRange {
    /// The first one: a sum of products.
    pub(crate) starts: Vec<Vec<Size>>,
    /// As many as this has.
    pub(crate) shape: Shape,
    /// How many rows they are indices of.
    pub(crate) rows: Size,
    /// Whether −1 may stand there.
    pub(crate) may_be_empty: bool,
}

/// A line of the budget.
pub(crate) struct Limit {
    pub(crate) quantity: Quantity,
    pub(crate) span: Span,
    /// In parameters, multiply-adds or units of bytes.
    pub(crate) value: Size,
    pub(crate) unit: u64,
}

/// A condition for the compiler: a call of a `const` function that panics with the words of an error.
pub(crate) struct Check {
    pub(crate) place: Place,
    pub(crate) call: TokenStream,
}
