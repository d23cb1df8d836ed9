//! `TransformerEncoderLayer(heads, feedforward = 2048, dropout = 0.1, activation = relu, norm_first = false,
//! layer_norm_eps = 1e-5, causal = false, window = all)`, which `lower::transformer` lays out in parts

use super::arguments::{Accepts, Argument, Value};
use super::dropout::dropout_of;
use super::{Arguments, Kind, attention, find, linear};
use crate::diagnostics::Place;
use crate::size::Size;
use proc_macro2::{Literal, Span};
use quote::ToTokens;

/// The row is also its first part, so errors about what arrives name the layer that was written.
pub(super) const KINDS: &[Kind] = &[Kind {
    name: "TransformerEncoderLayer",
    arguments: &[
        attention::HEADS,
        Argument::option("feedforward", Accepts::Size),
        attention::DROPOUT,
        Argument::option("activation", Accepts::Word(&["relu", "gelu"])),
        Argument::option("norm_first", Accepts::Bool),
        Argument::option("layer_norm_eps", Accepts::Float),
        attention::CAUSAL,
        attention::WINDOW,
    ],
    facts: attention::FACTS,
    infer: attention::infer,
}];

/// The first linear layer, under the name of the whole.
static FEEDFORWARD: Kind = Kind {
    name: KINDS[0].name,
    arguments: &[],
    facts: linear::FACTS,
    infer: |site, arguments| linear::infer(site, arguments, "feedforward"),
};

/// A layer of the catalogue with its arguments.
pub(crate) type Part = (&'static Kind, Arguments);

/// The parts of the layer.
pub(crate) struct Transformer {
    pub(crate) attention: Part,
    pub(crate) norms: [Part; 2],
    pub(crate) linear1: Part,
    pub(crate) activation: Part,
    pub(crate) dropout: Option<Part>,
    pub(crate) norm_first: bool,
}

impl Transformer {
    pub(crate) fn of(kind: &'static Kind, arguments: &Arguments) -> Option<Self> {
        if kind.name != KINDS[0].name {
            return None;
        }
        let mut all = arguments.clone();
        or_default(&mut all, "feedforward", || Value::Size(Size::Known(2048)));
        or_default(&mut all, "dropout", || {
            let tokens = Literal::f64_unsuffixed(0.1).into_token_stream();
            Value::Float(tokens, Some(0.1))
        });
        let mut norm = Arguments::default();
        if let (Some(eps), Some(place)) = (all.get("layer_norm_eps"), all.place("layer_norm_eps")) {
            norm.values.push(("eps", eps.clone(), place));
        }
        let layer_norm = find("LayerNorm")?;
        let activation = match all.word("activation") {
            Some("gelu") => "Gelu",
            _ => "Relu",
        };
        Some(Self {
            norms: [norm.clone(), norm.checked()].map(|norm| (layer_norm, norm)),
            activation: (find(activation)?, Arguments::default()),
            dropout: dropout_of(&all).map(|(kind, dropout)| (kind, dropout.checked())),
            norm_first: all.flag("norm_first", false),
            linear1: (&FEEDFORWARD, all.clone()),
            attention: (kind, all),
        })
    }

    /// The second linear layer, which puts out as many features as the last dimension of a value has.
    pub(crate) fn linear2(value: usize) -> Option<Part> {
        let mut arguments = Arguments::default();
        or_default(&mut arguments, "out", || Value::LastSizeOf(value));
        Some((find("Linear")?, arguments))
    }
}

/// What was not given.
fn or_default(arguments: &mut Arguments, name: &'static str, value: impl FnOnce() -> Value) {
    if arguments.get(name).is_none() {
        let place = Place::from(Span::call_site());
        arguments.values.push((name, value(), place));
    }
}
