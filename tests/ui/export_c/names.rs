use chainrule::prelude::*;

network! {
    #[network(export_c = 3)]
    struct Number: [4] -> [2] { Linear(2) }
}

network! {
    #[network(export_c = "tiny-net")]
    struct Dash: [4] -> [2] { Linear(2) }
}

network! {
    #[network(export_c)]
    struct Größe: [4] -> [2] { Linear(2) }
}

fn main() {
    // No second error.
    print!("{}", Number::C_HEADER);
}
