//! `BatchNorm1d(eps = 1e-5, momentum = 0.1, affine = true)` and `BatchNorm2d(the same)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site, stream};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::Size;
use crate::weights::Tensor;
use quote::quote;

const OPTIONS: &[Argument] = &[
    Argument::option("eps", Accepts::Float),
    Argument::option("momentum", Accepts::Float),
    Argument::option("affine", Accepts::Bool),
];

const FACTS: Facts = Facts {
    parameters: true,
    buffers: true,
    saves: true,
    cross_sample: true,
    stream: stream::by_the_first,
    ..PLAIN
};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "BatchNorm1d",
        arguments: OPTIONS,
        facts: FACTS,
        infer: |site, arguments| {
            let input = site.input.clone();
            match &input {
                Shape::Array(sizes) if sizes.len() > 2 => {
                    let text = format!(
                        "`BatchNorm1d` takes a vector or [channels, length], but receives {input}"
                    );
                    let help = if sizes.len() == 3 {
                        "use `BatchNorm2d`".to_string()
                    } else {
                        format!("insert `Flatten` before `{}`", site.called)
                    };
                    site.misfit(text).help(help);
                    infer(site, arguments, sizes[0].clone())
                }
                Shape::Array(sizes) => infer(site, arguments, sizes[0].clone()),
                Shape::Output(_) => {
                    let channels = site.vector();
                    infer(site, arguments, channels)
                }
                Shape::Heads(_) | Shape::Unknown => infer(site, arguments, Size::Unknown),
            }
        },
    },
    Kind {
        name: "BatchNorm2d",
        arguments: OPTIONS,
        facts: FACTS,
        infer: |site, arguments| {
            if let Shape::Array(sizes) = site.input
                && sizes.len() < 3
            {
                let (channels, text) = (
                    sizes[0].clone(),
                    format!(
                        "`BatchNorm2d` takes [channels, height, width], but receives {}",
                        site.input
                    ),
                );
                site.misfit(text).help("use `BatchNorm1d`");
                return infer(site, arguments, channels);
            }
            let [channels, _, _] = site.image();
            infer(site, arguments, channels)
        },
    },
];

/// Any shape whose first dimension are channels, kept.
fn infer(site: &mut Site<'_>, arguments: &Arguments, channels: Size) -> Inferred {
    let shape = site.input.ty(site.scalar);
    let affine = if arguments.flag("affine", true) {
        channels.clone()
    } else {
        Size::Known(0)
    };
    let (eps, momentum) = (
        arguments.float("eps", 1e-5),
        arguments.float("momentum", 0.1),
    );
    check_eps(site, arguments);
    if let Some((value, place)) = arguments.known_float("momentum")
        && !(0.0..=1.0).contains(&value)
    {
        site.diagnostics
            .error(
                place,
                format!("`momentum` is the weight of the new batch and cannot be {value}"),
            )
            .help("choose a number from 0 to 1");
    }
    Inferred {
        ty: quote!(::chainrule::layers::BatchNorm<#shape, #channels, #affine>),
        value: quote!(::chainrule::layers::BatchNorm::new(#eps, #momentum)),
        output: site.input.clone(),
        tensors: vec![
            Tensor::new("weight", [affine.clone()]),
            Tensor::new("bias", [affine.clone()]),
            Tensor::buffer("running_mean", [channels.clone()]),
            Tensor::buffer("running_var", [channels]),
        ],
        parameters: Count::product([Size::Known(2), affine]),
        // One an element: scale and shift.
        macs: match site.input {
            Shape::Array(sizes) => Count::product(sizes.iter().cloned()),
            _ => Count::Unknown,
        },
    }
}

/// `eps` must be positive.
pub(super) fn check_eps(site: &mut Site<'_>, arguments: &Arguments) {
    if let Some((value, place)) = arguments.known_float("eps")
        && value <= 0.0
    {
        site.diagnostics
            .error(
                place,
                format!("`eps` keeps a division from zero and cannot be {value}"),
            )
            .help("choose a small positive number, as the default 1e-5");
    }
}
