use chainrule::prelude::*;
use nalgebra::{SMatrix, SVector};

network! {
    struct Net: [4] -> [2] { fc: Linear(2) }
}

fn main() {
    let mut net = Net::init(&mut StdRng::seed_from_u64(1));
    net.fc.weight = SMatrix::<f32, 4, 2>::zeros();
    let _: SVector<f32, 3> = net.forward(&[0.0; 4]).into();
}
