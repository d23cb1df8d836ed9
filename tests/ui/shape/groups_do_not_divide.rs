use chainrule::prelude::*;

network! {
    struct Net: [6, 8, 8] {
        inputs: Conv2d(8, kernel = 3, groups = 4),
        outputs: Conv2d(9, kernel = 3, groups = 2),
    }
}

fn main() {}
