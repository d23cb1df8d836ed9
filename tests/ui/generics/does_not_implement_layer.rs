use chainrule::prelude::*;

#[derive(Clone, Copy, Default)]
struct Warp;

network! {
    struct Net<const H: usize, T>: [4] -> [2] {
        Linear(H),
        warp: Warp,
        Linear(2),
    }
}

fn main() {}
