//! `Prelu(num_parameters = 1, init = 0.25)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Prelu",
    arguments: &[
        Argument::positional("num_parameters", Accepts::Size),
        Argument::option("init", Accepts::Float),
    ],
    facts: Facts {
        parameters: true,
        ..PLAIN
    },
    infer,
}];

/// Any shape, kept; one slope for all, or one for each index of the first dimension.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let slopes = arguments.size_or("num_parameters", 1);
    let slopes = site.positive("num_parameters", slopes, arguments.place("num_parameters"));
    let place = arguments
        .place("num_parameters")
        .unwrap_or(site.span.into());
    if slopes.known() != Some(1)
        && let Shape::Array(sizes) = site.input
    {
        match sizes[0].same(&slopes) {
            Some(true) => {}
            Some(false) => {
                let help = format!("write 1 or {}", sizes[0]);
                let origin = site.origin;
                site.diagnostics
                    .error(
                        place,
                        format!(
                            "`Prelu` has 1 slope, or one for each of the {} channels, not {slopes}",
                            sizes[0]
                        ),
                    )
                    .note(origin)
                    .help(help);
            }
            None => {
                let channels = &sizes[0];
                let call = quote!(::chainrule::__private::check_slopes(#channels, #slopes));
                site.checks.push(crate::model::Check { place, call });
            }
        }
    }
    let (shape, init) = (site.input.ty(site.scalar), arguments.float("init", 0.25));
    Inferred {
        ty: quote!(::chainrule::layers::Prelu<#shape, #slopes>),
        value: quote!(::chainrule::layers::Prelu::new(#init)),
        output: site.input.clone(),
        parameters: Count::product([slopes]),
        macs: Count::ZERO,
    }
}
