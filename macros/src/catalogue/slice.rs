//! `Slice(dim, start = 0, end = size)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site, stream};
use crate::shape::Shape;
use crate::size::{Size, number};
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Slice",
    arguments: &[
        Argument::required("dim", Accepts::Size),
        Argument::positional("start", Accepts::Size),
        Argument::positional("end", Accepts::Size),
    ],
    facts: Facts {
        stream: stream::along_dim,
        ..PLAIN
    },
    infer,
}];

/// A range of one dimension.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let dim = match arguments.size("dim") {
        Size::Known(dim) => dim,
        Size::Unknown => return Inferred::unknown(),
        _ => {
            let place = arguments.place("dim").unwrap_or(site.span.into());
            site.diagnostics
                .error(place, "`dim` of `Slice` is a literal number");
            return Inferred::unknown();
        }
    };
    let Some(mut sizes) = site.sizes() else {
        return Inferred::unknown();
    };
    let rank = sizes.len();
    let Some(size) = sizes.get_mut(dim as usize) else {
        site.no_dimension(arguments.place("dim"), dim, rank);
        return Inferred::unknown();
    };
    let start = arguments.size_or("start", 0);
    let end = match arguments.place("end") {
        Some(_) => arguments.size("end"),
        None => size.clone(),
    };
    let place = arguments.place("end").or(arguments.place("start"));
    let place = place.unwrap_or(site.span.into());
    match (&start, &end, &*size) {
        (Size::Known(from), Size::Known(to), Size::Known(all)) => {
            if from >= to || to > all {
                let text =
                    format!("`Slice` takes {from}..{to} of dimension {dim}, which has {all}");
                site.diagnostics
                    .error(place, text)
                    .note(site.origin)
                    .help(format!("choose `start` below `end`, and `end` up to {all}"));
                return Inferred::unknown();
            }
        }
        (Size::Unknown, ..) | (_, Size::Unknown, _) | (.., Size::Unknown) => {}
        // All of it.
        (Size::Known(0), end, size) if end == size => {}
        (start, end, size) => {
            let dim = number(dim);
            let call = quote!(::chainrule::__private::check_slice(#dim, #size, #start, #end));
            site.checks.push(crate::model::Check { place, call });
        }
    }
    *size = site.derive(|symbols| symbols.difference(&end, &start));
    let output = Shape::Array(sizes);
    let (from, to) = (site.input.ty(site.scalar), output.ty(site.scalar));
    let dim = number(dim);
    Inferred::plain(
        quote!(::chainrule::layers::Slice<#from, #to>),
        quote!(const { ::chainrule::layers::Slice::new(#dim, #start) }),
        output,
    )
}
