use chainrule::prelude::*;

const WIDTH: usize = 7;

network! {
    struct Known: [4, 3] {
        Glu,
        SwiGlu(0),
        Glu(dim = 2),
    }
}

network! {
    struct Constant: [WIDTH] {
        Glu,
    }
}

fn main() {}
