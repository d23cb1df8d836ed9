//! `Embedding(num_embeddings, embedding_dim, padding_idx = K)` and
//! `EmbeddingBag(num_embeddings, embedding_dim, mode = mean, padding_idx = K)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::{Check, Count};
use crate::shape::Shape;
use crate::size::Size;
use crate::weights::Tensor;
use proc_macro2::TokenStream;
use quote::quote;

const FACTS: Facts = Facts {
    parameters: true,
    indices: Some(Indices {
        rows: "num_embeddings",
        may_be_empty: false,
    }),
    ..PLAIN
};

/// What a layer that reads indices takes for one.
#[derive(Clone, Copy)]
pub(crate) struct Indices {
    /// The argument that says how many rows there are.
    pub(crate) rows: &'static str,
    /// Whether −1 may stand where there is none.
    pub(crate) may_be_empty: bool,
}

impl Indices {
    /// Whether they have an order; what may have places without an index is a set.
    pub(crate) fn in_sequence(self) -> bool {
        !self.may_be_empty
    }
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Embedding",
        arguments: &[
            Argument::required("num_embeddings", Accepts::Size),
            Argument::required("embedding_dim", Accepts::Size),
            Argument::option("padding_idx", Accepts::Size),
            Argument::option("init", Accepts::Init),
        ],
        facts: Facts {
            stream: |moment| Ok(moment.becomes(&STEP)),
            ..FACTS
        },
        infer: |site, arguments| {
            let [length, rows, dim] = sizes(site, arguments);
            let (padding_idx, init) = (padding_idx(site, arguments, &rows), arguments.init("init"));
            Inferred {
                ty: quote!(::chainrule::layers::Embedding<#length, #rows, #dim>),
                value: quote!(::chainrule::layers::Embedding { padding_idx: #padding_idx, init: #init }),
                tensors: vec![Tensor::new("weight", [rows.clone(), dim.clone()])],
                parameters: Count::product([rows, dim.clone()]),
                macs: Count::ZERO,
                output: Shape::Array(vec![length, dim]),
            }
        },
    },
    Kind {
        name: "EmbeddingBag",
        arguments: &[
            Argument::required("num_embeddings", Accepts::Size),
            Argument::required("embedding_dim", Accepts::Size),
            Argument::option("mode", Accepts::Word(&["mean", "sum"])),
            Argument::option("padding_idx", Accepts::Size),
            Argument::option("init", Accepts::Init),
        ],
        facts: Facts {
            indices: Some(Indices {
                rows: "num_embeddings",
                may_be_empty: true,
            }),
            ..FACTS
        },
        infer: |site, arguments| {
            let [length, rows, dim] = sizes(site, arguments);
            let mode = match arguments.word("mode") {
                Some("sum") => quote!(Sum),
                _ => quote!(Mean),
            };
            let (padding_idx, init) = (padding_idx(site, arguments, &rows), arguments.init("init"));
            Inferred {
                ty: quote!(::chainrule::layers::EmbeddingBag<#length, #rows, #dim>),
                value: quote! {
                    ::chainrule::layers::EmbeddingBag {
                        mode: ::chainrule::layers::BagMode::#mode,
                        padding_idx: #padding_idx,
                        init: #init,
                    }
                },
                tensors: vec![Tensor::new("weight", [rows.clone(), dim.clone()])],
                parameters: Count::product([rows, dim.clone()]),
                macs: Count::product([length, dim.clone()]),
                output: Shape::Array(vec![dim]),
            }
        },
    },
];

/// An `Embedding` in a stream.
static STEP: Kind = Kind {
    name: "Embedding",
    arguments: &[],
    facts: Facts {
        parameters: true,
        remembers: true,
        ..PLAIN
    },
    infer: |site, arguments| {
        let [_, rows, dim] = sizes(site, arguments);
        let step = quote!(::chainrule::layers::EmbeddingStep);
        Inferred::plain(quote!(#step<#rows, #dim>), step, Shape::Array(vec![dim]))
    },
};

/// The number of indices, and the sizes of the table.
fn sizes(site: &mut Site<'_>, arguments: &Arguments) -> [Size; 3] {
    let length = site.vector();
    let [rows, dim] = ["num_embeddings", "embedding_dim"]
        .map(|name| site.positive(name, arguments.size(name), arguments.place(name)));
    [length, rows, dim]
}

/// The padding as an `Option<usize>`.
fn padding_idx(site: &mut Site<'_>, arguments: &Arguments, rows: &Size) -> TokenStream {
    let Some(place) = arguments.place("padding_idx") else {
        return quote!(::core::option::Option::None);
    };
    let row = arguments.size("padding_idx");
    match (&row, rows) {
        (Size::Known(row), Size::Known(rows)) if row >= rows => {
            let kind = site.kind;
            site.diagnostics
                .error(
                    place,
                    format!("`padding_idx` is {row}, but `{kind}` has {rows} rows, counted from 0"),
                )
                .help(format!("choose a row up to {}", rows - 1));
        }
        (Size::Known(_), Size::Known(_)) | (Size::Unknown, _) | (_, Size::Unknown) => {}
        _ => site.checks.push(Check {
            place,
            call: quote!(::chainrule::__private::check_padding_idx(#row, #rows)),
        }),
    }
    quote!(::core::option::Option::Some(#row))
}
