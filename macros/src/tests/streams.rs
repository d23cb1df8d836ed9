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
