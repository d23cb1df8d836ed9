//! `Upsample(scale, mode = nearest, align_corners = false)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::shape::Shape;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Upsample",
    arguments: &[
        Argument::required("scale", Accepts::Pair),
        Argument::option("mode", Accepts::Word(&["nearest", "linear", "bilinear"])),
        Argument::option("align_corners", Accepts::Bool),
    ],
    facts: PLAIN,
    infer,
}];

/// `[c, l] → [c, s·l]` or `[c, h, w] → [c, s·h, t·w]`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let Some(sizes) = site.plane() else {
        return Inferred::unknown();
    };
    let place = |name| arguments.place(name);
    let scales = site.positive_pair("scale", arguments.pair("scale"), place("scale"));
    let sequence = sizes.len() == 2;
    if sequence && scales[0] != scales[1] {
        site.diagnostics
            .error(
                place("scale").unwrap_or(site.span.into()),
                "a sequence has one `scale`, found two",
            )
            .note(site.origin);
    }
    let mode = arguments.word("mode").unwrap_or("nearest");
    let fitting = if sequence { "linear" } else { "bilinear" };
    if mode != "nearest" && mode != fitting {
        let what = if sequence { "a sequence" } else { "an image" };
        site.diagnostics
            .error(
                place("mode").unwrap_or(site.span.into()),
                format!("`mode = {mode}` does not fit {what}"),
            )
            .note(site.origin)
            .help(format!("write `mode = {fitting}`"));
    }
    if mode == "nearest"
        && let Some(place) = place("align_corners")
    {
        site.diagnostics
            .error(
                place,
                "`align_corners` is for interpolation, and `mode = nearest` has none",
            )
            .help(format!("remove it, or write `mode = {fitting}`"));
    }
    let align_corners = arguments.flag("align_corners", false);
    let mode = match mode {
        "nearest" => quote!(Nearest),
        _ => quote!(Linear { align_corners: #align_corners }),
    };
    let mut output = sizes.clone();
    let scales = &scales[usize::from(sequence)..];
    for (size, scale) in output.iter_mut().skip(1).zip(scales) {
        *size = site.derive(|symbols| symbols.product(&[size.clone(), scale.clone()]));
    }
    let output = Shape::Array(output);
    let (from, to) = (site.input.ty(site.scalar), output.ty(site.scalar));
    Inferred::plain(
        quote!(::chainrule::layers::Upsample<#from, #to>),
        quote!(::chainrule::layers::Upsample::new(::chainrule::layers::UpsampleMode::#mode)),
        output,
    )
}
