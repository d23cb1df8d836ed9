//! `Glu(dim = last)` and `SwiGlu(dim = last)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site, stream};
use crate::model::{Check, Count};
use crate::shape::Shape;
use crate::size::{Size, number};
use proc_macro2::TokenStream;
use quote::quote;

const FACTS: Facts = Facts {
    stream: stream::along_dim,
    ..PLAIN
};
const DIM: &[Argument] = &[Argument::positional("dim", Accepts::Size)];

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Glu",
        arguments: DIM,
        facts: FACTS,
        infer: |site, arguments| infer(site, arguments, quote!(Glu)),
    },
    Kind {
        name: "SwiGlu",
        arguments: DIM,
        facts: FACTS,
        infer: |site, arguments| infer(site, arguments, quote!(SwiGlu)),
    },
];

/// Any shape; half as long in one dimension. `dim` counts the sample's dimensions from 0.
fn infer(site: &mut Site<'_>, arguments: &Arguments, name: TokenStream) -> Inferred {
    let sizes = match site.input.clone() {
        Shape::Array(sizes) => sizes,
        Shape::Output(_) => vec![site.vector()],
        Shape::Heads(_) | Shape::Unknown => Vec::new(),
    };
    let dim = dimension(site, arguments, sizes.len());
    let mut output = Shape::Unknown;
    if let Some(dim) = dim
        && let Some(half) = halve(site, arguments, dim, &sizes[dim])
    {
        let mut sizes = sizes;
        sizes[dim] = half;
        output = Shape::Array(sizes);
    }
    let (from, to) = (site.input.ty(site.scalar), output.ty(site.scalar));
    let (gate, dim) = (
        quote!(::chainrule::layers::#name),
        number(dim.unwrap_or(0) as u64),
    );
    Inferred {
        ty: quote!(::chainrule::layers::Gated<#gate, #from, #to>),
        value: quote!(::chainrule::layers::Gated::new(#gate, #dim)),
        output,
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}

/// Which dimension is halved; nothing after a report.
fn dimension(site: &mut Site<'_>, arguments: &Arguments, rank: usize) -> Option<usize> {
    let last = rank.checked_sub(1)?;
    let place = arguments.place("dim").unwrap_or(site.span.into());
    let (text, help) = match arguments.get("dim").map(|_| arguments.size("dim")) {
        None => return Some(last),
        Some(Size::Unknown) => return None,
        Some(Size::Known(dim)) if dim <= last as u64 => return Some(dim as usize),
        Some(Size::Known(dim)) => (
            format!("there is no dimension {dim} in {}", site.input),
            format!("count the sample's dimensions from 0 to {last}"),
        ),
        Some(Size::Generic(_) | Size::Symbol(_)) => (
            format!(
                "`dim` of `{}` is the number of a dimension, and a literal",
                site.kind
            ),
            format!("count the sample's dimensions from 0 to {last}"),
        ),
    };
    let origin = site.origin;
    site.diagnostics.error(place, text).note(origin).help(help);
    None
}

/// Half of a size; nothing after a report.
fn halve(site: &mut Site<'_>, arguments: &Arguments, dim: usize, size: &Size) -> Option<Size> {
    match size {
        Size::Known(size) if !size.is_multiple_of(2) => {
            let text = format!(
                "`{}` halves dimension {dim} of {}, which is odd",
                site.kind, site.input
            );
            let help = match arguments.place("dim") {
                None => "produce twice as many as shall come out, or choose another `dim`",
                Some(_) => "choose another `dim`, or produce twice as many as shall come out",
            };
            site.misfit(text).help(help);
            return None;
        }
        Size::Symbol(_) => {
            let (kind, origin) = (site.kind, site.origin);
            let call = quote!(::chainrule::__private::check_even(#kind, #dim, #size, #origin));
            site.checks.push(Check {
                place: site.span.into(),
                call,
            });
        }
        Size::Known(_) | Size::Generic(_) | Size::Unknown => {}
    }
    let half = site.derive(|symbols| symbols.quotient(size, &Size::Known(2)));
    (!half.is_unknown()).then_some(half)
}
