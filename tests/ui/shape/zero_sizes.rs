use chainrule::prelude::*;

network! {
    struct Net: [1, 0, 8] {
        Conv2d(0, kernel = 3, stride = 0),
        MaxPool2d(0),
        Flatten,
        Linear(0),
    }
}

fn main() {}
