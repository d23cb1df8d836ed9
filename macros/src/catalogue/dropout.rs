//! `Dropout(p = 0.5)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Role, Site, stream};
use crate::model::Count;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Dropout",
    arguments: &[Argument::positional("p", Accepts::Float)],
    facts: Facts {
        role: Role::Dropout,
        stream: stream::each,
        ..PLAIN
    },
    infer,
}];

/// Any shape, kept.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    if let Some((p, place)) = arguments.known_float("p")
        && !(0.0..=1.0).contains(&p)
    {
        let error = site
            .diagnostics
            .error(place, format!("`p` is a probability and cannot be {p}"));
        if (2.0..=100.0).contains(&p) {
            error.help(format!("for {p} % write `{}`", p / 100.0));
        } else {
            error.help("choose a number from 0 to 1");
        }
    }
    let (shape, p) = (site.input.ty(site.scalar), arguments.float("p", 0.5));
    Inferred {
        ty: quote!(::chainrule::layers::Dropout<#shape>),
        value: quote!(::chainrule::layers::Dropout::new(#p)),
        output: site.input.clone(),
        parameters: Count::ZERO,
        macs: Count::ZERO,
    }
}
