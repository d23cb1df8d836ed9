//! `Conv2d(out, kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true)`

use super::arguments::{Accepts, Argument, Value};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::{Size, Window};
use quote::quote;

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

    let padding = match arguments.get("padding") {
        Some(Value::Same) => same_padding(site, arguments, &kernel, &stride, &dilation),
        _ => arguments.pair_or("padding", 0),
    };
    let window = |input: &Size, axis: usize| Window {
        input: input.clone(),
        kernel: kernel[axis].clone(),
        stride: stride[axis].clone(),
        padding: padding[axis].clone(),
        dilation: dilation[axis].clone(),
        ceil_mode: false,
    };
    let windows = [window(&height, 0), window(&width, 1)];
    let [out_height, out_width] = site.slide(&windows, place("kernel"));

    let per_group = site.derive(|symbols| symbols.quotient(&channels, &groups));
    let [kernel_height, kernel_width] = kernel;
    let patch = site.derive(|symbols| {
        symbols.product(&[per_group, kernel_height.clone(), kernel_width.clone()])
    });
    let bias = if arguments.flag("bias", true) {
        out.clone()
    } else {
        Size::Known(0)
    };
    let (init, bias_init) = (arguments.init("init"), arguments.init("bias_init"));
    let ([sh, sw], [ph, pw], [dh, dw]) = (stride, padding, dilation);
    Inferred {
        ty: quote!(::chainrule::layers::Conv2d<
            #channels, #height, #width, #out, #out_height, #out_width, #kernel_height, #kernel_width, #patch, #bias
        >),
        value: quote!(::chainrule::layers::Conv2d {
            stride: [#sh, #sw],
            padding: [#ph, #pw],
            dilation: [#dh, #dw],
            groups: #groups,
            init: #init,
            bias_init: #bias_init,
        }),
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

/// `padding = same`: as much as keeps height and width, for odd kernels in steps of one.
fn same_padding(
    site: &mut Site<'_>,
    arguments: &Arguments,
    kernel: &[Size; 2],
    stride: &[Size; 2],
    dilation: &[Size; 2],
) -> [Size; 2] {
    let place = arguments.place("padding").unwrap_or(site.span.into());
    let steps = stride.iter().filter(|stride| !stride.is_unknown());
    if steps.into_iter().any(|stride| *stride != Size::Known(1)) {
        site.diagnostics
            .error(place, "`padding = same` needs a stride of 1, as in PyTorch")
            .help("write the padding as a number");
        return [Size::Unknown, Size::Unknown];
    }
    let half = |axis: usize| match (&kernel[axis], &dilation[axis]) {
        (Size::Unknown, _) | (_, Size::Unknown) => Some(Size::Unknown),
        (Size::Known(kernel), Size::Known(dilation)) => {
            let added = dilation.saturating_mul(kernel.saturating_sub(1));
            (added % 2 == 0).then_some(Size::Known(added / 2))
        }
        _ => None,
    };
    match (half(0), half(1)) {
        (Some(height), Some(width)) => [height, width],
        _ => {
            site.diagnostics
                .error(place, "`padding = same` needs an odd kernel of known size, so that both sides get the same")
                .help("write the padding as a number, or use an odd kernel");
            [Size::Unknown, Size::Unknown]
        }
    }
}
