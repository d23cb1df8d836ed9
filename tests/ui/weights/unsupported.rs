use chainrule::prelude::*;

network! { struct Encoder: [2] -> [3] { fc: Linear(3) } }

mod nested {
    use super::*;
    network! {
        struct Net: [2] -> [3] { encoder: Encoder }
        weights = "small.safetensors"
    }
}

mod generic {
    use super::*;
    network! {
        pub struct Net<const H: usize>: [2] -> [H] { fc: Linear(H) }
        weights = "small.safetensors"
    }
}

fn main() {
    let _: &'static generic::Net<3> = generic::Net::embedded();
}
