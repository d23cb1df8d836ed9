//! What stands beside a network: integers, weights of 16 bits and such that are built in, the hand-over of another one.

use chainrule::prelude::*;
use chainrule::slot::Receiver;
use chainrule::slot::Slot;

macro_rules! half {
    ($($name:ident: $ty:ident;)*) => {
        $(pub mod $name {
            use chainrule::prelude::*;

            network! {
                /// With layers that widen their weights, and with such that have room for them.
                pub struct Net: [1, 8, 8] -> [4] {
                    conv: Conv2d(4, kernel = 3, padding = 1), BatchNorm2d, Relu, MaxPool2d(2),
                    Flatten,
                    Linear(32), LayerNorm, Relu, Linear(4),
                }
                weights_type = $ty
            }

            #[unsafe(export_name = concat!(stringify!($name), "::forward"))]
            pub fn forward(net: &HalfNet, input: &[[[f32; 8]; 8]; 1], output: &mut [f32; 4]) {
                *output = net.forward(input);
            }
        })*
    };
}
half! {
    half_bf16: bf16;
    half_f16: f16;
}

pub mod int8 {
    use chainrule::prelude::*;

    network! {
        /// Every kind of layer that integers have.
        pub struct Net: [1, 8, 8] -> [4] {
            conv: Conv2d(8, kernel = 3, padding = 1), BatchNorm2d, Relu, MaxPool2d(2),
            Residual { Conv2d(8, kernel = 3, padding = 1), Relu },
            Concat { { Conv2d(4, kernel = 1), Tanh } { AvgPool2d(3, stride = 1, padding = 1) } },
            Flatten, Dropout(0.1),
            Linear(32), Silu, Linear(4), Softmax,
        }
        quantize = int8
    }

    #[unsafe(export_name = "int8::forward")]
    pub fn forward(net: &QNet, input: &[[[f32; 8]; 8]; 1], output: &mut [f32; 4]) {
        *output = net.forward(input);
    }
}

network! {
    pub struct Swapped: [2] -> [1] { Linear(8), Tanh, Linear(1) }
}

#[unsafe(export_name = "slot::receive")]
pub fn receive(receiver: &mut Receiver<&Slot<Swapped>>, input: &[f32; 2], output: &mut [f32; 1]) {
    *output = receiver.current().forward(input);
}

#[unsafe(export_name = "embedded::forward")]
pub fn embedded(input: &[[[f32; 8]; 8]; 1], output: &mut [f32; 10]) {
    *output = Digits::embedded().forward(input);
}

network! {
    pub struct Digits: [1, 8, 8] -> [10] {
        conv1: Conv2d(16, kernel = 3, padding = 1), Relu,
        conv2: Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        Dropout(0.25),
        fc: Linear(64), Relu,
        head: Linear(10),
    }
    weights = "../../examples/data/digits.safetensors"
}
