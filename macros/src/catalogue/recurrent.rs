//! `Rnn(hidden, …)`, `Gru(hidden, …)` and `Lstm(hidden, …)`

use super::arguments::{Accepts, Argument, Value};
use super::dropout::dropout_of;
use super::stream::{Moment, Refusal, Step, Time, refuse, refuse_with};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::diagnostics::{Diagnostics, Place};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::{Size, number};
use crate::weights::Tensor;
use proc_macro2::TokenStream;
use quote::quote;

/// How many levels the runtime has names for, `LEVELS` in its `layers/recurrent/names.rs`.
const LEVELS: u64 = 8;

const FACTS: Facts = Facts {
    parameters: true,
    saves: true,
    saves_in_inference: true,
    ..PLAIN
};

/// In a stream.
const STEP: Facts = Facts {
    parameters: true,
    remembers: true,
    ..PLAIN
};

const HIDDEN: Argument = Argument::required("hidden", Accepts::Size);
const LAYERS: Argument = Argument::option("layers", Accepts::Size);
const BIDIRECTIONAL: Argument = Argument::option("bidirectional", Accepts::Bool);
const BIAS: Argument = Argument::option("bias", Accepts::Bool);
const DROPOUT: Argument = Argument::option("dropout", Accepts::Float);
const LAST: Argument = Argument::option("last", Accepts::Bool);

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Rnn",
        arguments: &[
            HIDDEN,
            Argument::option("nonlinearity", Accepts::Word(&["tanh", "relu"])),
            LAYERS,
            BIDIRECTIONAL,
            BIAS,
            DROPOUT,
            LAST,
        ],
        facts: Facts {
            stream: |moment| step(moment, &STEPS[0]),
            ..FACTS
        },
        infer,
    },
    Kind {
        name: "Gru",
        arguments: &[
            HIDDEN,
            Argument::option("reset_after", Accepts::Bool),
            LAYERS,
            BIDIRECTIONAL,
            BIAS,
            DROPOUT,
            LAST,
        ],
        facts: Facts {
            stream: |moment| step(moment, &STEPS[1]),
            ..FACTS
        },
        infer,
    },
    Kind {
        name: "Lstm",
        arguments: &[HIDDEN, LAYERS, BIDIRECTIONAL, BIAS, DROPOUT, LAST],
        facts: Facts {
            stream: |moment| step(moment, &STEPS[2]),
            ..FACTS
        },
        infer,
    },
];

/// The rows in a stream.
static STEPS: [Kind; 3] = [step_of("Rnn"), step_of("Gru"), step_of("Lstm")];

const fn step_of(name: &'static str) -> Kind {
    Kind {
        name,
        arguments: &[],
        facts: STEP,
        infer: infer_step,
    }
}

/// The formula of a step in the runtime.
struct Cell {
    gates: u64,
    ty: TokenStream,
    value: TokenStream,
}

