use chainrule::prelude::*;

network! {
    struct Net: [4] -> [4] {}
}

network! {}

fn main() {}
