//! A test is that of one network, and takes no value.

use chainrule::prelude::*;

network! {
    #[network(test)]
    pub struct Policy<const H: usize>: [4] -> [2] { Linear(H), Tanh, Linear(2) }
}

network! {
    #[network(test = slow)]
    pub struct Net: [4] -> [2] { Linear(2) }
}

fn main() {}
