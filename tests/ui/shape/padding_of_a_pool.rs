use chainrule::prelude::*;

network! {
    struct Net: [3, 8, 8] {
        MaxPool2d(2, padding = 2),
        AvgPool2d(3, padding = 2),
    }
}

fn main() {}
