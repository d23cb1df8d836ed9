use chainrule::network;

network! {
    pub struct Net: [2, 8, 8] -> [2] {
        Concat { { Conv2d(4, 3) } { MaxPool2d(2) } },
        Flatten,
        head: Linear(2),
    }
}

fn main() {}
