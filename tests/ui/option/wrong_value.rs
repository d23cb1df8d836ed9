use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] {
        Conv2d(4, kernel = (3, 3, 3), bias = 1),
        Flatten,
        Linear(16, init = kaiming), Gelu(approximate = fast),
        Dropout(1.5),
        Relu(3),
    }
}

fn main() {}
