//! `ConvTranspose1d(out, kernel, stride = 1, padding = 0, output_padding = 0, dilation = 1, groups = 1, bias = true)` and
//! `ConvTranspose2d(the same)`

use super::arguments::{Accepts, Argument};
use super::conv2d::check_groups;
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Site};
use crate::model::{Check, Count};
use crate::shape::Shape;
use crate::size::{Size, Symbols, Unworkable};
use crate::weights::Tensor;
use proc_macro2::TokenStream;
use quote::quote;

const fn arguments(of_axes: Accepts) -> [Argument; 10] {
    [
        Argument::required("out", Accepts::Size),
        Argument::required("kernel", of_axes),
        Argument::option("stride", of_axes),
        Argument::option("padding", of_axes),
        Argument::option("output_padding", of_axes),
        Argument::option("dilation", of_axes),
        Argument::option("groups", Accepts::Size),
        Argument::option("bias", Accepts::Bool),
        Argument::option("init", Accepts::Init),
        Argument::option("bias_init", Accepts::VectorInit),
    ]
}

const FACTS: Facts = Facts {
    parameters: true,
    ..PLAIN
};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "ConvTranspose1d",
        arguments: &const { arguments(Accepts::Size) },
        facts: FACTS,
        infer: infer_1d,
    },
    Kind {
        name: "ConvTranspose2d",
        arguments: &const { arguments(Accepts::Pair) },
        facts: FACTS,
        infer: infer_2d,
    },
];

