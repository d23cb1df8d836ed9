use chainrule::prelude::*;

network! {
    struct Net: [4] -> [2] {
        Linear(2),
    }
    budget { params <= 10, macs < 10, inference_bytes <= 4 KiloBytes, parameters <= 0 }
}

fn main() {}
