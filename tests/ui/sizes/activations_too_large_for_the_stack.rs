use chainrule::prelude::*;

network! {
    struct Wide: [64] -> [1] {
        Linear(65_536), Relu,
        Linear(1),
    }
}

fn main() {
    let net = Wide::init(&mut StdRng::seed_from_u64(1));
    println!("{:?}", net.forward(&[0.0; 64]));
}
