//! `AdaptiveAvgPool1d(out)`, `AdaptiveAvgPool2d(out)`, `AdaptiveMaxPool1d(out)` and `AdaptiveMaxPool2d(out)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

const LENGTH: &[Argument] = &[Argument::required("out", Accepts::Size)];
const PAIR: &[Argument] = &[Argument::required("out", Accepts::Pair)];

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "AdaptiveAvgPool1d",
        arguments: LENGTH,
        facts: PLAIN,
        infer: |site, arguments| infer_1d(site, arguments, quote!(AdaptiveAvgPool1d)),
    },
    Kind {
        name: "AdaptiveMaxPool1d",
        arguments: LENGTH,
        facts: PLAIN,
        infer: |site, arguments| infer_1d(site, arguments, quote!(AdaptiveMaxPool1d)),
    },
    Kind {
        name: "AdaptiveAvgPool2d",
        arguments: PAIR,
        facts: PLAIN,
        infer: |site, arguments| infer_2d(site, arguments, quote!(AdaptiveAvgPool2d)),
    },
    Kind {
        name: "AdaptiveMaxPool2d",
        arguments: PAIR,
        facts: PLAIN,
        infer: |site, arguments| infer_2d(site, arguments, quote!(AdaptiveMaxPool2d)),
    },
];

/// `[c, l] → [c, l']`
fn infer_1d(site: &mut Site<'_>, arguments: &Arguments, name: TokenStream) -> Inferred {
    let [channels, length] = site.sequence();
    let out = site.positive("out", arguments.size("out"), arguments.place("out"));
    Inferred {
        ty: quote!(::chainrule::layers::#name<#channels, #length, #out>),
        value: quote!(::core::default::Default::default()),
        output: Shape::Array(vec![channels, out]),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}

/// `[c, h, w] → [c, oh, ow]`
fn infer_2d(site: &mut Site<'_>, arguments: &Arguments, name: TokenStream) -> Inferred {
    let [channels, height, width] = site.image();
    let [out_height, out_width] =
        site.positive_pair("out", arguments.pair("out"), arguments.place("out"));
    Inferred {
        ty: quote!(::chainrule::layers::#name<#channels, #height, #width, #out_height, #out_width>),
        value: quote!(::core::default::Default::default()),
        output: Shape::Array(vec![channels, out_height, out_width]),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}
