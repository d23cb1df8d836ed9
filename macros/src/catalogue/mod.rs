//! Every built-in layer, once: name, arguments, shape rule, runtime type and value.
//!
//! A layer is a row of [`CATALOGUE`], defined in the file of its family; nothing else in the macro names it, but for those
//! that `lower` lays out in parts, such as recurrent layers of several levels.

mod activations;
mod adaptive_pool;
mod arguments;
mod attention;
mod batch_norm;
mod bilinear;
mod bind;
mod conv1d;
mod conv2d;
mod conv_transpose;
mod dropout;
mod embedding;
mod gated;
mod global_pool;
mod init;
mod linear;
mod misfits;
mod norms;
mod pad;
mod per_channel;
mod permute;
mod pixel_shuffle;
mod pool1d;
mod pool2d;
mod positional_encoding;
mod quantized;
mod recurrent;
mod reshape;
mod site;
mod slice;
mod softmax;
mod sparse_linear;
mod stream;
mod tied;
mod transformer;
mod upsample;
mod window;

pub(crate) use arguments::{Argument, Arguments};
pub(crate) use bilinear::of_branches;
pub(crate) use bind::bind;
pub(crate) use dropout::dropout_of;
pub(crate) use embedding::Indices;
pub(crate) use quantized::{FAKE_QUANTIZE, Integer, integer, with_fake_weights};
pub(crate) use recurrent::{Part, Parts};
pub(crate) use site::{Site, origin, positive};
pub(crate) use stream::{Moment, Refusal, Time, without};
pub(crate) use tied::transposed;
pub(crate) use transformer::Transformer;

use crate::model::Count;
use crate::shape::Shape;
use crate::weights::Tensor;
use proc_macro2::TokenStream;

/// All rows, in the order of the documentation.
static CATALOGUE: &[&[Kind]] = &[
    linear::KINDS,
    bilinear::KINDS,
    conv1d::KINDS,
    conv2d::KINDS,
    conv_transpose::KINDS,
    pool1d::KINDS,
    pool2d::KINDS,
    adaptive_pool::KINDS,
    global_pool::KINDS,
    reshape::KINDS,
    permute::KINDS,
    slice::KINDS,
    pad::KINDS,
    pixel_shuffle::KINDS,
    upsample::KINDS,
    dropout::KINDS,
    embedding::KINDS,
    sparse_linear::KINDS,
    batch_norm::KINDS,
    norms::KINDS,
    softmax::KINDS,
    recurrent::KINDS,
    positional_encoding::KINDS,
    attention::KINDS,
    transformer::KINDS,
    per_channel::KINDS,
    gated::KINDS,
    activations::KINDS,
];

/// A built-in layer.
pub(crate) struct Kind {
    /// As written in a declaration.
    pub(crate) name: &'static str,
    /// What stands in its parentheses; positional ones first.
    pub(crate) arguments: &'static [Argument],
    pub(crate) facts: Facts,
    /// The shape rule. Reports what does not fit and goes on with a plausible output.
    pub(crate) infer: fn(&mut Site<'_>, &Arguments) -> Inferred,
}

/// What the passes and the code generation ask about a layer.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    /// It has trained values, so a field.
    pub(crate) parameters: bool,
    /// It has untrained state, so a field among the buffers.
    pub(crate) buffers: bool,
    /// Its forward pass saves elements for the backward pass.
    pub(crate) saves: bool,
    /// It needs the room for these in inference, too.
    pub(crate) saves_in_inference: bool,
    /// Training mixes the samples of a batch.
    pub(crate) cross_sample: bool,
    /// It exists in streams only, and remembers earlier steps.
    pub(crate) remembers: bool,
    /// Its inputs are indices, which must be those of the network.
    pub(crate) indices: Option<Indices>,
    pub(crate) role: Role,
    /// What becomes of it in a stream.
    pub(crate) stream: stream::Streaming,
}

/// How a layer uses memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    /// Reads one slot and writes another. Where the backward pass reads the output, the next layer must leave it alone.
    Compute { reads_output: bool },
    /// Element by element. In place where its derivative needs the output alone, and always in inference.
    Pointwise { from_output: bool },
    /// The same elements in another shape: no work at all.
    View,
    /// The identity in inference.
    Dropout,
}

/// Most layers: no state, one slot in, one slot out.
const PLAIN: Facts = Facts {
    parameters: false,
    buffers: false,
    saves: false,
    saves_in_inference: false,
    cross_sample: false,
    remembers: false,
    indices: None,
    role: Role::Compute {
        reads_output: false,
    },
    stream: stream::never,
};

/// What the shape rule of a layer finds.
pub(crate) struct Inferred {
    pub(crate) output: Shape,
    /// The runtime type.
    pub(crate) ty: TokenStream,
    /// The configuration: an expression of that type.
    pub(crate) value: TokenStream,
    pub(crate) parameters: Count,
    /// What files hold of it, as its runtime type lists them in `PARAMETERS` and then in `BUFFERS`.
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) macs: Count,
}

impl Inferred {
    /// A layer without parameters or multiply-adds.
    fn plain(ty: TokenStream, value: TokenStream, output: Shape) -> Self {
        Self {
            output,
            ty,
            value,
            parameters: Count::ZERO,
            tensors: Vec::new(),
            macs: Count::ZERO,
        }
    }

    /// After an error.
    fn unknown() -> Self {
        Self::plain(TokenStream::new(), TokenStream::new(), Shape::Unknown)
    }
}

/// The row of a layer.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.name == name)
}

/// The names of all layers.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    kinds().map(|kind| kind.name)
}

fn kinds() -> impl Iterator<Item = &'static Kind> {
    CATALOGUE.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_distinct_and_positional_arguments_come_first() {
        let mut seen = HashSet::new();
        for kind in kinds() {
            assert!(seen.insert(kind.name), "{} stands twice", kind.name);
            let positional = kind
                .arguments
                .iter()
                .take_while(|argument| argument.positional);
            let all = kind.arguments.iter().filter(|argument| argument.positional);
            assert_eq!(positional.count(), all.count(), "{}", kind.name);
        }
    }

    #[test]
    fn the_documentation_of_the_macro_names_every_layer_and_option() {
        let documentation = include_str!("../lib.rs");
        for kind in kinds() {
            let name = format!("`{}`", kind.name);
            let row = documentation
                .lines()
                .find(|line| line.starts_with("/// | `") && line.contains(&name));
            let row = row.unwrap_or_else(|| panic!("{name} is not documented"));
            for argument in kind.arguments {
                assert!(row.contains(argument.name), "{name}: {}", argument.name);
            }
        }
    }
}
