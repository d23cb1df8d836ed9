//! `Conv1d(out, kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, causal = false)`

use super::arguments::{Accepts, Argument, Value};
use super::conv2d::{check_groups, check_same, padding_before};
use super::stream::{Moment, Refusal, Step, refuse, refuse_with};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::{Size, Window};
use crate::weights::Tensor;
use quote::{ToTokens, quote};
use std::slice;

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Conv1d",
    arguments: &[
        Argument::required("out", Accepts::Size),
        Argument::required("kernel", Accepts::Size),
        Argument::option("stride", Accepts::Size),
        Argument::option("padding", Accepts::Padding1d),
        Argument::option("dilation", Accepts::Size),
        Argument::option("groups", Accepts::Size),
        Argument::option("bias", Accepts::Bool),
        Argument::option("causal", Accepts::Bool),
        Argument::option("init", Accepts::Init),
        Argument::option("bias_init", Accepts::VectorInit),
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
    name: "Conv1d",
    arguments: &[],
    facts: Facts {
        parameters: true,
        remembers: true,
        ..PLAIN
    },
    infer: infer_step,
};

fn step(moment: &Moment<'_>) -> Result<Step, Refusal> {
    let arguments = moment.arguments;
    let one = |name| arguments.size_or(name, 1) == Size::Known(1);
    let ends_now = arguments.flag("causal", false) || (one("kernel") && !arguments.pads("padding"));
    // What is wrong whichever dimension time is comes first.
    if !ends_now {
        refuse_with(
            "looks at later steps",
            "write `causal = true` for `padding`",
        )
    } else if !one("stride") {
        refuse("skips steps, with a stride other than 1")
    } else if moment.time == 0 {
        refuse("mixes the steps: it takes its first dimension for the channels")
    } else {
        Ok(moment.becomes(&STEP))
    }
}

/// `[c] → [out]`: one step.
fn infer_step(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let channels = site.vector();
    let (out, kernel) = (arguments.size("out"), arguments.size("kernel"));
    let (dilation, groups) = (
        arguments.size_or("dilation", 1),
        arguments.size_or("groups", 1),
    );
    let per_group = site.derive(|symbols| symbols.quotient(&channels, &groups));
    let patch = site.derive(|symbols| symbols.product(&[per_group, kernel.clone()]));
    let past = match &kernel {
        Size::Known(kernel) => {
            let steps = Size::Known(kernel.saturating_sub(1));
            site.derive(|symbols| symbols.product(&[steps, dilation.clone()]))
        }
        _ => {
            let reach = site.derive(|symbols| symbols.product(&[kernel.clone(), dilation.clone()]));
            site.derive(|symbols| symbols.difference(&reach, &dilation))
        }
    };
    let bias = if arguments.flag("bias", true) {
        out.clone()
    } else {
        Size::Known(0)
    };
    Inferred::plain(
        quote!(::chainrule::layers::Conv1dStep<#channels, #out, #kernel, #past, #patch, #bias>),
        quote!(::chainrule::layers::Conv1dStep { dilation: #dilation, groups: #groups }),
        Shape::Array(vec![out]),
    )
}

/// `[c, l] → [out, l']`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [channels, length] = site.sequence();
    let place = |name| arguments.place(name);
    let out = site.positive("out", arguments.size("out"), place("out"));
    let kernel = site.positive("kernel", arguments.size("kernel"), place("kernel"));
    let stride = site.positive("stride", arguments.size_or("stride", 1), place("stride"));
    let dilation = arguments.size_or("dilation", 1);
    let dilation = site.positive("dilation", dilation, place("dilation"));
    let groups = site.positive("groups", arguments.size_or("groups", 1), place("groups"));
    check_groups(site, arguments, "channels that arrive", &channels, &groups);
    check_groups(site, arguments, "channels that leave", &out, &groups);

    let (causal, same) = (
        arguments.flag("causal", false),
        matches!(arguments.get("padding"), Some(Value::Same)),
    );
    if causal {
        reject_padding(site, arguments);
    } else if same {
        check_same(site, arguments, slice::from_ref(&stride));
    }
    let window = Window {
        input: length.clone(),
        kernel: kernel.clone(),
        stride: stride.clone(),
        padding: arguments.size_or("padding", 0),
        dilation: dilation.clone(),
        ceil_mode: false,
    };
    let (window, padding) = if causal {
        (window.of_one_tap(), padding_before(&kernel, &dilation, 1))
    } else if same {
        (window.of_one_tap(), padding_before(&kernel, &dilation, 2))
    } else {
        let padding = window.padding.to_token_stream();
        (window, padding)
    };
    let out_length = site.slide_along(&window, place("kernel"));

    let per_group = site.derive(|symbols| symbols.quotient(&channels, &groups));
    let patch = site.derive(|symbols| symbols.product(&[per_group.clone(), kernel.clone()]));
    let bias = if arguments.flag("bias", true) {
        out.clone()
    } else {
        Size::Known(0)
    };
    let (init, bias_init) = (arguments.init("init"), arguments.init("bias_init"));
    Inferred {
        ty: quote!(::chainrule::layers::Conv1d<#channels, #length, #out, #out_length, #kernel, #patch, #bias>),
        value: quote!(::chainrule::layers::Conv1d {
            stride: #stride,
            padding: #padding,
            dilation: #dilation,
            groups: #groups,
            init: #init,
            bias_init: #bias_init,
        }),
        tensors: vec![
            Tensor::outputs_innermost("weight", [out.clone(), per_group, kernel]),
            Tensor::new("bias", [bias.clone()]),
        ],
        parameters: Count::Sum(vec![vec![out.clone(), patch.clone()], vec![bias]]),
        macs: Count::product([out.clone(), patch, out_length.clone()]),
        output: Shape::Array(vec![out, out_length]),
    }
}

/// Beside `causal`.
fn reject_padding(site: &mut Site<'_>, arguments: &Arguments) {
    if let Some(place) = arguments.place("padding") {
        site.diagnostics
            .error(
                place,
                "`causal` pads by itself, so `padding` cannot be given",
            )
            .help("remove `padding`");
    }
}
