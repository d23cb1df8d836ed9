use chainrule::network;

network! {
    pub struct Net: [8] -> [2] {
        Repeat(3) { Linear(4), Relu },
        head: Linear(2),
    }
}

fn main() {}
