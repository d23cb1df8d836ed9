//! Two networks for a C program: one for images, one for sound that comes sample by sample.
//!
//! `make check` builds this library, the programs in C and C++, and compares what they print with what Rust prints.

use chainrule::prelude::*;

network! {
    /// LeNet-5 for 28×28 grey images.
    #[network(export_c)]
    pub struct LeNet5: [1, 28, 28] -> [10] {
        conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
        Flatten,
        fc1: Linear(120), Relu,
        fc2: Linear(84), Relu,
        head: Linear(10),
    }
}

network! {
    /// The amplifier of `audio_amp`, with a batch norm for something untrained, in `f64`.
    #[network(scalar = f64, export_c)]
    pub struct Amp: [48, 1] -> [48, 1] {
        Residual { gru: Gru(16), Transpose, BatchNorm1d, Transpose, output: Linear(1) },
    }
}
