//! The activations: element by element, any shape. Options have PyTorch's names and defaults.

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Role, Site, stream};
use crate::model::Count;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) const KINDS: &[Kind] = &[
    from_output("Relu", &[], |site, a| infer(site, a, "Relu", &[])),
    from_output("Relu6", &[], |site, a| infer(site, a, "Relu6", &[])),
    from_input("LeakyRelu", &[SLOPE], |site, a| {
        infer(site, a, "LeakyRelu", &[("negative_slope", 0.01)])
    }),
    from_input("Elu", &[ALPHA], |site, a| {
        infer(site, a, "Elu", &[("alpha", 1.0)])
    }),
    from_input("Selu", &[], |site, a| infer(site, a, "Selu", &[])),
    from_input("Celu", &[ALPHA], |site, a| {
        infer(site, a, "Celu", &[("alpha", 1.0)])
    }),
    from_input(
        "Gelu",
        &[Argument::option(
            "approximate",
            Accepts::Word(&["none", "tanh"]),
        )],
        |site, a| match a.word("approximate") {
            Some("tanh") => infer(site, a, "GeluTanh", &[]),
            _ => infer(site, a, "Gelu", &[]),
        },
    ),
    from_input("Silu", &[], |site, a| infer(site, a, "Silu", &[])),
    from_input("Mish", &[], |site, a| infer(site, a, "Mish", &[])),
    from_input("Hardswish", &[], |site, a| infer(site, a, "Hardswish", &[])),
    from_output("Hardsigmoid", &[], |site, a| {
        infer(site, a, "Hardsigmoid", &[])
    }),
    from_output("Sigmoid", &[], |site, a| infer(site, a, "Sigmoid", &[])),
    from_input("LogSigmoid", &[], |site, a| {
        infer(site, a, "LogSigmoid", &[])
    }),
    from_output("Tanh", &[], |site, a| infer(site, a, "Tanh", &[])),
    from_input(
        "Hardtanh",
        &[
            Argument::positional("min_val", Accepts::Float),
            Argument::positional("max_val", Accepts::Float),
        ],
        |site, a| {
            if let (Some((low, _)), Some((high, place))) =
                (a.known_float("min_val"), a.known_float("max_val"))
                && low >= high
            {
                site.diagnostics.error(
                    place,
                    format!("`max_val` must be greater than `min_val`, {low}"),
                );
            }
            infer(site, a, "Hardtanh", &[("min_val", -1.0), ("max_val", 1.0)])
        },
    ),
    from_input(
        "Threshold",
        &[
            Argument::required("threshold", Accepts::Float),
            Argument::required("value", Accepts::Float),
        ],
        |site, a| infer(site, a, "Threshold", &[("threshold", 0.0), ("value", 0.0)]),
    ),
    from_input(
        "Clamp",
        &[
            Argument::positional("min", Accepts::Float),
            Argument::positional("max", Accepts::Float),
        ],
        clamp,
    ),
    from_output("ClippedRelu", &[MAX], |site, a| {
        clipped(site, a, "ClippedRelu")
    }),
    from_input("SquaredClippedRelu", &[MAX], |site, a| {
        clipped(site, a, "SquaredClippedRelu")
    }),
    from_input("Square", &[], |site, a| infer(site, a, "Square", &[])),
    from_input(
        "Softplus",
        &[
            Argument::positional("beta", Accepts::Float),
            Argument::positional("threshold", Accepts::Float),
        ],
        |site, a| infer(site, a, "Softplus", &[("beta", 1.0), ("threshold", 20.0)]),
    ),
    from_input("Softsign", &[], |site, a| infer(site, a, "Softsign", &[])),
    from_input("Tanhshrink", &[], |site, a| {
        infer(site, a, "Tanhshrink", &[])
    }),
    from_input(
        "Softshrink",
        &[Argument::positional("lambda", Accepts::Float)],
        |site, a| infer(site, a, "Softshrink", &[("lambda", 0.5)]),
    ),
];

const SLOPE: Argument = Argument::positional("negative_slope", Accepts::Float);
const MAX: Argument = Argument::positional("max", Accepts::Float);
const ALPHA: Argument = Argument::positional("alpha", Accepts::Float);

type Rule = fn(&mut Site<'_>, &Arguments) -> Inferred;

/// The derivative needs the output alone (`Activation::FROM_OUTPUT`), so the layer works in place.
const fn from_output(name: &'static str, arguments: &'static [Argument], infer: Rule) -> Kind {
    pointwise(name, arguments, infer, true)
}

const fn from_input(name: &'static str, arguments: &'static [Argument], infer: Rule) -> Kind {
    pointwise(name, arguments, infer, false)
}

const fn pointwise(
    name: &'static str,
    arguments: &'static [Argument],
    infer: Rule,
    from_output: bool,
) -> Kind {
    Kind {
        name,
        arguments,
        facts: Facts {
            role: Role::Pointwise { from_output },
            stream: stream::each,
            ..PLAIN
        },
        infer,
    }
}

/// A limit that is left out is infinite.
fn clamp(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let given = |name| arguments.get(name).is_some();
    if !given("min") && !given("max") {
        site.diagnostics
            .error(site.span, "`Clamp` needs `min`, `max` or both")
            .help("write `Clamp(0.0, 1.0)`, or `Clamp(max = 1.0)`");
    }
    if let (Some((low, _)), Some((high, place))) =
        (arguments.known_float("min"), arguments.known_float("max"))
        && low > high
    {
        let text = format!("`max` must not be less than `min`, {low}");
        site.diagnostics.error(place, text);
    }
    let limit = |name: &str, default: TokenStream| match arguments.get(name) {
        Some(_) => arguments.float(name, 0.0),
        None => default,
    };
    let min = limit("min", quote!(::core::primitive::f64::NEG_INFINITY));
    let max = limit("max", quote!(::core::primitive::f64::INFINITY));
    layer(site, "Clamp", quote!({ min: #min, max: #max }))
}

/// A limit above 0.
fn clipped(site: &mut Site<'_>, arguments: &Arguments, name: &str) -> Inferred {
    if let Some((max, place)) = arguments.known_float("max")
        && max <= 0.0
    {
        let text = format!("`max` of `{name}` must be greater than 0, and is {max}");
        site.diagnostics.error(place, text);
    }
    infer(site, arguments, name, &[("max", 1.0)])
}

/// `Pointwise<activations::Name, S>` with the fields of the activation.
fn infer(
    site: &mut Site<'_>,
    arguments: &Arguments,
    name: &str,
    fields: &[(&str, f64)],
) -> Inferred {
    let fields = fields.iter().map(|(field, default)| {
        let (field_name, value) = (format_ident!("{field}"), arguments.float(field, *default));
        quote!(#field_name: #value)
    });
    let fields: Vec<TokenStream> = fields.collect();
    let fields = match fields.as_slice() {
        [] => TokenStream::new(),
        fields => quote!({ #(#fields),* }),
    };
    layer(site, name, fields)
}

/// The same with the fields as they stand behind the name.
fn layer(site: &mut Site<'_>, name: &str, fields: TokenStream) -> Inferred {
    let (shape, name) = (site.input.ty(site.scalar), format_ident!("{name}"));
    let activation = quote!(::chainrule::layers::activations::#name);
    Inferred {
        ty: quote!(::chainrule::layers::Pointwise<#activation, #shape>),
        value: quote!(::chainrule::layers::Pointwise::new(#activation #fields)),
        output: site.input.clone(),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}
