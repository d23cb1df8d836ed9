use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] -> [4] {
        Conv2d(4, kernel = 3), Relu, MaxPool2d(2),
        Conv2d(4, kernel = 5),
        Flatten,
        Linear(4),
    }
}

fn main() {}
