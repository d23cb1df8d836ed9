use chainrule::prelude::*;

mod truncated {
    use super::*;
    network! {
        struct Net: [2] -> [3] { fc: Linear(3) }
        weights = "truncated.safetensors"
    }
}

mod foreign {
    use super::*;
    network! {
        struct Net: [2] -> [3] { fc: Linear(3) }
        weights = "foreign.safetensors"
    }
}

mod too_large_for_f16 {
    use super::*;
    network! {
        struct Net: [2] -> [3] { fc: Linear(3) }
        weights = "huge.safetensors"
        weights_type = f16
    }
}

fn main() {}
