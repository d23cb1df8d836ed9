//! `Conv2d(out, kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true)`

use super::arguments::{Accepts, Argument, Value};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::{Size, Window, number};
use crate::weights::Tensor;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "Conv2d",
    arguments: &[
        Argument::required("out", Accepts::Size),
        Argument::required("kernel", Accepts::Pair),
        Argument::option("stride", Accepts::Pair),
        Argument::option("padding", Accepts::Padding),
        Argument::option("dilation", Accepts::Pair),
        Argument::option("groups", Accepts::Size),
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

/// `[c, h, w] → [out, oh, ow]`
fn infer(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [channels, height, width] = site.image();
    let place = |name| arguments.place(name);
    let out = site.positive("out", arguments.size("out"), place("out"));
    let kernel = site.positive_pair("kernel", arguments.pair("kernel"), place("kernel"));
    let stride = site.positive_pair("stride", arguments.pair_or("stride", 1), place("stride"));
    let dilation = arguments.pair_or("dilation", 1);
    let dilation = site.positive_pair("dilation", dilation, place("dilation"));
    let groups = site.positive("groups", arguments.size_or("groups", 1), place("groups"));
    check_groups(site, arguments, "channels that arrive", &channels, &groups);
    check_groups(site, arguments, "channels that leave", &out, &groups);

    let same = matches!(arguments.get("padding"), Some(Value::Same));
    if same {
        check_same(site, arguments, &stride);
    }
    let padding = arguments.pair_or("padding", 0);
    let axis = |input: &Size, axis: usize| {
        let (kernel, dilation) = (&kernel[axis], &dilation[axis]);
        let window = Window {
            input: input.clone(),
            kernel: kernel.clone(),
            stride: stride[axis].clone(),
            padding: padding[axis].clone(),
            dilation: dilation.clone(),
            ceil_mode: false,
        };
        match same {
            true => (window.of_one_tap(), padding_before(kernel, dilation, 2)),
            false => {
                let padding = window.padding.to_token_stream();
                (window, padding)
            }
        }
    };
    let ((rows, padding_height), (columns, padding_width)) = (axis(&height, 0), axis(&width, 1));
    let windows = [rows, columns];
    let [out_height, out_width] = site.slide(&windows, place("kernel"));

    let per_group = site.derive(|symbols| symbols.quotient(&channels, &groups));
    let [kernel_height, kernel_width] = kernel;
    let patch = site.derive(|symbols| {
        symbols.product(&[
            per_group.clone(),
            kernel_height.clone(),
            kernel_width.clone(),
        ])
    });
    let bias = if arguments.flag("bias", true) {
        out.clone()
    } else {
        Size::Known(0)
    };
    let (init, bias_init) = (arguments.init("init"), arguments.init("bias_init"));
    let ([sh, sw], [dh, dw]) = (stride, dilation);
    Inferred {
        ty: quote!(::chainrule::layers::Conv2d<
            #channels, #height, #width, #out, #out_height, #out_width, #kernel_height, #kernel_width, #patch, #bias
        >),
        value: quote!(::chainrule::layers::Conv2d {
            stride: [#sh, #sw],
            padding: [#padding_height, #padding_width],
            dilation: [#dh, #dw],
            groups: #groups,
            init: #init,
            bias_init: #bias_init,
        }),
        tensors: vec![
            Tensor::outputs_innermost(
                "weight",
                [out.clone(), per_group, kernel_height, kernel_width],
            ),
            Tensor::new("bias", [bias.clone()]),
        ],
        parameters: Count::Sum(vec![vec![out.clone(), patch.clone()], vec![bias]]),
        macs: Count::product([out.clone(), patch, out_height.clone(), out_width.clone()]),
        output: Shape::Array(vec![out, out_height, out_width]),
    }
}

/// Every group reads and writes as many channels as every other.
pub(super) fn check_groups(
    site: &mut Site<'_>,
    arguments: &Arguments,
    what: &str,
    channels: &Size,
    groups: &Size,
) {
    match (channels, groups) {
        (_, Size::Known(1)) | (Size::Unknown, _) | (_, Size::Unknown) => {}
        (Size::Known(channels), Size::Known(groups)) => {
            if !channels.is_multiple_of(*groups) {
                let place = arguments.place("groups").unwrap_or(site.span.into());
                site.diagnostics
                    .error(place, format!("{groups} groups do not divide the {channels} {what}"))
                    .note(site.origin)
                    .help("choose a number of groups that divides both the channels that arrive and those that leave");
            }
        }
        _ => {
            let call = quote!(::chainrule::__private::check_groups(#what, #channels, #groups));
            site.check(call);
        }
    }
}

/// `padding = same` keeps the size, in steps of one.
pub(super) fn check_same(site: &mut Site<'_>, arguments: &Arguments, strides: &[Size]) {
    let mut strides = strides.iter().filter(|stride| !stride.is_unknown());
    if strides.any(|stride| *stride != Size::Known(1)) {
        let place = arguments.place("padding").unwrap_or(site.span.into());
        site.diagnostics
            .error(place, "`padding = same` needs a stride of 1, as in PyTorch")
            .help("write the padding as a number");
    }
}

/// Zeros before the input: all that are added (`parts` = 1), or half of them, without the odd one (2):
/// `dilation·(kernel − 1) / parts`.
pub(super) fn padding_before(kernel: &Size, dilation: &Size, parts: u64) -> TokenStream {
    match (kernel, dilation) {
        (Size::Unknown, _) | (_, Size::Unknown) => number(0),
        (Size::Known(kernel), Size::Known(dilation)) => {
            number(dilation.saturating_mul(kernel.saturating_sub(1)) / parts)
        }
        _ if parts == 1 => quote!(#dilation * usize::saturating_sub(#kernel, 1)),
        _ => {
            let parts = number(parts);
            quote!(#dilation * usize::saturating_sub(#kernel, 1) / #parts)
        }
    }
}

impl Window {
    /// With as many zeros as taps beside the first there is a window for every step, whatever the kernel.
    pub(super) fn of_one_tap(self) -> Self {
        Self {
            kernel: Size::Known(1),
            padding: Size::Known(0),
            dilation: Size::Known(1),
            ..self
        }
    }
}
