//! `Prelu(num_parameters = 1, init = 0.25)`, `Scale(num_parameters = 1, init = 1.0)` and
//! `Snake(num_parameters = channels, init = 1.0)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site, stream};
use crate::model::{Check, Count};
use crate::shape::Shape;
use crate::size::Size;
use crate::weights::Tensor;
use proc_macro2::TokenStream;
use quote::quote;

const ARGUMENTS: &[Argument] = &[
    Argument::positional("num_parameters", Accepts::Size),
    Argument::option("init", Accepts::Float),
];
const FACTS: Facts = Facts {
    parameters: true,
    stream: |moment| match moment.arguments.size_or("num_parameters", 1) {
        Size::Known(1) => stream::each(moment),
        _ => stream::by_the_first(moment),
    },
    ..PLAIN
};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Prelu",
        arguments: ARGUMENTS,
        facts: FACTS,
        infer: |site, arguments| {
            let slopes = arguments.size_or("num_parameters", 1);
            infer(
                site,
                arguments,
                quote!(Prelu),
                ["slope", "weight"],
                slopes,
                0.25,
            )
        },
    },
    Kind {
        name: "Scale",
        arguments: ARGUMENTS,
        facts: FACTS,
        infer: |site, arguments| {
            let factors = arguments.size_or("num_parameters", 1);
            infer(
                site,
                arguments,
                quote!(Scale),
                ["factor", "weight"],
                factors,
                1.0,
            )
        },
    },
    Kind {
        name: "Snake",
        arguments: ARGUMENTS,
        facts: Facts {
            // By default a frequency for each channel.
            stream: |moment| match moment.arguments.get("num_parameters") {
                None => stream::by_the_first(moment),
                Some(_) => (FACTS.stream)(moment),
            },
            ..FACTS
        },
        infer: |site, arguments| {
            let frequencies = match arguments.get("num_parameters") {
                Some(_) => arguments.size("num_parameters"),
                None => site.channels(),
            };
            if let Some((init, place)) = arguments.known_float("init")
                && init == 0.0
            {
                site.diagnostics
                    .error(
                        place,
                        "`init` is a frequency that is trained, and stays 0 when it starts as 0",
                    )
                    .help("choose another number, as the default 1.0");
            }
            infer(
                site,
                arguments,
                quote!(Snake),
                ["frequency", "alpha"],
                frequencies,
                1.0,
            )
        },
    },
];

/// Any shape, kept; one value (a `noun`) for all, or one for each index of the first dimension.
fn infer(
    site: &mut Site<'_>,
    arguments: &Arguments,
    name: TokenStream,
    [noun, tensor]: [&'static str; 2],
    values: Size,
    init: f64,
) -> Inferred {
    let kind = site.kind;
    let values = site.positive("num_parameters", values, arguments.place("num_parameters"));
    let place = arguments
        .place("num_parameters")
        .unwrap_or(site.span.into());
    if values.known() != Some(1)
        && let Shape::Array(sizes) = site.input
    {
        match sizes[0].same(&values) {
            Some(true) => {}
            Some(false) => {
                let help = format!("write 1 or {}", sizes[0]);
                let text = format!(
                    "`{kind}` has 1 {noun}, or one for each of the {} channels, not {values}",
                    sizes[0]
                );
                let origin = site.origin;
                site.diagnostics.error(place, text).note(origin).help(help);
            }
            None => {
                let channels = &sizes[0];
                let call =
                    quote!(::chainrule::__private::check_values(#kind, #noun, #channels, #values));
                site.checks.push(Check { place, call });
            }
        }
    }
    let (shape, init) = (site.input.ty(site.scalar), arguments.float("init", init));
    Inferred {
        ty: quote!(::chainrule::layers::#name<#shape, #values>),
        value: quote!(::chainrule::layers::#name::new(#init)),
        output: site.input.clone(),
        tensors: vec![Tensor::new(tensor, [values.clone()])],
        parameters: Count::product([values]),
        macs: Count::ZERO,
    }
}
