//! `MaxPool2d(kernel, stride = kernel, padding = 0, dilation = 1, ceil_mode = false)` and
//! `AvgPool2d(kernel, stride = kernel, padding = 0, ceil_mode = false, count_include_pad = true)`

use super::arguments::{Accepts, Argument};
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::{Size, Window};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "MaxPool2d",
        arguments: &[
            Argument::required("kernel", Accepts::Pair),
            Argument::positional("stride", Accepts::Pair),
            Argument::option("padding", Accepts::Pair),
            Argument::option("dilation", Accepts::Pair),
            Argument::option("ceil_mode", Accepts::Bool),
        ],
        facts: PLAIN,
        infer: |site, arguments| {
            let dilation = arguments.pair_or("dilation", 1);
            let dilation = site.positive_pair("dilation", dilation, arguments.place("dilation"));
            let pool = infer(site, arguments, &dilation);
            let (fields, [dh, dw]) = (&pool.fields, dilation);
            let fields = quote!(#fields, dilation: [#dh, #dw]);
            pool.into_layer(quote!(MaxPool2d), fields)
        },
    },
    Kind {
        name: "AvgPool2d",
        arguments: &[
            Argument::required("kernel", Accepts::Pair),
            Argument::positional("stride", Accepts::Pair),
            Argument::option("padding", Accepts::Pair),
            Argument::option("ceil_mode", Accepts::Bool),
            Argument::option("count_include_pad", Accepts::Bool),
        ],
        facts: PLAIN,
        infer: |site, arguments| {
            let count_include_pad = arguments.flag("count_include_pad", true);
            let pool = infer(site, arguments, &[Size::Known(1), Size::Known(1)]);
            let fields = &pool.fields;
            let fields = quote!(#fields, count_include_pad: #count_include_pad);
            pool.into_layer(quote!(AvgPool2d), fields)
        },
    },
];

struct Pool {
    channels: Size,
    input: [Size; 2],
    output: [Size; 2],
    fields: TokenStream,
}

/// `[c, h, w] → [c, oh, ow]`
fn infer(site: &mut Site<'_>, arguments: &Arguments, dilation: &[Size; 2]) -> Pool {
    let [channels, height, width] = site.image();
    let place = |name| arguments.place(name);
    let kernel = site.positive_pair("kernel", arguments.pair("kernel"), place("kernel"));
    let stride = match place("stride") {
        Some(place) => site.positive_pair("stride", arguments.pair("stride"), Some(place)),
        None => kernel.clone(),
    };
    let padding = arguments.pair_or("padding", 0);
    let ceil_mode = arguments.flag("ceil_mode", false);
    for (kernel, padding) in kernel.iter().zip(&padding) {
        if !check_padding(site, arguments, kernel, padding) {
            break;
        }
    }
    let window = |input: &Size, axis: usize| Window {
        input: input.clone(),
        kernel: kernel[axis].clone(),
        stride: stride[axis].clone(),
        padding: padding[axis].clone(),
        dilation: dilation[axis].clone(),
        ceil_mode,
    };
    let windows = [window(&height, 0), window(&width, 1)];
    let [out_height, out_width] = site.slide(&windows, place("kernel"));
    let ([kh, kw], [sh, sw], [ph, pw]) = (&kernel, &stride, &padding);
    let fields = quote!(kernel: [#kh, #kw], stride: [#sh, #sw], padding: [#ph, #pw]);
    Pool {
        channels,
        input: [height, width],
        output: [out_height, out_width],
        fields,
    }
}

/// PyTorch's rule: a window that lies in the padding alone has no value, so padding is at most half the kernel.
pub(super) fn check_padding(
    site: &mut Site<'_>,
    arguments: &Arguments,
    kernel: &Size,
    padding: &Size,
) -> bool {
    let kind = site.kind;
    match (kernel, padding) {
        (_, Size::Known(0)) | (Size::Unknown, _) | (_, Size::Unknown) => true,
        (Size::Known(kernel), Size::Known(padding)) => {
            let fits = *padding <= kernel / 2;
            if !fits {
                let place = arguments.place("padding").unwrap_or(site.span.into());
                site.diagnostics
                    .error(
                        place,
                        format!("the padding of `{kind}` is {padding}, more than half of its kernel of {kernel}"),
                    )
                    .help(format!("pad by at most {}", kernel / 2));
            }
            fits
        }
        _ => {
            let call = quote!(::chainrule::__private::check_padding(#kind, #kernel, #padding));
            site.check(call);
            true
        }
    }
}

impl Pool {
    fn into_layer(self, name: TokenStream, fields: TokenStream) -> Inferred {
        let Self {
            channels,
            input: [height, width],
            output: [out_height, out_width],
            ..
        } = self;
        Inferred {
            ty: quote!(::chainrule::layers::#name<#channels, #height, #width, #out_height, #out_width>),
            value: quote!(::chainrule::layers::#name { #fields }),
            output: Shape::Array(vec![channels, out_height, out_width]),
            parameters: Count::ZERO,
            tensors: Vec::new(),
            macs: Count::ZERO,
        }
    }
}
