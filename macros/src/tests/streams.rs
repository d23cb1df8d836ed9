//! Which networks run one time step at a time, and why others do not.

use super::network;
use crate::model::Stream;

/// The shapes of a step, or why there is none.
fn stream(source: &str) -> String {
    match network(source).stream {
        Stream::NoSequence => "no sequence".into(),
        Stream::Steps(steps) => format!("{} → {}", steps.input, steps.output()),
        Stream::Refused { text, .. } => text,
    }
}

#[test]
fn time_is_the_dimension_that_leads_through() {
    for (source, steps) in [
        ("[9, 3] { Gru(5), Relu, Linear(2) }", "[3] → [2]"),
        ("[3, 9] { Conv1d(5, 3, causal = true), Relu }", "[3] → [5]"),
        ("[3, 9] { Conv1d(5, 1), Transpose, Lstm(4) }", "[3] → [4]"),
        (
            "[9, 3] { Rnn(5, last = true), Linear(2), Softmax }",
            "[3] → [2]",
        ),
        ("[N, 3] { Gru(H), Glu }", "[3] → [H / 2]"),
        (
            "[9, 6] { Concat(dim = 1) { { Glu } { Linear(2) } } }",
            "[6] → [5]",
        ),
        (
            "[6, 9] { Concat { { Conv1d(2, 1) } { Snake } } }",
            "[6] → [8]",
        ),
    ] {
        assert_eq!(stream(source), steps, "{source}");
    }
}

#[test]
fn what_needs_later_steps_is_named() {
    for (source, reason) in [
        ("[4] { Linear(4) }", "no sequence"),
        ("[1, 8, 8] { Flatten }", "no sequence"),
        (
            "[9, 3] { Linear(3), Gru(5, bidirectional = true) }",
            "`Gru(5, bidirectional = true)` on line 1 reads the sequence from its end",
        ),
        (
            "[3, 9] { Conv1d(5, 3, padding = 1) }",
            "`Conv1d(5, 3, padding = 1)` on line 1 looks at later steps",
        ),
        (
            "[3, 9] { Conv1d(5, 3, causal = true, stride = 2) }",
            "`Conv1d(5, 3, causal = true, stride = 2)` on line 1 skips steps, with a stride other than 1",
        ),
        (
            "[3, 9] { Conv1d(5, 1), Linear(4) }",
            "`Linear(4)` on line 1 mixes the steps: time is the dimension that it works along",
        ),
        (
            "[9, 3] { Gru(3), MaxPool1d(3) }",
            "`MaxPool1d(3)` on line 1 needs the whole sequence at once",
        ),
        (
            "[9, 3] { Gru(3), Flatten, Linear(1) }",
            "`Flatten` on line 1 needs the whole sequence at once",
        ),
        (
            "[9, 3] { Gru(3), Prelu(9) }",
            "`Prelu(9)` on line 1 treats the steps differently: time is its first dimension",
        ),
        (
            "[9, 3] { Gru(3), LayerNorm(dims = 2) }",
            "`LayerNorm(dims = 2)` on line 1 mixes the steps: it normalises over more than the last dimension",
        ),
        (
            "[9, 3] { Gru(3), Concat { { Relu } { Tanh } } }",
            "`Concat` on line 1 joins sequences one behind the other",
        ),
        (
            "[9, 3] { Gru(3), Warp }",
            "`Warp` on line 1 takes the whole sequence: nothing is known of what it does at one step",
        ),
    ] {
        assert_eq!(stream(source), reason, "{source}");
    }
}
