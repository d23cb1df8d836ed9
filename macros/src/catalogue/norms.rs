//! `LayerNorm(dims = 1, eps = 1e-5, affine = true, bias = true)`, `RmsNorm(dims = 1, eps = 1e-5, affine = true)`,
//! `GroupNorm(groups, eps = 1e-5, affine = true)`, `InstanceNorm1d(eps = 1e-5, affine = false)` and
//! `InstanceNorm2d(the same)`

use super::arguments::{Accepts, Argument};
use super::batch_norm::check_eps;
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site, stream};
use crate::diagnostics::Place;
use crate::model::{Check, Count};
use crate::shape::Shape;
use crate::size::{Size, number};
use crate::weights::Tensor;
use proc_macro2::TokenStream;
use quote::quote;

const DIMS: Argument = Argument::option("dims", Accepts::Size);
const EPS: Argument = Argument::option("eps", Accepts::Float);
const AFFINE: Argument = Argument::option("affine", Accepts::Bool);

const FACTS: Facts = Facts {
    parameters: true,
    saves: true,
    ..PLAIN
};

/// Of the norms over the last dimension.
const LAST: Facts = Facts {
    stream: |moment| match moment.arguments.size_or("dims", 1) {
        Size::Known(1) => stream::along_the_last(moment),
        _ => stream::refuse("mixes the steps: it normalises over more than the last dimension"),
    },
    ..FACTS
};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "LayerNorm",
        arguments: &[DIMS, EPS, AFFINE, Argument::option("bias", Accepts::Bool)],
        facts: LAST,
        infer: layer_norm,
    },
    Kind {
        name: "RmsNorm",
        arguments: &[DIMS, EPS, AFFINE],
        facts: LAST,
        infer: rms_norm,
    },
    Kind {
        name: "GroupNorm",
        arguments: &[Argument::required("groups", Accepts::Size), EPS, AFFINE],
        facts: FACTS,
        infer: group_norm,
    },
    Kind {
        name: "InstanceNorm1d",
        arguments: &[EPS, AFFINE],
        facts: FACTS,
        infer: |site, arguments| {
            let channels = instances(site, 2, "[channels, length]");
            let affine = arguments.flag("affine", false);
            groups(site, arguments, channels.clone(), channels, affine)
        },
    },
    Kind {
        name: "InstanceNorm2d",
        arguments: &[EPS, AFFINE],
        facts: FACTS,
        infer: |site, arguments| {
            let channels = instances(site, 3, "[channels, height, width]");
            let affine = arguments.flag("affine", false);
            groups(site, arguments, channels.clone(), channels, affine)
        },
    },
];

