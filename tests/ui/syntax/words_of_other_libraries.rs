use chainrule::prelude::*;

network! {
    struct Net: [1, 8, 8] => 10 {
        conv = Conv2d(1, 6, kernel: 3), ReLU;
        Dropout(20),
        Flatten -> Linear[10],
    }
}

fn main() {}
