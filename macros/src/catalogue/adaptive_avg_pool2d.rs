//! `AdaptiveAvgPool2d(out)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "AdaptiveAvgPool2d",
    arguments: &[Argument::required("out", Accepts::Pair)],
    facts: PLAIN,
    infer,
}];

/// `[c, h, w] → [c, oh, ow]`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [channels, height, width] = site.image();
    let [out_height, out_width] =
        site.positive_pair("out", arguments.pair("out"), arguments.place("out"));
    Inferred {
        ty: quote!(::chainrule::layers::AdaptiveAvgPool2d<#channels, #height, #width, #out_height, #out_width>),
        value: quote!(::core::default::Default::default()),
        output: Shape::Array(vec![channels, out_height, out_width]),
        parameters: Count::ZERO,
        macs: Count::ZERO,
    }
}
