use chainrule::prelude::*;

network! {
    struct Net<'a, T, U, const N: u8>: [4] -> [2] {
        Linear(2),
    }
}

fn main() {}
