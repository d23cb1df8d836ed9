use chainrule::prelude::*;

network! {
    struct Net: [3, 8, 8] {
        BatchNorm1d,
        Flatten,
        BatchNorm2d,
        Linear(2),
    }
}

fn main() {}
