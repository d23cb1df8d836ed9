//! What `quantize = int8` makes of layers: how each computes with whole numbers, and the layers of the network that is
//! trained for it. None of these is written in a declaration.

use super::{
    Arguments, Facts, Inferred, Kind, PLAIN, Role, Site, conv1d, conv2d, embedding, linear,
    sparse_linear,
};
use quote::quote;

/// How a layer computes with whole numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Integer {
    /// Sums of products with weights; `configured`: its sizes depend on its configuration; `room`: it works in some.
    Weights { configured: bool, room: bool },
    /// Sums of rows of a table, chosen by indices.
    Rows,
    /// A factor and a summand for each channel.
    Norm,
    /// The identity between two numbers, and constant beyond.
    Clamp,
    /// Any other function of one number: a table.
    Function,
    /// The largest of each window.
    Max { configured: bool },
    /// The mean of each window.
    Mean { configured: bool },
    /// The same bytes.
    View,
    /// In numbers, at the end of a network.
    Last,
}

/// What becomes of the layer of that name, or why there is no such form.
pub(crate) fn integer(kind: &Kind) -> Result<Integer, &'static str> {
    Ok(match kind.name {
        "Linear" => Integer::Weights {
            configured: false,
            room: false,
        },
        "Conv1d" | "Conv2d" => Integer::Weights {
            configured: true,
            room: true,
        },
        "SparseLinear" | "Embedding" | "EmbeddingBag" => Integer::Rows,
        "BatchNorm1d" | "BatchNorm2d" => Integer::Norm,
        "Relu" | "Relu6" | "Hardtanh" | "ClippedRelu" | "Clamp" => Integer::Clamp,
        "MaxPool1d" | "MaxPool2d" => Integer::Max { configured: true },
        "AvgPool1d" | "AvgPool2d" => Integer::Mean { configured: true },
        "AdaptiveMaxPool1d" | "AdaptiveMaxPool2d" | "GlobalMaxPool" => {
            Integer::Max { configured: false }
        }
        "AdaptiveAvgPool1d" | "AdaptiveAvgPool2d" | "GlobalAvgPool" => {
            Integer::Mean { configured: false }
        }
        "Softmax" | "LogSoftmax" => Integer::Last,
        "Rnn" | "Lstm" | "Gru" => return Err("carries its state from step to step"),
        "MultiheadAttention" => {
            return Err("weighs its inputs with exponentials of their products");
        }
        "LayerNorm" | "RmsNorm" | "GroupNorm" => {
            return Err("divides by what it computes from its input");
        }
        _ => match kind.facts.role {
            Role::View | Role::Dropout => Integer::View,
            Role::Pointwise { .. } => Integer::Function,
            Role::Compute { .. } => return Err("has no integer form"),
        },
    })
}

/// Rounds activations.
pub(crate) static FAKE_QUANTIZE: Kind = Kind {
    name: "FakeQuantize",
    arguments: &[],
    facts: Facts {
        buffers: true,
        saves: true,
        ..PLAIN
    },
    infer: |site, _| {
        let shape = site.input.ty(site.scalar);
        Inferred::plain(
            quote!(::chainrule::quantized::FakeQuantize<#shape>),
            quote!(::chainrule::quantized::FakeQuantize::new()),
            site.input.clone(),
        )
    },
};

/// The layer with its weights rounded.
pub(crate) fn with_fake_weights(kind: &'static Kind) -> &'static Kind {
    match kind.name {
        "Linear" => &FAKE_LINEAR,
        "Conv1d" => &FAKE_CONV1D,
        "Conv2d" => &FAKE_CONV2D,
        "SparseLinear" => &FAKE_SPARSE_LINEAR,
        "Embedding" => &FAKE_EMBEDDING,
        "EmbeddingBag" => &FAKE_EMBEDDING_BAG,
        _ => kind,
    }
}

const FAKE: Facts = Facts {
    parameters: true,
    saves: true,
    saves_in_inference: true,
    ..PLAIN
};

static FAKE_LINEAR: Kind = Kind {
    name: "FakeLinear",
    arguments: &[],
    facts: FAKE,
    infer: |site, arguments| fake(site, arguments, &linear::KINDS[0]),
};

static FAKE_CONV1D: Kind = Kind {
    name: "FakeConv1d",
    arguments: &[],
    facts: FAKE,
    infer: |site, arguments| fake(site, arguments, &conv1d::KINDS[0]),
};

static FAKE_CONV2D: Kind = Kind {
    name: "FakeConv2d",
    arguments: &[],
    facts: FAKE,
    infer: |site, arguments| fake(site, arguments, &conv2d::KINDS[0]),
};

static FAKE_SPARSE_LINEAR: Kind = Kind {
    name: "FakeSparseLinear",
    arguments: &[],
    facts: FAKE,
    infer: |site, arguments| fake(site, arguments, &sparse_linear::KINDS[0]),
};

static FAKE_EMBEDDING: Kind = Kind {
    name: "FakeEmbedding",
    arguments: &[],
    facts: FAKE,
    infer: |site, arguments| fake(site, arguments, &embedding::KINDS[0]),
};

static FAKE_EMBEDDING_BAG: Kind = Kind {
    name: "FakeEmbeddingBag",
    arguments: &[],
    facts: FAKE,
    infer: |site, arguments| fake(site, arguments, &embedding::KINDS[1]),
};

fn fake(site: &mut Site<'_>, arguments: &Arguments, kind: &Kind) -> Inferred {
    let inferred = (kind.infer)(site, arguments);
    let (ty, value) = (&inferred.ty, &inferred.value);
    Inferred {
        ty: quote!(::chainrule::quantized::FakeWeights<#ty>),
        value: quote!(::chainrule::quantized::FakeWeights(#value)),
        ..inferred
    }
}
