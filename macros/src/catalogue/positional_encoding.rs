//! `PositionalEncoding(learned = false, dropout = 0.0)`; the dropout behind it is a layer of its own, see `lower::parts`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "PositionalEncoding",
    arguments: &[
        Argument::option("learned", Accepts::Bool),
        Argument::option("dropout", Accepts::Float),
    ],
    facts: Facts {
        parameters: true,
        ..PLAIN
    },
    infer,
}];

/// `[length, features]`, kept.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [length, features] = site.steps();
    let (name, parameters) = match arguments.flag("learned", false) {
        true => (
            quote!(LearnedPositionalEncoding),
            Count::product([length.clone(), features.clone()]),
        ),
        false => (quote!(PositionalEncoding), Count::ZERO),
    };
    Inferred {
        ty: quote!(::chainrule::layers::#name<#length, #features>),
        value: quote!(::chainrule::layers::#name),
        output: Shape::Array(vec![length, features]),
        parameters,
        macs: Count::ZERO,
    }
}
