//! Runs the stream of the guitar amplifier.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use chainrule::prelude::*;
use core::hint::black_box;

const LENGTH: usize = 768;

network! {
    pub struct Amp: [LENGTH, 1] -> [LENGTH, 1] {
        Residual { gru: Gru(16), output: Linear(1) },
    }
}

size::program!(match size::built_in!(Amp) {
    Some(net) => {
        let mut stream = net.stream();
        let mut y = [0.0];
        for _ in 0..100 {
            y = black_box(stream.step(black_box(&[0.5])));
        }
        y[0]
    }
    None => 0.0,
});
