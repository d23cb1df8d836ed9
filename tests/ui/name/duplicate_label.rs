use chainrule::prelude::*;

network! {
    struct Net: [4] -> [2] {
        hidden: Linear(8), Relu,
        hidden: Linear(2),
    }
}

fn main() {}
