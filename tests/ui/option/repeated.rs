use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] {
        Conv2d(4, kernel = 3, stride = 1, stride = 2),
        MaxPool2d(2, kernel = 2),
    }
}

fn main() {}
