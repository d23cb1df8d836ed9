use chainrule::prelude::*;

network! {
    struct Net: [2, 6] {
        Reshape([3, 5]),
        Flatten,
        Linear(2),
    }
}

fn main() {}
