//! `Dropout(p = 0.5)`, also as a part of layers with an option `dropout`

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
    let name = match arguments.get("dropout") {
        Some(_) => "dropout",
        None => "p",
    };
    check_probability(site, arguments, name);
    let (shape, p) = (site.input.ty(site.scalar), arguments.float(name, 0.5));
    Inferred {
        ty: quote!(::chainrule::layers::Dropout<#shape>),
        value: quote!(::chainrule::layers::Dropout::new(#p)),
        output: site.input.clone(),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}

/// Reports a probability that is none.
pub(super) fn check_probability(site: &mut Site<'_>, arguments: &Arguments, name: &str) {
    if let Some((p, place)) = arguments.known_float(name)
        && !(0.0..=1.0).contains(&p)
    {
        let error = site.diagnostics.error(
            place,
            format!("`{name}` is a probability and cannot be {p}"),
        );
        if (2.0..=100.0).contains(&p) {
            error.help(format!("for {p} % write `{}`", p / 100.0));
        } else {
            error.help("choose a number from 0 to 1");
        }
    }
}

/// The layer that the option `dropout` of another one asks for, unless its probability is 0.
pub(crate) fn dropout_of(arguments: &Arguments) -> Option<(&'static Kind, Arguments)> {
    let given = arguments
        .values
        .iter()
        .find(|(name, _, _)| *name == "dropout")?;
    if arguments
        .known_float("dropout")
        .is_some_and(|(p, _)| p == 0.0)
    {
        return None;
    }
    let values = vec![given.clone()];
    Some((&KINDS[0], Arguments { values }))
}
