//! `Linear(out, bias = true)`, of vectors and of the steps of sequences

use super::arguments::{Accepts, Argument};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site, stream};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::Size;
use crate::weights::Tensor;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Linear",
    arguments: &[
        Argument::required("out", Accepts::Size),
        Argument::option("bias", Accepts::Bool),
        Argument::option("init", Accepts::Init),
        Argument::option("bias_init", Accepts::VectorInit),
    ],
    facts: FACTS,
    infer: |site, arguments| infer(site, arguments, "out"),
}];

pub(super) const FACTS: Facts = Facts {
    parameters: true,
    stream: stream::along_the_last,
    ..PLAIN
};

/// `[in] → [out]`, or the same at every step of a sequence, `[length, in] → [length, out]`; `out` is the name of the argument.
pub(super) fn infer(site: &mut Site<'_>, arguments: &Arguments, out: &str) -> Inferred {
    let length = match site.input {
        Shape::Array(sizes) if sizes.len() == 2 => Some(sizes[0].clone()),
        _ => None,
    };
    let input = match site.input {
        Shape::Array(sizes) if sizes.len() == 2 => sizes[1].clone(),
        _ => site.vector(),
    };
    let out = site.positive(out, arguments.size(out), arguments.place(out));
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
    let parameters = Count::Sum(vec![vec![input.clone(), out.clone()], vec![bias.clone()]]);
    let tensors = vec![
        Tensor::outputs_innermost("weight", [out.clone(), input.clone()]),
        Tensor::new("bias", [bias.clone()]),
    ];
    match length {
        None => Inferred {
            ty: quote!(::chainrule::layers::Linear<#input, #out, #bias>),
            value,
            parameters,
            tensors,
            macs: Count::product([input, out.clone()]),
            output: Shape::Array(vec![out]),
        },
        Some(length) => Inferred {
            ty: quote!(::chainrule::layers::LinearSequence<#length, #input, #out, #bias>),
            value: quote!(::chainrule::layers::LinearSequence(#value)),
            parameters,
            tensors,
            macs: Count::product([length.clone(), input, out.clone()]),
            output: Shape::Array(vec![length, out]),
        },
    }
}