/// `[c, l] → [out, l']`
fn infer_1d(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [channels, length] = site.sequence();
    let place = |name| arguments.place(name);
    let positive = |site: &mut Site<'_>, name, size| site.positive(name, size, place(name));
    let out = positive(site, "out", arguments.size("out"));
    let axis = Axis {
        what: "length",
        input: length.clone(),
        kernel: positive(site, "kernel", arguments.size("kernel")),
        stride: positive(site, "stride", arguments.size_or("stride", 1)),
        padding: arguments.size_or("padding", 0),
        output_padding: arguments.size_or("output_padding", 0),
        dilation: positive(site, "dilation", arguments.size_or("dilation", 1)),
    };
    let out_length = axis.output(site, arguments);
    let (kernel, stride) = (&axis.kernel, &axis.stride);
    let (padding, dilation) = (&axis.padding, &axis.dilation);
    let common = Common::of(site, arguments, &channels, &out, vec![kernel.clone()]);
    let (patch, bias, fields) = (&common.patch, &common.bias, &common.fields);
    Inferred {
        ty: quote!(::chainrule::layers::ConvTranspose1d<#channels, #length, #out, #out_length, #kernel, #patch, #bias>),
        value: quote!(::chainrule::layers::ConvTranspose1d {
            stride: #stride,
            padding: #padding,
            dilation: #dilation,
            #fields
        }),
        tensors: common.tensors(&channels),
        parameters: common.parameters(&channels),
        macs: Count::product([channels, length, patch.clone()]),
        output: Shape::Array(vec![out, out_length]),
    }
}

/// `[c, h, w] → [out, h', w']`
fn infer_2d(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let [channels, height, width] = site.image();
    let place = |name| arguments.place(name);
    let out = site.positive("out", arguments.size("out"), place("out"));
    let positive = |site: &mut Site<'_>, name, pair| site.positive_pair(name, pair, place(name));
    let kernel = positive(site, "kernel", arguments.pair("kernel"));
    let stride = positive(site, "stride", arguments.pair_or("stride", 1));
    let padding = arguments.pair_or("padding", 0);
    let output_padding = arguments.pair_or("output_padding", 0);
    let dilation = positive(site, "dilation", arguments.pair_or("dilation", 1));
    let [rows, columns] =
        [(0, "height", &height), (1, "width", &width)].map(|(axis, what, input)| Axis {
            what,
            input: input.clone(),
            kernel: kernel[axis].clone(),
            stride: stride[axis].clone(),
            padding: padding[axis].clone(),
            output_padding: output_padding[axis].clone(),
            dilation: dilation[axis].clone(),
        });
    let out_height = rows.output(site, arguments);
    // One number for both is one mistake.
    let out_width = if out_height.is_unknown() {
        Size::Unknown
    } else {
        columns.output(site, arguments)
    };
    let common = Common::of(site, arguments, &channels, &out, kernel.to_vec());
    let (patch, bias, fields) = (&common.patch, &common.bias, &common.fields);
    let ([kh, kw], [sh, sw], [ph, pw], [dh, dw]) = (kernel, stride, padding, dilation);
    Inferred {
        ty: quote!(::chainrule::layers::ConvTranspose2d<
            #channels, #height, #width, #out, #out_height, #out_width, #kh, #kw, #patch, #bias
        >),
        value: quote!(::chainrule::layers::ConvTranspose2d {
            stride: [#sh, #sw],
            padding: [#ph, #pw],
            dilation: [#dh, #dw],
            #fields
        }),
        tensors: common.tensors(&channels),
        parameters: common.parameters(&channels),
        macs: Count::product([channels, height, width, patch.clone()]),
        output: Shape::Array(vec![out, out_height, out_width]),
    }
}

/// What both have.
struct Common {
    /// The dimensions of the weight behind the channels.
    taps: Vec<Size>,
    patch: Size,
    bias: Size,
    fields: TokenStream,
}

impl Common {
    fn of(
        site: &mut Site<'_>,
        arguments: &Arguments,
        channels: &Size,
        out: &Size,
        kernel: Vec<Size>,
    ) -> Self {
        let groups = arguments.size_or("groups", 1);
        let groups = site.positive("groups", groups, arguments.place("groups"));
        check_groups(site, arguments, "channels that arrive", channels, &groups);
        check_groups(site, arguments, "channels that leave", out, &groups);
        let per_group = site.derive(|symbols| symbols.quotient(out, &groups));
        let taps: Vec<Size> = [per_group].into_iter().chain(kernel).collect();
        let bias = if arguments.flag("bias", true) {
            out.clone()
        } else {
            Size::Known(0)
        };
        let (init, bias_init) = (arguments.init("init"), arguments.init("bias_init"));
        Self {
            patch: site.derive(|symbols| symbols.product(&taps)),
            taps,
            bias,
            fields: quote!(groups: #groups, init: #init, bias_init: #bias_init,),
        }
    }

    fn tensors(&self, channels: &Size) -> Vec<Tensor> {
        let dims = [channels].into_iter().chain(&self.taps).cloned();
        vec![
            Tensor::outputs_innermost("weight", dims),
            Tensor::new("bias", [self.bias.clone()]),
        ]
    }

    fn parameters(&self, channels: &Size) -> Count {
        Count::Sum(vec![
            vec![channels.clone(), self.patch.clone()],
            vec![self.bias.clone()],
        ])
    }
}

/// One axis of the input, and what the layer makes of it.
struct Axis {
    what: &'static str,
    input: Size,
    kernel: Size,
    stride: Size,
    padding: Size,
    output_padding: Size,
    dilation: Size,
}

impl Axis {
    /// `(input − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1`, after a report if that is nothing.
    fn output(&self, site: &mut Site<'_>, arguments: &Arguments) -> Size {
        self.check_output_padding(site, arguments);
        let sizes = [
            &self.input,
            &self.kernel,
            &self.stride,
            &self.padding,
            &self.output_padding,
            &self.dilation,
        ];
        if sizes.iter().any(|size| size.is_unknown()) {
            return Size::Unknown;
        }
        let place = arguments.place("padding").unwrap_or(site.span.into());
        if let [
            Some(input),
            Some(kernel),
            Some(stride),
            Some(padding),
            Some(added),
            Some(dilation),
        ] = sizes.map(Size::known)
        {
            let steps = input.saturating_sub(1).saturating_mul(stride);
            let reach = dilation.saturating_mul(kernel.saturating_sub(1));
            let all = steps.saturating_add(reach).saturating_add(added);
            let all = all.saturating_add(1);
            let cut = padding.saturating_mul(2);
            if cut >= all {
                let (kind, what) = (site.kind, self.what);
                let text =
                    format!("`{kind}` makes a {what} of {all}, of which `padding` cuts off {cut}");
                site.diagnostics
                    .error(place, text)
                    .note(site.origin)
                    .help(format!("pad by at most {}", (all - 1) / 2));
                return Size::Unknown;
            }
            return site.derive(|symbols| symbols.sum(&[Size::Known(all - cut)]));
        }
        let output = site.derive(|symbols| self.computed(symbols));
        if let Size::Symbol(_) = output {
            let (kind, what, input) = (site.kind, self.what, &self.input);
            let call =
                quote!(::chainrule::__private::check_transposed(#kind, #what, #input, #output));
            site.checks.push(Check { place, call });
        }
        output
    }

    /// For sizes that only the compiler knows: `input·stride` and what the window adds, less what is cut off.
    fn computed(&self, symbols: &mut Symbols) -> Result<Size, Unworkable> {
        let spread = symbols.product(&[self.input.clone(), self.stride.clone()])?;
        let reach = match (&self.kernel, &self.dilation) {
            (Size::Known(kernel), Size::Known(dilation)) => {
                Size::Known(dilation.saturating_mul(kernel.saturating_sub(1)))
            }
            (Size::Known(1), _) => Size::Known(0),
            (kernel, dilation) => {
                let taps = symbols.difference(kernel, &Size::Known(1))?;
                symbols.product(&[dilation.clone(), taps])?
            }
        };
        let grown = match self.output_padding.known() {
            Some(added) => symbols.sum(&[reach, Size::Known(added.saturating_add(1))])?,
            None => symbols.sum(&[reach, self.output_padding.clone(), Size::Known(1)])?,
        };
        let cut = match self.padding {
            Size::Known(0) => self.stride.clone(),
            _ => {
                let padding = symbols.product(&[Size::Known(2), self.padding.clone()])?;
                symbols.sum(&[padding, self.stride.clone()])?
            }
        };
        match (grown.known(), cut.known()) {
            (Some(grown), Some(cut)) if grown == cut => Ok(spread),
            (Some(grown), Some(cut)) if grown > cut => {
                symbols.sum(&[spread, Size::Known(grown - cut)])
            }
            (Some(grown), Some(cut)) => symbols.difference(&spread, &Size::Known(cut - grown)),
            _ => {
                let all = symbols.sum(&[spread, grown])?;
                symbols.difference(&all, &cut)
            }
        }
    }

    /// PyTorch's rule: a window more would fit into as much as the stride.
    fn check_output_padding(&self, site: &mut Site<'_>, arguments: &Arguments) {
        let sizes = [&self.output_padding, &self.stride, &self.dilation];
        if let [Some(added), Some(stride), Some(dilation)] = sizes.map(Size::known)
            && added > 0
            && added >= stride.max(dilation)
        {
            let place = arguments.place("output_padding");
            let text = format!(
                "`output_padding` is {added}, but must be less than the stride or the dilation"
            );
            site.diagnostics
                .error(place.unwrap_or(site.span.into()), text)
                .help(format!("choose at most {}", stride.max(dilation) - 1));
        }
    }
}
