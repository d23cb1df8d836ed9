use chainrule::prelude::*;

const WIDTH: usize = 4;

network! {
    struct Net: [2] -> [WIDTH] { fc: Linear(WIDTH) }
    weights = "small.safetensors"
}

fn main() {
    let _ = Net::embedded().forward(&[1.0, 2.0]);
}
