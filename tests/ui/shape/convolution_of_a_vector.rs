use chainrule::prelude::*;

network! {
    struct Net: [784] {
        Conv2d(8, kernel = 3), Relu,
        Flatten,
        Linear(10),
    }
}

fn main() {}
