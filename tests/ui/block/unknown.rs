use chainrule::network;

network! {
    pub struct Net: [8] -> [2] {
        Residul { Linear(8), Relu },
        head: Linear(2),
    }
}

fn main() {}
