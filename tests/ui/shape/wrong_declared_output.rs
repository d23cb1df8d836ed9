use chainrule::prelude::*;

network! {
    struct Net: [4] -> [10] {
        Linear(16), Relu,
        Linear(12),
    }
}

fn main() {
    let net = Net::init(&mut StdRng::seed_from_u64(1));
    let output: [f32; 10] = net.forward(&[0.0; 4]);
    println!("{output:?}");
}
