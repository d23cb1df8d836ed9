//! `MaxPool1d(kernel, stride = kernel, padding = 0, dilation = 1, ceil_mode = false)` and
//! `AvgPool1d(kernel, stride = kernel, padding = 0, ceil_mode = false, count_include_pad = true)`

use super::arguments::{Accepts, Argument};
use super::pool2d::check_padding;
use super::{Arguments, Inferred, Kind, PLAIN, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::{Size, Window};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "MaxPool1d",
        arguments: &[
            Argument::required("kernel", Accepts::Size),
            Argument::positional("stride", Accepts::Size),
            Argument::option("padding", Accepts::Size),
            Argument::option("dilation", Accepts::Size),
            Argument::option("ceil_mode", Accepts::Bool),
        ],
        facts: PLAIN,
        infer: |site, arguments| {
            let dilation = arguments.size_or("dilation", 1);
            let dilation = site.positive("dilation", dilation, arguments.place("dilation"));
            let field = quote!(dilation: #dilation);
            infer(site, arguments, quote!(MaxPool1d), dilation, field)
        },
    },
    Kind {
        name: "AvgPool1d",
        arguments: &[
            Argument::required("kernel", Accepts::Size),
            Argument::positional("stride", Accepts::Size),
            Argument::option("padding", Accepts::Size),
            Argument::option("ceil_mode", Accepts::Bool),
            Argument::option("count_include_pad", Accepts::Bool),
        ],
        facts: PLAIN,
        infer: |site, arguments| {
            let count_include_pad = arguments.flag("count_include_pad", true);
            let field = quote!(count_include_pad: #count_include_pad);
            infer(site, arguments, quote!(AvgPool1d), Size::Known(1), field)
        },
    },
];

/// `[c, l] → [c, l']`
fn infer(
    site: &mut Site<'_>,
    arguments: &Arguments,
    name: TokenStream,
    dilation: Size,
    field: TokenStream,
) -> Inferred {
    let [channels, length] = site.sequence();
    let place = |name| arguments.place(name);
    let kernel = site.positive("kernel", arguments.size("kernel"), place("kernel"));
    let stride = match place("stride") {
        Some(place) => site.positive("stride", arguments.size("stride"), Some(place)),
        None => kernel.clone(),
    };
    let padding = arguments.size_or("padding", 0);
    check_padding(site, arguments, &kernel, &padding);
    let window = Window {
        input: length.clone(),
        kernel: kernel.clone(),
        stride: stride.clone(),
        padding: padding.clone(),
        dilation,
        ceil_mode: arguments.flag("ceil_mode", false),
    };
    let out = site.slide_along(&window, place("kernel"));
    Inferred {
        ty: quote!(::chainrule::layers::#name<#channels, #length, #out>),
        value: quote!(::chainrule::layers::#name {
            kernel: #kernel,
            stride: #stride,
            padding: #padding,
            #field
        }),
        output: Shape::Array(vec![channels, out]),
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}
