//! `AdaptiveAvgPool2d(out)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::Size;
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
    let [out_height, out_width] = arguments
        .pair("out")
        .unwrap_or([Size::Unknown, Size::Unknown]);
    let place = arguments.place("out");
    site.positive("out", &out_height, place);
    if out_height != out_width {
        site.positive("out", &out_width, place);
    }
    Inferred {
        ty: quote!(::chainrule::layers::AdaptiveAvgPool2d<#channels, #height, #width, #out_height, #out_width>),
        value: quote!(::core::default::Default::default()),
        output: Shape::Array(vec![channels, out_height, out_width]),
        parameters: Count::ZERO,
        macs: Count::ZERO,
    }
}
