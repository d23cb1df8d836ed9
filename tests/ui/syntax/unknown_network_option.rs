use chainrule::prelude::*;

network! {
    #[network(skalar = f64, seed = 7)]
    struct Net: [4] -> [2] { Linear(2) }
}

fn main() {}
