use chainrule::prelude::*;

const HIDDEN: usize = 12;

network! {
    struct Net: [4] -> [HIDDEN] {
        Linear(2 * HIDDEN), Relu,
        Linear(HIDDEN + 1),
    }
}

fn main() {}
