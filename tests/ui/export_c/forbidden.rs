#![forbid(unsafe_code)]

use chainrule::prelude::*;

network! {
    #[network(export_c)]
    struct Net: [4] -> [2] { Linear(2) }
}

fn main() {}
