//! Layers and blocks without parameters, values that are none, and the word twice.

use chainrule::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        Linear(4, freeze), Relu(freeze),
        Residual(freeze) { Tanh },
        Linear(4, freeze = 1),
        Repeat(2, freeze = yes) { Linear(4) },
        head: Linear(2, freeze, freeze),
    }
}

fn main() {
    let net = Net::init(&mut StdRng::seed_from_u64(7));
    Adam::new(&net).freeze(Net::HEAD);
}
