use chainrule::prelude::*;

const ROWS: usize = 30;

network! {
    struct Computed: [8] -> [8, 16] {
        Linear(8),
        words: Embedding(ROWS, 16),
    }
}

network! {
    struct Padded: [8] {
        Embedding(ROWS, 16, padding_idx = ROWS),
    }
}

fn main() {
    let net = Computed::boxed();
    let _ = net.forward(&[0_u8; 8]);
}
