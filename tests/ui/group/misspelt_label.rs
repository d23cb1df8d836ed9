//! A label that is none, and one of a network with another scalar.

use chainrule::prelude::*;

network! {
    pub struct LeNet5: [784] -> [10] {
        fc1: Linear(120), Relu,
        head: Linear(10),
    }
}

network! {
    #[network(scalar = f64)]
    pub struct Double: [4] -> [2] { head: Linear(2) }
}

fn main() {
    let net = LeNet5::init(&mut StdRng::seed_from_u64(7));
    let mut adam = Adam::new(&net);
    adam.group(LeNet5::FC_1, |g| g.learning_rate(1e-4));
    adam.freeze(Double::HEAD);
    adam.group(LeNet5::HEAD, |g| g.momentum(0.9));
}
