//! Runs the network of the README's tour.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use chainrule::prelude::*;
use core::hint::black_box;

network! {
    pub struct LeNet5: [1, 28, 28] -> [10] {
        conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
        Flatten,
        fc1: Linear(120), Relu,
        fc2: Linear(84), Relu,
        head: Linear(10),
    }
}

size::program!(match size::built_in!(LeNet5) {
    Some(net) => black_box(net.forward(black_box(&[[[0.5; 28]; 28]; 1])))[0],
    None => 0.0,
});
