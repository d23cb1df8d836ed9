//! The layers and sizes, the ugly ones too.

use crate::measure::Meter;
use chainrule::layers::activations::{Gelu, Relu, Sigmoid, Tanh};
use chainrule::layers::{
    AvgPool2d, BatchNorm, Conv2d, Linear, LogSoftmax, MaxPool2d, Pointwise, Prelu, Softmax,
};

/// Times all of them.
pub(crate) fn run(meter: &mut Meter) {
    linear_layers(meter);
    convolutions(meter);
    images(meter);
    vectors(meter);
}

/// Calls a macro with each of the sizes, and with what else is given.
macro_rules! for_each_size {
    ($then:ident $($arguments:tt)*) => {
        $then!(1 $($arguments)*);
        $then!(3 $($arguments)*);
        $then!(7 $($arguments)*);
        $then!(17 $($arguments)*);
        $then!(33 $($arguments)*);
        $then!(64 $($arguments)*);
        $then!(100 $($arguments)*);
        $then!(257 $($arguments)*);
        $then!(1024 $($arguments)*);
    };
}

fn linear<const IN: usize, const OUT: usize>(meter: &mut Meter) {
    meter.measure(
        "Linear",
        format!("{IN} → {OUT}"),
        Linear::<IN, OUT, OUT>::default(),
    );
}

fn linear_layers(meter: &mut Meter) {
    macro_rules! to {
        ($outputs:literal $inputs:literal) => {
            linear::<$inputs, $outputs>(meter)
        };
    }
    macro_rules! from {
        ($inputs:literal) => {
            for_each_size!(to $inputs)
        };
    }
    for_each_size!(from);
}

/// Convolutions of square images that keep their size.
fn convolutions(meter: &mut Meter) {
    macro_rules! convolution {
        ($channels:literal, $size:literal => $outputs:literal, kernel $kernel:literal) => {
            meter.measure(
                "Conv2d",
                format!(
                    "{}×{}² → {}, kernel {}",
                    $channels, $size, $outputs, $kernel
                ),
                Conv2d::<
                    $channels,
                    $size,
                    $size,
                    $outputs,
                    $size,
                    $size,
                    $kernel,
                    $kernel,
                    { $channels * $kernel * $kernel },
                    $outputs,
                > {
                    padding: [$kernel / 2; 2],
                    ..Default::default()
                },
            )
        };
    }
    convolution!(1, 28 => 6, kernel 5);
    convolution!(6, 14 => 16, kernel 5);
    convolution!(3, 32 => 16, kernel 3);
    convolution!(3, 32 => 64, kernel 3);
    convolution!(16, 32 => 16, kernel 3);
    convolution!(16, 32 => 32, kernel 3);
    convolution!(32, 16 => 64, kernel 3);
    convolution!(64, 16 => 64, kernel 3);
    convolution!(64, 8 => 128, kernel 3);
    convolution!(128, 4 => 256, kernel 3);
    convolution!(256, 4 => 256, kernel 3);
    convolution!(64, 14 => 64, kernel 1);
    convolution!(257, 7 => 33, kernel 1);
    convolution!(1, 100 => 1, kernel 3);
    convolution!(1, 33 => 17, kernel 7);
    convolution!(7, 17 => 3, kernel 3);
    convolution!(33, 9 => 17, kernel 5);
    convolution!(17, 7 => 100, kernel 7);
    convolution!(100, 3 => 100, kernel 3);
}

/// Pooling and normalisation of square images.
fn images(meter: &mut Meter) {
    macro_rules! maximum {
        ($channels:literal $size:literal) => {
            meter.measure(
                "MaxPool2d",
                format!("{}×{}², kernel 2", $channels, $size),
                MaxPool2d::<$channels, $size, $size, { $size / 2 }, { $size / 2 }> {
                    kernel: [2; 2],
                    stride: [2; 2],
                    padding: [0; 2],
                    dilation: [1; 2],
                },
            )
        };
    }
    macro_rules! average {
        ($channels:literal $size:literal) => {
            meter.measure(
                "AvgPool2d",
                format!("{}×{}², kernel 2", $channels, $size),
                AvgPool2d::<$channels, $size, $size, { $size / 2 }, { $size / 2 }> {
                    kernel: [2; 2],
                    stride: [2; 2],
                    padding: [0; 2],
                    count_include_pad: true,
                },
            )
        };
    }
    macro_rules! normalisation {
        ($channels:literal $size:literal) => {
            meter.measure(
                "BatchNorm2d",
                format!("{}×{}²", $channels, $size),
                BatchNorm::<[[[f32; $size]; $size]; $channels], $channels, $channels>::default(),
            )
        };
    }
    macro_rules! for_each_image {
        ($then:ident) => {
            $then!(6 28);
            $then!(16 10);
            $then!(3 17);
            $then!(64 32);
            $then!(257 7);
        };
    }
    for_each_image!(maximum);
    for_each_image!(average);
    for_each_image!(normalisation);
}

/// Layers that keep the shape of a vector.
fn vectors(meter: &mut Meter) {
    macro_rules! vector {
        ($size:literal $kind:literal $layer:ident) => {
            meter.measure($kind, format!("{}", $size), $layer!($size))
        };
    }
    macro_rules! relu {
        ($size:literal) => {
            Pointwise::<Relu, [f32; $size]>::new(Relu)
        };
    }
    macro_rules! tanh {
        ($size:literal) => {
            Pointwise::<Tanh, [f32; $size]>::new(Tanh)
        };
    }
    macro_rules! sigmoid {
        ($size:literal) => {
            Pointwise::<Sigmoid, [f32; $size]>::new(Sigmoid)
        };
    }
    macro_rules! gelu {
        ($size:literal) => {
            Pointwise::<Gelu, [f32; $size]>::new(Gelu)
        };
    }
    macro_rules! prelu {
        ($size:literal) => {
            Prelu::<[f32; $size], 1>::new(0.25)
        };
    }
    macro_rules! softmax {
        ($size:literal) => {
            Softmax::<[f32; $size]>::new(0)
        };
    }
    macro_rules! log_softmax {
        ($size:literal) => {
            LogSoftmax::<[f32; $size]>::new(0)
        };
    }
    for_each_size!(vector "Relu" relu);
    for_each_size!(vector "Tanh" tanh);
    for_each_size!(vector "Sigmoid" sigmoid);
    for_each_size!(vector "Gelu" gelu);
    for_each_size!(vector "Prelu" prelu);
    for_each_size!(vector "Softmax" softmax);
    for_each_size!(vector "LogSoftmax" log_softmax);
}
