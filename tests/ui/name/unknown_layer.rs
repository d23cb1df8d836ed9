use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] {
        Conv2D(4, kernel = 3), ReLU,
        Maxpool2d(2),
        Flatten,
        Liner(3),
    }
}

fn main() {}
