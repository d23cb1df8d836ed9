//! Runs a perceptron of four layers of vectors.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use chainrule::prelude::*;
use core::hint::black_box;

network! {
    pub struct Policy: [16] -> [8] {
        Linear(64), Relu,
        Linear(64), Relu,
        Linear(8),
    }
}

size::program!(match size::built_in!(Policy) {
    Some(net) => black_box(net.forward(black_box(&[0.5; 16])))[0],
    None => 0.0,
});
