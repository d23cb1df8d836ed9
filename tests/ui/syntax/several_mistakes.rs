use chainrule::prelude::*;

network! {
    struct Net: [1, 28, 28] -> [10] {
        conv1: Conv2d(8, kernal = 5), Relu,
        conv1: Conv2d(16, kernel = 30), Relo,
        fc: Linear(10),
    }
}

fn main() {}
