use chainrule::prelude::*;

mod wide {
    use super::*;
    network! {
        #[network(scalar = f64)]
        struct Net: [2] -> [3] { fc: Linear(3) }
        weights_type = bf16
    }
}

mod generic {
    use super::*;
    network! {
        struct Net<const H: usize>: [2] -> [H] { fc: Linear(H) }
        weights_type = f16
    }
}

// Nothing else breaks.
mod mistaken {
    use super::*;
    network! {
        pub struct Net: [2] -> [3] { fc: Linear(4) }
        weights = "small.safetensors"
        weights_type = bf16
    }
}

fn main() {
    let half: &'static mistaken::HalfNet = mistaken::HalfNet::embedded();
    let _: [f32; 3] = half.forward(&[1.0, 2.0]);
}
