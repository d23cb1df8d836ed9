use chainrule::prelude::*;

network! {
    struct Net: [2] -> [1] { fc1: Linear(3), Tanh, head: Linear(1), }
    weights = "other.safetensors"
}

// Nothing else breaks.
fn main() {
    let net: &'static Net = Net::embedded();
    let _: [f32; 1] = net.forward(&[1.0, 2.0]);
}
