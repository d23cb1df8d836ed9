//! A crate that forbids and denies what it can.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications)]

use chainrule::prelude::*;

network! {
    /// Documented.
    #[derive(Clone, Debug, PartialEq)]
    struct Net: [1, 8, 8] -> [3] {
        Conv2d(4, kernel = 3, padding = same), BatchNorm2d, Relu,
        MaxPool2d(2), Flatten, Dropout(0.1),
        Linear(3), Softmax,
    }
    budget { parameters <= 1_000, macs <= 10_000, inference_bytes <= 4 KiB, training_bytes <= 1 MiB }
}

network! {
    /// Structs on both sides.
    struct Sides: { left: [2], right: [3] } { Heads { sum: { left, Linear(3), Residual(project = right) { Tanh } } } }
}

fn main() {
    let net = Net::init(&mut StdRng::seed_from_u64(1));
    let copy = net.clone();
    assert_eq!(net, copy);
    let sum: f32 = net.forward(&[[[0.5; 8]; 8]; 1]).iter().sum();
    assert!((sum - 1.0).abs() < 1e-6);
    let sides = Sides::boxed();
    let right = [1.0, 2.0, 3.0];
    let SidesOutput { sum } = sides.forward(&SidesInput { left: [0.0; 2], right });
    assert_eq!(sum, right);
}
