//! `Softmax(dim = last)` and `LogSoftmax(dim = last)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Role, Site, stream};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::{Size, number};
use proc_macro2::TokenStream;
use quote::quote;

const FACTS: Facts = Facts {
    role: Role::Compute { reads_output: true },
    stream: stream::along_dim,
    ..PLAIN
};
const DIM: &[Argument] = &[Argument::positional("dim", Accepts::Size)];

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Softmax",
        arguments: DIM,
        facts: FACTS,
        infer: |site, arguments| infer(site, arguments, quote!(Softmax)),
    },
    Kind {
        name: "LogSoftmax",
        arguments: DIM,
        facts: FACTS,
        infer: |site, arguments| infer(site, arguments, quote!(LogSoftmax)),
    },
];

/// Any shape, kept. `dim` counts the sample's dimensions from 0, so PyTorch's batch dimension does not count.
fn infer(site: &mut Site<'_>, arguments: &Arguments, name: TokenStream) -> Inferred {
    let shape = site.input.ty(site.scalar);
    let given = arguments.get("dim").map(|_| arguments.size("dim"));
    let rank = match site.input {
        Shape::Array(sizes) => Some(sizes.len() as u64),
        _ => None,
    };
    let dim = match (given, rank) {
        (Some(Size::Known(dim)), Some(rank)) => {
            if dim >= rank {
                site.no_dimension(arguments.place("dim"), dim, rank as usize);
            }
            number(dim)
        }
        (Some(dim), _) => dim.value(),
        (None, Some(rank)) => number(rank.saturating_sub(1)),
        (None, None) => quote!(<#shape as ::chainrule::Shape>::DIMS.len() - 1),
    };
    Inferred {
        ty: quote!(::chainrule::layers::#name<#shape>),
        value: quote!(::chainrule::layers::#name::new(#dim)),
        output: site.input.clone(),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}
