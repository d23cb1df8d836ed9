//! Networks that run one time step at a time, and why others do not.

use super::network;
use crate::model::Stream;

/// The input and output of a step.
fn step(source: &str) -> [String; 2] {
    match &network(source).stream {
        Stream::Steps(steps) => [&steps.input, steps.output()].map(ToString::to_string),
        Stream::NoSequence => panic!("{source} takes no sequence"),
        Stream::Refused { text, .. } => panic!("{source}: {text}"),
    }
}

/// The reason, and what to type.
#[track_caller]
fn check_refusal(source: &str, expected: &str) {
    let Stream::Refused { text, help, .. } = &network(source).stream else {
        panic!("{source} is not refused");
    };
    let help = help.map(|help| format!("\nhelp: {help}"));
    assert_eq!(text.clone() + &help.unwrap_or_default(), expected);
}

#[test]
fn a_step_has_no_dimension_of_time() {
    assert_eq!(step("[8, 3] { Gru(4), Linear(2) }"), ["[3]", "[2]"]);
    assert_eq!(
        step("[3, 8] { Conv1d(4, 3, causal = true) }"),
        ["[3]", "[4]"]
    );
    assert_eq!(step("[8] { Embedding(60, 16) }"), ["[1]", "[16]"]);
    assert_eq!(
        step(
            "[L] { Embedding(60, 16), PositionalEncoding, TransformerEncoderLayer(2, causal = true) }"
        ),
        ["[1]", "[16]"]
    );
}

#[test]
fn vectors_and_sets_of_indices_are_no_sequences() {
    for source in [
        "[4] { Linear(2) }",
        "[4] { Relu }",
        "[4] { EmbeddingBag(9, 2) }",
        "[4] { SparseLinear(9, 2) }",
        "[4] { Concat { { Embedding(9, 2), Flatten } { Linear(3) } } }",
        "[3, 8, 8] { Relu }",
    ] {
        assert!(
            matches!(network(source).stream, Stream::NoSequence),
            "{source}"
        );
    }
}

#[test]
fn what_needs_later_steps_says_so() {
    check_refusal(
        "[8, 4] { Linear(4), MultiheadAttention(2) }",
        "`MultiheadAttention(2)` on line 1 looks at later steps\nhelp: write `causal = true`",
    );
    check_refusal(
        "[8] { Embedding(9, 4), TransformerEncoderLayer(2) }",
        "`TransformerEncoderLayer(2)` on line 1 looks at later steps\nhelp: write `causal = true`",
    );
    check_refusal(
        "[8, 4] { PositionalEncoding(learned = true) }",
        "`PositionalEncoding(learned = true)` on line 1 has a vector for each step of the sequence, and a stream has no \
         last step\nhelp: remove `learned = true` for sinusoids, which go on",
    );
    check_refusal(
        "[4, 8] { Conv1d(4, 3, causal = true), PositionalEncoding }",
        "`PositionalEncoding` on line 1 mixes the steps: it takes its second dimension for the features",
    );
    check_refusal(
        "[8] { Embedding(9, 4), Flatten }",
        "`Flatten` on line 1 needs the whole sequence at once",
    );
}

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
