use chainrule::prelude::*;

network! {
    struct Net: [2] -> [3] { fc: Linear(3) }
    weights_type = bf16
}

fn main() {
    let _ = HalfNet::embedded();
}
