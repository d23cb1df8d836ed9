//! Two labels that would be one constant.

use chainrule::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        stage_0: Linear(4),
        stage: Repeat(2) { Linear(4), Relu },
        FC: Linear(4),
        fc: Linear(2),
    }
}

fn main() {
    let net = Net::init(&mut StdRng::seed_from_u64(7));
    Adam::new(&net).freeze(Net::STAGE_0).freeze(Net::FC);
}
