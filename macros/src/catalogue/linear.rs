//! `Linear(out, bias = true)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::Size;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Linear",
    arguments: &[
        Argument::required("out", Accepts::Size),
        Argument::option("bias", Accepts::Bool),
        Argument::option("init", Accepts::Init),
        Argument::option("bias_init", Accepts::VectorInit),
    ],
    facts: Facts {
        parameters: true,
        ..PLAIN
    },
    infer,
}];

/// `[in] → [out]`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let input = site.vector();
    let out = site.positive("out", arguments.size("out"), arguments.place("out"));
    let bias = if arguments.flag("bias", true) {
        out.clone()
    } else {
        Size::Known(0)
    };
    let value = if arguments.starts_by_default() {
        quote!(::core::default::Default::default())
    } else {
        let (init, bias_init) = (arguments.init("init"), arguments.init("bias_init"));
        quote!(::chainrule::layers::Linear { init: #init, bias_init: #bias_init })
    };
    Inferred {
        ty: quote!(::chainrule::layers::Linear<#input, #out, #bias>),
        value,
        parameters: Count::Sum(vec![vec![input.clone(), out.clone()], vec![bias]]),
        macs: Count::product([input, out.clone()]),
        output: Shape::Array(vec![out]),
    }
}
