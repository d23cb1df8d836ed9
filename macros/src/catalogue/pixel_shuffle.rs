//! `PixelShuffle(upscale_factor)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::model::Check;
use crate::shape::Shape;
use crate::size::Size;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "PixelShuffle",
    arguments: &[Argument::required("upscale_factor", Accepts::Size)],
    facts: PLAIN,
    infer,
}];

/// `[c·r², h, w] → [c, h·r, w·r]`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [channels, height, width] = site.image();
    let place = arguments.place("upscale_factor");
    let factor = site.positive("upscale_factor", arguments.size("upscale_factor"), place);
    let square = site.derive(|symbols| symbols.product(&[factor.clone(), factor.clone()]));
    match (&channels, &square) {
        (Size::Unknown, _) | (_, Size::Unknown | Size::Known(1)) => {}
        (Size::Known(channels), Size::Known(square)) => {
            if !channels.is_multiple_of(*square) {
                let text = format!(
                    "`PixelShuffle` makes one channel of {square}, which do not divide the {channels} channels that arrive"
                );
                site.diagnostics
                    .error(place.unwrap_or(site.span.into()), text)
                    .note(site.origin)
                    .help(format!(
                        "let the layer before it put out a multiple of {square} channels"
                    ));
            }
        }
        _ => {
            let call = quote!(::chainrule::__private::check_shuffle(#channels, #factor));
            let place = place.unwrap_or(site.span.into());
            site.checks.push(Check { place, call });
        }
    }
    let out = site.derive(|symbols| symbols.quotient(&channels, &square));
    let mut enlarged =
        |size: &Size| site.derive(|symbols| symbols.product(&[size.clone(), factor.clone()]));
    let (out_height, out_width) = (enlarged(&height), enlarged(&width));
    Inferred::plain(
        quote!(::chainrule::layers::PixelShuffle<#channels, #height, #width, #out, #out_height, #out_width>),
        quote!(::core::default::Default::default()),
        Shape::Array(vec![out, out_height, out_width]),
    )
}
