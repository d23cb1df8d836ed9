use chainrule::prelude::*;

network! {
    #[network(export_c)]
    struct Policy<const H: usize>: [4] -> [2] { Linear(H), Tanh, Linear(2) }
}

network! {
    #[network(export_c)]
    struct Anything<T>: [4] -> [2] { Linear(2) }
}

fn main() {
    print!("{}", Policy::<16>::C_HEADER);
}
