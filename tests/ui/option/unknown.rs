use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] {
        Conv2d(4, kernel = 3, pading = 1),
        Flatten,
        Linear(3, bais = false),
        LeakyRelu(slope = 0.1),
    }
}

fn main() {}
