use chainrule::prelude::*;

network! {
    #[network(skalar = f64, seed = 7)]
    #[network(export_c, scalar, export_c)]
    struct Net: [4] -> [2] { Linear(2) }
}

fn main() {}