/// Any shape, kept; a weight and a bias for each element of the last dimensions.
fn layer_norm(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let (dims, weights) = last_dimensions(site, arguments);
    let bias = if arguments.flag("bias", true) {
        weights.clone()
    } else {
        Size::Known(0)
    };
    let shape = site.input.ty(site.scalar);
    Inferred {
        tensors: vec![
            Tensor::new("weight", last(site, &dims, &weights)),
            Tensor::new("bias", last(site, &dims, &bias)),
        ],
        parameters: Count::Sum(vec![vec![weights.clone()], vec![bias.clone()]]),
        ..kept(
            site,
            arguments,
            quote!(LayerNorm),
            quote!(<#shape, #dims, #weights, #bias>),
        )
    }
}

/// The same without a bias.
fn rms_norm(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let (dims, weights) = last_dimensions(site, arguments);
    let shape = site.input.ty(site.scalar);
    Inferred {
        tensors: vec![Tensor::new("weight", last(site, &dims, &weights))],
        parameters: Count::product([weights.clone()]),
        ..kept(
            site,
            arguments,
            quote!(RmsNorm),
            quote!(<#shape, #dims, #weights>),
        )
    }
}

/// The last `dims` dimensions, or none of them: of a tensor with `len` values.
fn last(site: &Site<'_>, dims: &Size, len: &Size) -> Vec<Size> {
    match (site.input, dims) {
        (_, _) if *len == Size::Known(0) => vec![len.clone()],
        (Shape::Array(sizes), Size::Known(dims)) => {
            let others = sizes.len().saturating_sub(*dims as usize);
            sizes[others..].to_vec()
        }
        _ => vec![Size::Unknown],
    }
}

/// `dims`, and how many weights that makes.
fn last_dimensions(site: &mut Site<'_>, arguments: &Arguments) -> (Size, Size) {
    let place = arguments.place("dims").unwrap_or(site.span.into());
    let dims = arguments.size_or("dims", 1);
    let dims = site.positive("dims", dims, arguments.place("dims"));
    let affine = arguments.flag("affine", true);
    let weights = match &dims {
        Size::Unknown => Size::Unknown,
        Size::Known(count) => trailing(site, *count, place, affine),
        Size::Generic(_) | Size::Symbol(_) => {
            let text = format!(
                "`dims` of `{}` is a number of dimensions, and a literal",
                site.kind
            );
            site.diagnostics
                .error(place, text)
                .help("write `dims = 1` for the last dimension, `dims = 2` for the last two");
            Size::Unknown
        }
    };
    (dims, weights)
}

/// The number of elements in the last dimensions, or 0 where they have no weights.
fn trailing(site: &mut Site<'_>, count: u64, place: Place, affine: bool) -> Size {
    match site.input.clone() {
        Shape::Array(sizes) => match sizes.len().checked_sub(count as usize) {
            Some(_) if !affine => Size::Known(0),
            Some(others) => site.derive(|symbols| symbols.product(&sizes[others..])),
            None => {
                let (origin, rank) = (site.origin, sizes.len());
                let text = format!("{} has no {count} dimensions to normalise over", site.input);
                let help = match rank {
                    1 => "leave `dims` out: there is one".to_string(),
                    _ => format!("choose `dims` from 1 to {rank}"),
                };
                site.diagnostics.error(place, text).note(origin).help(help);
                Size::Unknown
            }
        },
        Shape::Output(output) => {
            let Some(dims) = site.output_dims() else {
                return Size::Unknown;
            };
            let (kind, origin, count) = (site.kind, site.origin, number(count));
            let call = quote!(::chainrule::__private::check_dims(#kind, #dims, #count, #origin));
            site.checks.push(Check { place, call });
            if !affine {
                return Size::Known(0);
            }
            let len = quote!(::chainrule::__private::trailing(#dims, #count));
            let text = format!("the last sizes of {}.output", output.text);
            site.symbols.define_of_layer(len, text)
        }
        Shape::Heads(_) | Shape::Unknown => Size::Unknown,
    }
}

/// Any shape whose first dimension are channels, kept; a weight and a bias for each channel.
fn group_norm(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let channels = site.channels();
    let place = arguments.place("groups");
    let count = site.positive("groups", arguments.size("groups"), place);
    match (&channels, &count) {
        (_, Size::Known(1)) | (Size::Unknown, _) | (_, Size::Unknown) => {}
        (Size::Known(known), Size::Known(count)) => {
            if !known.is_multiple_of(*count) {
                site.diagnostics
                    .error(
                        place.unwrap_or(site.span.into()),
                        format!("{count} groups do not divide the {known} channels that arrive"),
                    )
                    .note(site.origin)
                    .help("choose a number of groups that divides them");
            }
        }
        (channels, count) => {
            let what = "channels that arrive";
            site.check(quote!(::chainrule::__private::check_groups(#what, #channels, #count)));
        }
    }
    let affine = arguments.flag("affine", true);
    groups(site, arguments, channels, count, affine)
}

/// The channels of what must have this rank.
fn instances(site: &mut Site<'_>, rank: usize, takes: &str) -> Size {
    match site.input {
        Shape::Array(sizes) if sizes.len() == rank => sizes[0].clone(),
        Shape::Array(sizes) => {
            let (channels, text) = (
                sizes[0].clone(),
                format!("`{}` takes {takes}, but receives {}", site.kind, site.input),
            );
            let help = match sizes.len() {
                1 => "use `LayerNorm`",
                2 => "use `InstanceNorm1d`",
                3 => "use `InstanceNorm2d`",
                _ => "use `GroupNorm` with as many groups as channels",
            };
            site.misfit(text).help(help);
            channels
        }
        Shape::Output(_) => site.output_sizes(rank, takes).swap_remove(0),
        Shape::Heads(_) | Shape::Unknown => Size::Unknown,
    }
}

fn groups(
    site: &mut Site<'_>,
    arguments: &Arguments,
    channels: Size,
    groups: Size,
    affine: bool,
) -> Inferred {
    let weights = if affine {
        channels.clone()
    } else {
        Size::Known(0)
    };
    let shape = site.input.ty(site.scalar);
    Inferred {
        tensors: ["weight", "bias"]
            .map(|name| Tensor::new(name, [weights.clone()]))
            .into(),
        parameters: Count::product([Size::Known(2), weights.clone()]),
        ..kept(
            site,
            arguments,
            quote!(GroupNorm),
            quote!(<#shape, #groups, #channels, #weights>),
        )
    }
}

/// A layer that keeps its shape, with `eps`.
fn kept(
    site: &mut Site<'_>,
    arguments: &Arguments,
    name: TokenStream,
    generics: TokenStream,
) -> Inferred {
    check_eps(site, arguments);
    let eps = arguments.float("eps", 1e-5);
    Inferred {
        ty: quote!(::chainrule::layers::#name #generics),
        value: quote!(::chainrule::layers::#name::new(#eps)),
        output: site.input.clone(),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        // One an element: scale and shift.
        macs: match site.input {
            Shape::Array(sizes) => Count::product(sizes.iter().cloned()),
            _ => Count::Unknown,
        },
    }
}
