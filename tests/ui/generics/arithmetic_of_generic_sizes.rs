use chainrule::prelude::*;

network! {
    struct Net<const C: usize>: [1, 8, 8] -> [10] {
        Conv2d(C, kernel = 3), Relu,
        Flatten,
        Linear(10),
    }
}

fn main() {}
