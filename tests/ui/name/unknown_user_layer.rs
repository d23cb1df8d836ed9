use chainrule::prelude::*;

network! {
    struct Net: [4] -> [2] {
        Linear(8),
        warp: Wobble<8>,
        Linear(2),
    }
}

fn main() {}
