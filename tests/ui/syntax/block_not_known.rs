use chainrule::prelude::*;

network! {
    struct Net: [4] -> [4] {
        Residual {
            Linear(4), Relu,
        },
    }
}

fn main() {}
