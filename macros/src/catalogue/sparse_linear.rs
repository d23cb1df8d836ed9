//! `SparseLinear(features, out, bias = true)`

use super::arguments::{Accepts, Argument};
use super::embedding::Indices;
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::Size;
use crate::weights::Tensor;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "SparseLinear",
    arguments: &[
        Argument::required("features", Accepts::Size),
        Argument::required("out", Accepts::Size),
        Argument::option("bias", Accepts::Bool),
        Argument::option("init", Accepts::Init),
        Argument::option("bias_init", Accepts::VectorInit),
    ],
    facts: Facts {
        parameters: true,
        indices: Some(Indices {
            rows: "features",
            may_be_empty: true,
        }),
        ..PLAIN
    },
    infer,
}];

/// `[length] → [out]`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let length = site.vector();
    let [features, out] = ["features", "out"]
        .map(|name| site.positive(name, arguments.size(name), arguments.place(name)));
    let bias = match arguments.flag("bias", true) {
        true => out.clone(),
        false => Size::Known(0),
    };
    let (init, bias_init) = (arguments.init("init"), arguments.init("bias_init"));
    Inferred {
        ty: quote!(::chainrule::layers::SparseLinear<#length, #features, #out, #bias>),
        value: quote!(::chainrule::layers::SparseLinear { init: #init, bias_init: #bias_init }),
        tensors: vec![
            Tensor::outputs_innermost("weight", [out.clone(), features.clone()]),
            Tensor::new("bias", [bias.clone()]),
        ],
        parameters: Count::Sum(vec![vec![features, out.clone()], vec![bias]]),
        macs: Count::product([length, out.clone()]),
        output: Shape::Array(vec![out]),
    }
}
