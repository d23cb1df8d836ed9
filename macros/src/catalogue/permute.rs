//! `Transpose` and `Permute([2, 0, 1])`

use super::arguments::{Accepts, Argument, Value};
use super::stream::{Moment, Refusal, Step, refuse};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::shape::Shape;
use crate::size::{Size, number};
use quote::quote;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Transpose",
        arguments: &[],
        facts: Facts {
            stream: |moment| Ok(moment.nothing(1 - moment.time.min(1))),
            ..PLAIN
        },
        infer: |site, _| match site.sizes_of_rank(2, "[rows, columns]") {
            Some(sizes) => permuted(site, &sizes, &[1, 0]),
            None => Inferred::unknown(),
        },
    },
    Kind {
        name: "Permute",
        arguments: &[Argument::required("dims", Accepts::Dims)],
        facts: Facts {
            stream: permuted_step,
            ..PLAIN
        },
        infer,
    },
];

/// The dimensions in another order.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let Some(Value::Shape(dims)) = arguments.get("dims") else {
        return Inferred::unknown();
    };
    let place = arguments.place("dims").unwrap_or(site.span.into());
    let Some(dims) = dims.iter().map(Size::known).collect::<Option<Vec<u64>>>() else {
        site.diagnostics
            .error(place, "`dims` of `Permute` are literal numbers")
            .help("write which dimension of the input each of the output is, as in `[1, 0]`");
        return Inferred::unknown();
    };
    let rank = dims.len();
    let takes = match rank {
        1 => "one dimension".to_string(),
        _ => format!("the {rank} dimensions that it names"),
    };
    let Some(sizes) = site.sizes_of_rank(rank, &takes) else {
        return Inferred::unknown();
    };
    for (index, &dim) in dims.iter().enumerate() {
        if dim >= rank as u64 {
            site.no_dimension(Some(place), dim, rank);
            return Inferred::unknown();
        }
        if dims[..index].contains(&dim) {
            site.diagnostics
                .error(place, format!("`Permute` names dimension {dim} twice"))
                .help("name every dimension once");
            return Inferred::unknown();
        }
    }
    permuted(site, &sizes, &dims)
}

fn permuted(site: &Site<'_>, sizes: &[Size], dims: &[u64]) -> Inferred {
    let size = |dim: &u64| sizes.get(*dim as usize).cloned();
    let output = dims.iter().map(|dim| size(dim).unwrap_or(Size::Unknown));
    let output = Shape::Array(output.collect());
    let (from, to) = (site.input.ty(site.scalar), output.ty(site.scalar));
    let dims = dims.iter().map(|dim| number(*dim));
    Inferred::plain(
        quote!(::chainrule::layers::Permute<#from, #to>),
        quote!(const { ::chainrule::layers::Permute::new([#(#dims),*]) }),
        output,
    )
}

/// Of two dimensions, one is left in a step.
fn permuted_step(moment: &Moment<'_>) -> Result<Step, Refusal> {
    let Some(Value::Shape(dims)) = moment.arguments.get("dims") else {
        return refuse("was not understood");
    };
    let time = dims
        .iter()
        .position(|dim| dim.known() == Some(moment.time as u64));
    match time {
        Some(time) if moment.rank == 2 => Ok(moment.nothing(time)),
        _ => refuse("has more dimensions than time and one other"),
    }
}
