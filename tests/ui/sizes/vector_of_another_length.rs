use chainrule::prelude::*;
use nalgebra::SVector;

network! {
    struct Net: [4] -> [2] { fc: Linear(2) }
}

fn main() {
    let net = Net::init(&mut StdRng::seed_from_u64(1));
    let _ = net.forward(&SVector::<f32, 5>::zeros());
}
