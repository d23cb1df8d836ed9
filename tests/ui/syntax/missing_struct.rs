use chainrule::prelude::*;

network! {
    pub Net: [4] -> [2] { Linear(2) }
}

network! {
    struct One: [4] -> [2] { Linear(2) }
    struct Two: [4] -> [2] { Linear(2) }
}

// Both have their types: no second error here.
fn main() {
    let _ = (Net::init(&mut StdRng::seed_from_u64(1)), One::PARAMETERS);
}
