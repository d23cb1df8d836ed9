//! Networks that need later steps do not stream, and the error says which layer and why.

use chainrule::prelude::*;

network! {
    struct Bidirectional: [8, 2] -> [8, 4] {
        first: Linear(2),
        gru: Gru(2, bidirectional = true),
    }
}

network! {
    struct LooksAhead: [2, 16] -> [4, 16] {
        Residual { conv1: Conv1d(2, kernel = 3, causal = true), Relu },
        conv2: Conv1d(4, kernel = 3, padding = 1),
    }
}

network! {
    struct SeesAll: [16] -> [16, 8] { Embedding(60, 8), TransformerEncoderLayer(2, feedforward = 16) }
}

network! {
    struct NoSequence: [4] -> [2] { Linear(2) }
}

fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    let _ = Bidirectional::init(&mut rng).stream();
    let _ = LooksAhead::init(&mut rng).stream().step(&[0.0; 2]);
    let _ = SeesAll::init(&mut rng).stream();
    let _ = NoSequence::init(&mut rng).stream();
}
