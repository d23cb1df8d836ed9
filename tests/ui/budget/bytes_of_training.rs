use chainrule::prelude::*;

const LIMIT: usize = 4;

network! {
    struct Net: [1, 28, 28] -> [10] {
        stem: Conv2d(8, kernel = 3), Gelu, MaxPool2d(2),
        Flatten,
        head: Linear(10),
    }
    budget { training_bytes <= 256 KiB, parameters <= LIMIT }
}

fn main() {}
