use chainrule::prelude::*;

#[derive(Clone, Copy, Default)]
struct Warp;

network! {
    struct Net: [4] -> [2] {
        Linear(8),
        warp: Warp,
        Linear(2),
    }
}

fn main() {}
