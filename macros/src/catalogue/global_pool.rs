//! `GlobalAvgPool` and `GlobalMaxPool`

use super::{Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "GlobalAvgPool",
        arguments: &[],
        facts: PLAIN,
        infer: |site, _| infer(site, quote!(GlobalAvgPool)),
    },
    Kind {
        name: "GlobalMaxPool",
        arguments: &[],
        facts: PLAIN,
        infer: |site, _| infer(site, quote!(GlobalMaxPool)),
    },
];

/// `[c, …] → [c]`
fn infer(site: &mut Site<'_>, name: TokenStream) -> Inferred {
    let channels = site.channels_of_positions();
    let shape = site.input.ty(site.scalar);
    Inferred {
        ty: quote!(::chainrule::layers::#name<#shape, #channels>),
        value: quote!(::chainrule::layers::#name::new()),
        output: Shape::Array(vec![channels]),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}
