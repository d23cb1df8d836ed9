//! `Pad(padding, mode = zeros)`

use super::arguments::{Accepts, Argument, Value};
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::diagnostics::Place;
use crate::model::Check;
use crate::shape::Shape;
use crate::size::Size;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Pad",
    arguments: &[
        Argument::required("padding", Accepts::Sides),
        Argument::option("mode", Accepts::Word(&["zeros", "reflect", "replicate"])),
    ],
    facts: PLAIN,
    infer,
}];

/// `[c, l] → [c, l']` or `[c, h, w] → [c, h', w']`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let Some(sizes) = site.plane() else {
        return Inferred::unknown();
    };
    let Some(Value::Shape(sides)) = arguments.get("padding") else {
        return Inferred::unknown();
    };
    let place = arguments.place("padding").unwrap_or(site.span.into());
    let none = Size::Known(0);
    let [left, right, top, bottom] = match (sizes.len(), sides.as_slice()) {
        (2, [all]) => [all, all, &none, &none],
        (2, [left, right]) => [left, right, &none, &none],
        (3, [all]) => [all; 4],
        (3, [left, right, top, bottom]) => [left, right, top, bottom],
        (rank, _) => {
            let (what, sides) = if rank == 2 {
                ("a sequence", "`(left, right)`")
            } else {
                ("an image", "`(left, right, top, bottom)`")
            };
            site.diagnostics
                .error(
                    place,
                    format!("the padding of {what} is one number, or {sides}"),
                )
                .note(site.origin);
            return Inferred::unknown();
        }
    };
    let mode = match arguments.word("mode") {
        Some("reflect") => quote!(Reflect),
        Some("replicate") => quote!(Replicate),
        _ => quote!(Zeros),
    };
    let mirrored = arguments.word("mode") == Some("reflect");
    let mut output = sizes.clone();
    let axes: &[(&str, [&Size; 2])] = match sizes.len() {
        2 => &[("length", [left, right])],
        _ => &[("height", [top, bottom]), ("width", [left, right])],
    };
    for ((size, padded), (what, margins)) in sizes.iter().zip(&mut output).skip(1).zip(axes) {
        if mirrored
            && !margins
                .iter()
                .all(|margin| mirrors(site, place, what, size, margin))
        {
            return Inferred::unknown();
        }
        *padded = enlarged(site, size, *margins);
    }
    let output = Shape::Array(output);
    let (from, to) = (site.input.ty(site.scalar), output.ty(site.scalar));
    Inferred::plain(
        quote!(::chainrule::layers::Pad<#from, #to>),
        quote!(const { ::chainrule::layers::Pad::new([#top, #left], ::chainrule::layers::PadMode::#mode) }),
        output,
    )
}

fn enlarged(site: &mut Site<'_>, size: &Size, margins: [&Size; 2]) -> Size {
    let known = margins.map(Size::known);
    match known {
        [Some(0), Some(0)] => size.clone(),
        [Some(front), Some(behind)] => {
            let added = Size::Known(front.saturating_add(behind));
            site.derive(|symbols| symbols.sum(&[size.clone(), added]))
        }
        _ => {
            let [front, behind] = margins.map(Size::clone);
            site.derive(|symbols| symbols.sum(&[front, size.clone(), behind]))
        }
    }
}

/// Whether an input is larger than its mirrored margin, as far as the macro knows; reports when not.
fn mirrors(site: &mut Site<'_>, place: Place, what: &str, size: &Size, margin: &Size) -> bool {
    match (size, margin) {
        (_, Size::Known(0)) | (Size::Unknown, _) | (_, Size::Unknown) => true,
        (Size::Known(size), Size::Known(margin)) => {
            if margin >= size {
                let behind = size.saturating_sub(1);
                let text = format!(
                    "`mode = reflect` mirrors {margin} elements, but of the {what} of {size} only {behind} lie behind the edge"
                );
                site.diagnostics
                    .error(place, text)
                    .note(site.origin)
                    .help(format!("pad by at most {behind}"));
            }
            margin < size
        }
        _ => {
            let call = quote!(::chainrule::__private::check_mirror(#what, #size, #margin));
            site.checks.push(Check { place, call });
            true
        }
    }
}
