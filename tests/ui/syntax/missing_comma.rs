use chainrule::prelude::*;

network! {
    struct Net: [4] -> [2] {
        Linear(8) Relu,
        Linear(2),
    }
}

fn main() {}
