use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] {
        Conv2d(4),
        MaxPool2d,
        Flatten,
        Linear,
    }
}

fn main() {}
