//! `PositionalEncoding(learned = false, dropout = 0.0)`; the dropout behind it is a layer of its own, see `lower::parts`

use super::arguments::{Accepts, Argument};
use super::stream::{Moment, Refusal, Step, refuse, refuse_with};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::weights::Tensor;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "PositionalEncoding",
    arguments: &[
        Argument::option("learned", Accepts::Bool),
        Argument::option("dropout", Accepts::Float),
    ],
    facts: Facts {
        parameters: true,
        stream: step,
        ..PLAIN
    },
    infer,
}];

/// In a stream.
static STEP: Kind = Kind {
    name: "PositionalEncoding",
    arguments: &[],
    facts: Facts {
        parameters: true,
        remembers: true,
        ..PLAIN
    },
    infer: |site, _| {
        let features = site.vector();
        let step = quote!(::chainrule::layers::PositionalEncodingStep);
        Inferred::plain(quote!(#step<#features>), step, Shape::Array(vec![features]))
    },
};

fn step(moment: &Moment<'_>) -> Result<Step, Refusal> {
    if moment.time != 0 {
        refuse("mixes the steps: it takes its second dimension for the features")
    } else if moment.arguments.flag("learned", false) {
        refuse_with(
            "has a vector for each step of the sequence, and a stream has no last step",
            "remove `learned = true` for sinusoids, which go on",
        )
    } else {
        Ok(moment.becomes(&STEP))
    }
}

/// `[length, features]`, kept.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [length, features] = site.steps();
    let weights = Tensor::new("weight", [length.clone(), features.clone()]);
    let (name, tensors, parameters) = match arguments.flag("learned", false) {
        true => (
            quote!(LearnedPositionalEncoding),
            vec![weights],
            Count::product([length.clone(), features.clone()]),
        ),
        false => (quote!(PositionalEncoding), Vec::new(), Count::ZERO),
    };
    Inferred {
        ty: quote!(::chainrule::layers::#name<#length, #features>),
        value: quote!(::chainrule::layers::#name),
        output: Shape::Array(vec![length, features]),
        tensors,
        parameters,
        macs: Count::ZERO,
    }
}
