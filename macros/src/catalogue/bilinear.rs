//! `Bilinear(out, bias = true) { { … } { … } }`, of the vectors that two branches put out

use super::arguments::{Accepts, Argument, Value};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::Size;
use crate::syntax::BlockKind;
use crate::weights::Tensor;
use proc_macro2::Span;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Bilinear",
    arguments: &[
        Argument::required("out", Accepts::Size),
        Argument::option("bias", Accepts::Bool),
        Argument::option("init", Accepts::Init),
        Argument::option("bias_init", Accepts::VectorInit),
    ],
    facts: Facts {
        parameters: true,
        saves: true,
        saves_in_inference: true,
        ..PLAIN
    },
    infer,
}];

/// What the sizes of the two vectors are called.
const SIZES: [&str; 2] = ["in1", "in2"];

/// The arguments of the layer behind two branches, which put out these values.
pub(crate) fn of_branches(mut arguments: Arguments, ends: [usize; 2]) -> Arguments {
    for (name, end) in SIZES.into_iter().zip(ends) {
        let place = Span::call_site().into();
        arguments.values.push((name, Value::LastSizeOf(end), place));
    }
    arguments
}

/// `[in1], [in2] → [out]`, where the two lie one behind the other.
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    if arguments.get(SIZES[0]).is_none() {
        let kind = BlockKind::Bilinear;
        site.diagnostics
            .error(
                site.span,
                "`Bilinear` takes two vectors, those of its branches",
            )
            .help(format!("write as in `{}`", kind.example()));
    }
    // Without branches unknown, and the layer goes on.
    let [in1, in2] = SIZES.map(|name| arguments.size(name));
    let input = match site.input {
        Shape::Array(sizes) if sizes.len() == 1 => sizes[0].clone(),
        _ => Size::Unknown,
    };
    let out = site.positive("out", arguments.size("out"), arguments.place("out"));
    let bias = match arguments.flag("bias", true) {
        true => out.clone(),
        false => Size::Known(0),
    };
    let product = site.derive(|symbols| symbols.product(&[in1.clone(), in2.clone()]));
    let (init, bias_init) = (arguments.init("init"), arguments.init("bias_init"));
    let pairs = vec![in1.clone(), in2.clone()];
    let weight = vec![in1.clone(), in2.clone(), out.clone()];
    Inferred {
        ty: quote!(::chainrule::layers::Bilinear<#in1, #in2, #input, #product, #out, #bias>),
        value: quote!(::chainrule::layers::Bilinear { init: #init, bias_init: #bias_init }),
        tensors: vec![
            Tensor::outputs_innermost("weight", [out.clone(), in1, in2]),
            Tensor::new("bias", [bias.clone()]),
        ],
        parameters: Count::Sum(vec![weight.clone(), vec![bias]]),
        macs: Count::Sum(vec![weight, pairs]),
        output: Shape::Array(vec![out]),
    }
}