impl Cell {
    /// Of the row of this name.
    fn of(kind: &str, arguments: &Arguments) -> Self {
        let (gates, name) = match kind {
            "Rnn" => (1, quote!(Rnn)),
            "Gru" if arguments.flag("reset_after", true) => (3, quote!(Gru)),
            "Gru" => (3, quote!(GruResetBefore)),
            _ => (4, quote!(Lstm)),
        };
        let ty = quote!(::chainrule::layers::#name);
        let value = match kind {
            "Rnn" => {
                let relu = arguments.word("nonlinearity") == Some("relu");
                quote!(#ty { relu: #relu })
            }
            _ => ty.clone(),
        };
        Self { gates, ty, value }
    }
}

/// What becomes of a layer in a stream.
fn step(moment: &Moment<'_>, kind: &'static Kind) -> Result<Step, Refusal> {
    let arguments = moment.arguments;
    if arguments.flag("reverse", false) || arguments.flag("bidirectional", false) {
        return refuse_with("reads the sequence from its end", "remove `bidirectional`");
    }
    if moment.time != 0 {
        return refuse("mixes the steps: it takes its second dimension for the features");
    }
    let mut step = moment.becomes(kind);
    if arguments.flag("last", false) {
        step.time = Time::Now;
    }
    Ok(step)
}

/// `[features] → [hidden]`: one step.
fn infer_step(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let Cell {
        gates,
        ty: cell,
        value,
    } = Cell::of(site.kind, arguments);
    let input = site.vector();
    let hidden = arguments.size("hidden");
    let gates = site.derive(|symbols| symbols.product(&[Size::Known(gates), hidden.clone()]));
    let bias = match arguments.flag("bias", true) {
        true => gates.clone(),
        false => Size::Known(0),
    };
    Inferred::plain(
        quote!(::chainrule::layers::RecurrentStep<#cell, #input, #hidden, #gates, #bias>),
        quote!(::chainrule::layers::RecurrentStep::new(#value)),
        Shape::Array(vec![hidden]),
    )
}

/// `[length, features] → [length, hidden]`, or `[hidden]` with `last`: one level and direction.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let Cell {
        gates,
        ty: cell,
        value,
    } = Cell::of(site.kind, arguments);
    let [length, input] = site.steps();
    let hidden = site.positive(
        "hidden",
        arguments.size("hidden"),
        arguments.place("hidden"),
    );
    let gates = site.derive(|symbols| symbols.product(&[Size::Known(gates), hidden.clone()]));
    let bias = match arguments.flag("bias", true) {
        true => gates.clone(),
        false => Size::Known(0),
    };
    let output = Shape::Array(match arguments.flag("last", false) {
        true => vec![hidden.clone()],
        false => vec![length.clone(), hidden.clone()],
    });
    let (level, reverse) = (
        match arguments.size_or("level", 0) {
            Size::Known(level) => number(level),
            _ => number(0),
        },
        arguments.flag("reverse", false),
    );
    let direction = if reverse { "_reverse" } else { "" };
    let named = |tensor: &str| format!("{tensor}_l{level}{direction}");
    let shape = output.ty(site.scalar);
    let ty = quote!(::chainrule::layers::Recurrent<#cell, #shape, #input, #hidden, #length, #gates, #bias, #level, #reverse>);
    Inferred {
        value: quote!(::chainrule::layers::Recurrent::new(#value)),
        ty,
        tensors: vec![
            Tensor::outputs_innermost(named("weight_ih"), [gates.clone(), input.clone()]),
            Tensor::outputs_innermost(named("weight_hh"), [gates.clone(), hidden.clone()]),
            Tensor::new(named("bias_ih"), [bias.clone()]),
            Tensor::new(named("bias_hh"), [bias.clone()]),
        ],
        parameters: Count::Sum(vec![
            vec![gates.clone(), input.clone()],
            vec![gates.clone(), hidden.clone()],
            vec![Size::Known(2), bias],
        ]),
        macs: Count::Sum(vec![
            vec![length.clone(), gates.clone(), input],
            vec![length, gates, hidden],
        ]),
        output,
    }
}

/// One level and direction of a recurrent layer.
pub(crate) struct Part {
    /// What its field is called: `l0`, `l1_reverse`.
    pub(crate) name: String,
    pub(crate) arguments: Arguments,
}

/// The parts of a recurrent layer that has several, level by level, and the dropout between levels.
pub(crate) struct Parts {
    pub(crate) levels: Vec<Vec<Part>>,
    pub(crate) dropout: Option<(&'static Kind, Arguments)>,
    /// Whether only the last states come out.
    pub(crate) last: bool,
}

impl Parts {
    /// Of a layer with several levels or both directions.
    pub(crate) fn of(
        kind: &'static Kind,
        arguments: &Arguments,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        if !KINDS.iter().any(|row| row.name == kind.name) {
            return None;
        }
        let found = levels(kind, arguments, diagnostics);
        let levels = found.unwrap_or(1);
        let bidirectional = arguments.flag("bidirectional", false);
        if found == Some(1)
            && let Some(place) = arguments.place("dropout")
        {
            diagnostics
                .error(
                    place,
                    "there is nothing to drop out between the levels of one",
                )
                .help(format!(
                    "add `layers = 2`, or put a layer `Dropout` behind `{}`",
                    kind.name
                ));
        }
        if levels == 1 && !bidirectional {
            return None;
        }
        let last = arguments.flag("last", false);
        let directions: &[bool] = if bidirectional {
            &[false, true]
        } else {
            &[false]
        };
        let part = |level: u64, reverse: bool| {
            let mut arguments = arguments.clone();
            let place = Place::from(proc_macro2::Span::call_site());
            let values = &mut arguments.values;
            values.retain(|(name, _, _)| *name != "last");
            values.extend([
                ("last", Value::Bool(last && level + 1 == levels), place),
                ("level", Value::Size(Size::Known(level)), place),
                ("reverse", Value::Bool(reverse), place),
            ]);
            Part {
                name: match reverse {
                    false => format!("l{level}"),
                    true => format!("l{level}_reverse"),
                },
                arguments,
            }
        };
        let levels = (0..levels).map(|level| {
            let directions = directions.iter();
            directions.map(|reverse| part(level, *reverse)).collect()
        });
        Some(Self {
            levels: levels.collect(),
            dropout: dropout_of(arguments),
            last,
        })
    }
}

/// How many levels the layer has; nothing after an error.
fn levels(kind: &Kind, arguments: &Arguments, diagnostics: &mut Diagnostics) -> Option<u64> {
    let Some(place) = arguments.place("layers") else {
        return Some(1);
    };
    match arguments.size("layers") {
        Size::Known(levels @ 1..=LEVELS) => Some(levels),
        Size::Known(levels) => {
            diagnostics
                .error(
                    place,
                    format!("`{}` cannot have {levels} levels", kind.name),
                )
                .help(format!(
                    "choose a number from 1 to {LEVELS}, or write several layers behind each other"
                ));
            None
        }
        Size::Unknown => None,
        Size::Generic(_) | Size::Symbol(_) => {
            diagnostics
                .error(place, "`layers` needs a literal number")
                .note("the levels are written out while the program compiles, before constants have values");
            None
        }
    }
}
