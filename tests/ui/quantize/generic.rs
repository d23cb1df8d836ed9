//! An integer network has sizes that are known.

use chainrule::prelude::*;

network! {
    pub struct Policy<const H: usize>: [4] -> [2] {
        Linear(H), Relu, Linear(2),
    }
    quantize = int8
}

fn main() {
    let _ = Policy::<8>::boxed();
}
