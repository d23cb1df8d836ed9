use chainrule::prelude::*;

network! {
    struct Net: [784] -> [10] {
        fc1: Linear(128), Relu,
        fc2: Linear(64), Relu,
        head: Linear(10),
    }
    budget { parameters <= 100_000, macs <= 200_000, inference_bytes <= 512 B }
}

fn main() {}
