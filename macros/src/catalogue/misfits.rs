//! Arguments that a layer does not take, and what was probably meant.

use super::Kind;
use super::arguments::{Accepts, Argument};
use crate::diagnostics::Diagnostics;
use crate::suggest::{list, nearest};
use crate::syntax::{self, text_of};
use proc_macro2::Span;

/// Whether the size of the input stands before that of the output, as in PyTorch: reported, and left out.
pub(super) fn states_input(
    kind: &Kind,
    arguments: &[syntax::Argument],
    diagnostics: &mut Diagnostics,
) -> bool {
    let required: Vec<&Argument> = kind
        .arguments
        .iter()
        .filter(|argument| argument.required)
        .collect();
    let (
        Some(first),
        [
            Argument {
                name: out @ ("out" | "hidden" | "heads"),
                ..
            },
            ..,
        ],
    ) = (arguments.first(), required.as_slice())
    else {
        return false;
    };
    let unnamed = arguments
        .iter()
        .take_while(|argument| argument.name.is_none());
    let named = |name: &str| arguments.iter().any(|argument| argument.is_named(name));
    let given = required.iter().filter(|argument| named(argument.name));
    if named(out) || unnamed.count() + given.count() != required.len() + 1 {
        return false;
    }
    let rest = arguments.iter().skip(1).map(syntax::Argument::text);
    diagnostics
        .error(
            first.place(),
            format!("`{}` infers the size of its input", kind.name),
        )
        .help(format!(
            "state only the {}: `{}({})`",
            if *out == "heads" { "heads" } else { "output" },
            kind.name,
            rest.collect::<Vec<_>>().join(", ")
        ));
    true
}

/// What other libraries call an option.
const ELSEWHERE: &[(&str, &str)] = &[
    ("dim_feedforward", "feedforward"),
    ("elementwise_affine", "affine"),
    ("features", "out"),
    ("filters", "out"),
    ("hidden_size", "hidden"),
    ("is_causal", "causal"),
    ("kernel_size", "kernel"),
    ("linear_before_reset", "reset_after"),
    ("nhead", "heads"),
    ("num_heads", "heads"),
    ("num_layers", "layers"),
    ("order", "dims"),
    ("num_groups", "groups"),
    ("out_channels", "out"),
    ("out_features", "out"),
    ("output_size", "out"),
    ("pool_size", "kernel"),
    ("r", "upscale_factor"),
    ("rate", "p"),
    ("scale_factor", "scale"),
    ("strides", "stride"),
    ("units", "out"),
    ("use_bias", "bias"),
];

/// Reports an option that a layer does not have; returns the one that was probably meant.
pub(super) fn unknown_option(
    kind: &Kind,
    name: &str,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<&'static str> {
    let error = diagnostics.error(span, format!("`{}` has no option `{name}`", kind.name));
    let names = || kind.arguments.iter().map(|argument| argument.name);
    let alias = ELSEWHERE.iter().find(|(other, _)| *other == name);
    let near = match alias {
        Some((_, ours)) => names().find(|name| name == ours),
        None => nearest(name, names()),
    };
    match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if kind.arguments.is_empty() => error.help(format!("write `{}`", kind.name)),
        None if kind.arguments.len() == 1 => {
            error.help(format!("its only option is {}", list(names())))
        }
        None => error.help(format!("its options are {}", list(names()))),
    };
    near
}

pub(super) fn too_many(kind: &Kind, argument: &syntax::Argument, diagnostics: &mut Diagnostics) {
    let place = argument.place();
    let positional: Vec<&str> = kind
        .arguments
        .iter()
        .filter(|argument| argument.positional)
        .map(|argument| argument.name)
        .collect();
    let text = match positional.as_slice() {
        [] if kind.arguments.is_empty() => format!("`{}` takes no arguments", kind.name),
        [] => format!("`{}` takes its arguments by name", kind.name),
        names => format!(
            "`{}` takes only {} without a name",
            kind.name,
            list(names.iter().copied())
        ),
    };
    let error = diagnostics.error(place, text);
    let options = kind
        .arguments
        .iter()
        .filter(|argument| !argument.positional)
        .map(|argument| argument.name);
    let options = list(options);
    if options == "none" {
        error.help("remove it");
    } else {
        error.help(format!(
            "name the option, as in `name = {}`; there are {options}",
            text_of(&argument.value)
        ));
    }
}

/// How the layer is written with only what it must have.
pub(super) fn example(kind: &Kind) -> String {
    let arguments: Vec<&str> = kind
        .arguments
        .iter()
        .filter(|argument| argument.required)
        .map(|argument| match (argument.name, argument.accepts) {
            ("kernel", _) if kind.arguments[0].name != "kernel" => "kernel = 3",
            ("kernel", _) => "2",
            (_, Accepts::Shape) => "[1, 28, 28]",
            (_, Accepts::Dims) => "[1, 0]",
            ("dim", _) => "0",
            ("padding", _) => "1",
            ("scale" | "upscale_factor", _) => "2",
            ("groups" | "heads", _) => "4",
            (_, Accepts::Float) => "0.0",
            _ => "10",
        })
        .collect();
    format!("{}({})", kind.name, arguments.join(", "))
}
