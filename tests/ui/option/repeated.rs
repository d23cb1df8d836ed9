use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] {
        Conv2d(4, kernel = 3, stride = 1, stride = 2),
        Conv2d(4, 3, kernel = 3),
    }
}

fn main() {}
