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
        Argument::option("bias_init", Accepts::Init),
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
    let out = arguments.size("out");
    site.positive("out", &out, arguments.place("out"));
    let kernel = arguments
        .pair("kernel")
        .unwrap_or([Size::Unknown, Size::Unknown]);
    let stride = arguments.pair_or("stride", 1);
    let dilation = arguments.pair_or("dilation", 1);
    let groups = arguments.size_or("groups", 1);
    for (name, [a, b]) in [
        ("kernel", &kernel),
        ("stride", &stride),
        ("dilation", &dilation),
    ] {
        let place = arguments.place(name);
        site.positive(name, a, place);
        if a != b {
            site.positive(name, b, place);
        }
    }
    site.positive("groups", &groups, arguments.place("groups"));
    check_groups(site, arguments, "channels that arrive", &channels, &groups);
    check_groups(site, arguments, "channels that leave", &out, &groups);

    let padding = match arguments.get("padding") {
        Some(Value::Same) => same_padding(site, arguments, &kernel, &stride, &dilation),
        _ => arguments.pair_or("padding", 0),
    };
    let place = arguments.place("kernel");
    let window = |input: &Size, axis: usize| Window {
        input: input.clone(),
        kernel: kernel[axis].clone(),
        stride: stride[axis].clone(),
        padding: padding[axis].clone(),
        dilation: dilation[axis].clone(),
        ceil_mode: false,
    };
    let out_height = site.slide(&window(&height, 0), "height", place);
    let out_width = site.slide(&window(&width, 1), "width", place);

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
fn check_groups(
    site: &mut Site<'_>,
    arguments: &Arguments,
    what: &str,
    channels: &Size,
    groups: &Size,
) {
    match (channels, groups) {
        (_, Size::Known(0 | 1)) | (Size::Unknown, _) | (_, Size::Unknown) => {}
        (Size::Known(channels), Size::Known(groups)) => {
            if channels % groups != 0 {
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
    if stride.iter().any(|stride| *stride != Size::Known(1)) {
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
