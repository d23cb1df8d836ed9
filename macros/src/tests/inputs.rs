//! Inputs with names: which body takes which, and what is wrong about it.

use super::{check_error, check_whole, errors, network};

fn shapes(source: &str) -> (String, String) {
    let network = network(source);
    (network.input.to_string(), network.output().to_string())
}

#[test]
fn bodies_begin_with_inputs() {
    let (input, output) = shapes(
        "{ state: [8], action: [2] } -> [1] { Concat { { state, Linear(32), Relu } { action } }, Linear(1) }",
    );
    assert_eq!(input, "{ state: [8], action: [2] }");
    assert_eq!(output, "[1]");
    for source in [
        "{ a: [4], b: [4], } { Add { { a } { b } } }",
        "{ a: [4], b: [2] } { a, Linear(2), Multiply { {} { b, Sigmoid } } }",
        "{ a: [4], b: [2, 2] } { Residual(project = { b, Flatten }) { Linear(4) } }"
            .replace("{ Residual", "{ a, Residual")
            .as_str(),
        "{ a: [4], b: [4] } { a, Residual(project = b) { Linear(4) } }",
        "{ a: [4], b: [4] } { Heads { x: { a, Linear(2) }, y: { b, Linear(3) } } }",
        "{ a: [4], b: [4] } { Concat { { Concat { { a } { b } }, Linear(2) } { a } } }",
        "{ words: [3], x: [2] } { Concat { { words, EmbeddingBag(9, 4) } { x } } }",
        "{ x: [2], words: [3, 2] } { Concat { { x } { words, Slice(0, 1, 3), Flatten, EmbeddingBag(9, 4) } } }",
        "{ r#type: [4], b: [4] } { Add { { r#type } { b } } }",
        "{ x: [4] } { x, Linear(2) }",
        "{ x: [4] } { Linear(2) }",
        "{ x: [4] } { Flatten }",
    ] {
        assert_eq!(errors(source), [], "{source}");
    }
}

#[test]
fn indices_of_an_input_are_found() {
    let network = network(
        "{ x: [2], y: [3, 2], words: [7] } { Concat { { x } { y, Flatten } { words, Slice(0, 1), EmbeddingBag(9, 4) } } }",
    );
    let [range] = network.indices.as_slice() else {
        panic!("one layer reads indices");
    };
    let start = range.starts.iter().map(|factors| {
        let factors = factors.iter().map(|size| size.known().expect("a number"));
        factors.product::<u64>()
    });
    assert_eq!(start.sum::<u64>(), 2 + 6 + 1);
}

#[test]
fn a_body_says_what_it_takes() {
    check_error(
        "{ state: [8], action: [2] } -> [1] { Linear(1) }",
        "                                     ~~~~~~",
        "this does not say which input it takes\n\
         note: the inputs of `Net` are `state` and `action`\n\
         help: begin with the name of one, as in `state, Linear(1)`",
    );
    check_error(
        "{ a: [4], b: [4] } { Add { { a } { Linear(4) } } }",
        "                                   ~~~~~~",
        "this does not say which input it takes",
    );
    check_error(
        "{ a: [4], b: [4] } { Concat { { a } { b } {} } }",
        "                     ~~~~~~",
        "this does not say which input it takes",
    );
    check_error(
        "{ a: [4], b: [4] } { Residual { a, Linear(4) } }",
        "                     ~~~~~~~~",
        "this does not say which input it takes\n\
         note: the inputs of `Net` are `a` and `b`\n\
         help: begin with the name of one, as in `a, Residual`",
    );
}

#[test]
fn every_input_is_taken_and_nothing_is_lost() {
    check_error(
        "{ state: [8], action: [2] } -> [1] { state, Linear(1) }",
        "              ~~~~~~",
        "nothing takes the input `action`",
    );
    check_error(
        "{ a: [4], b: [4] } { a, Linear(4), b, Linear(4) }",
        "                                   ~",
        "the input `b` stands behind layers, so what they put out would be lost\n\
         help: begin with it, or join the two, as in `Concat { { Linear(8) } { b } }`",
    );
    check_error(
        "{ a: [4], b: [4] } { a, Linear(4), Add { { b } { a } } }",
        "                        ~~~~~~",
        "what `Linear(4)` puts out is lost: what follows begins with an input",
    );
    check_error(
        "{ a: [4] } { Repeat(2) { a, Linear(4) } }",
        "                            ~~~~~~",
        "what `Linear(4)` puts out is lost",
    );
    check_whole(
        "struct Net: { a: [4] } { a }",
        "Net",
        "a network needs at least one layer",
    );
}

#[test]
fn names_of_inputs() {
    check_error(
        "{ state: [8], action: [2] } { Concat { { stat } { action } } }",
        "                                         ~~~~",
        "there is no input `stat`\nhelp: did you mean `state`?",
    );
    check_error(
        "{ a: [8], b: [2] } { Concat { { a } { b } }, gain }",
        "                                             ~~~~",
        "there is no input `gain`\n\
         help: the inputs of `Net` are `a` and `b`; a layer of your own with this name is written `self::gain`",
    );
    check_error(
        "[4] { state, Linear(2) }",
        "      ~~~~~",
        "there is no input `state`\n\
         help: inputs get names where the network says what it takes: `Net: { state: [8] }`; a layer of your own with \
         this name is written `self::state`",
    );
    check_error(
        "{ a: [4], b: [4] } { Add { { x: a } { b } } }",
        "                             ~",
        "an input takes no label\nhelp: write `a`",
    );
    check_error(
        "{ a: [4], b: [4] } { Add { { a(2) } { b } } }",
        "                             ~",
        "`a` is an input, which takes no arguments\nhelp: write `a`",
    );
    check_error(
        "{ a: [4], a: [4] } { a, Linear(2) }",
        "          ~",
        "the input `a` stands twice\nnote: the first `a` is on line 1\nhelp: choose another name",
    );
}

#[test]
fn a_bilinear_layer_takes_two_vectors() {
    let (_, output) =
        shapes("{ a: [3], b: [2, 2] } { mix: Bilinear(16) { { a } { b, Flatten, Linear(5) } } }");
    assert_eq!(output, "[16]");
    let (_, output) = shapes("[N] -> [M] { Bilinear(M, bias = false) { {} { Linear(5) } } }");
    assert_eq!(output, "[M]");
    check_error(
        "[4] { Bilinear(8) { {} } }",
        "      ~~~~~~~~",
        "`Bilinear` takes two branches, found 1\nhelp: write as in `Bilinear(8) { { Linear(8) } { Linear(4), Tanh } }`",
    );
    check_error(
        "[4] { Bilinear(8) { {} {} {} } }",
        "      ~~~~~~~~",
        "`Bilinear` takes two branches, found 3",
    );
    check_error(
        "[4] { Bilinear(8), Relu }",
        "      ~~~~~~~~",
        "`Bilinear` takes two vectors, those of its branches",
    );
    check_error(
        "[4] { Bilinear { {} {} } }",
        "      ~~~~~~~~",
        "`Bilinear` needs `out`",
    );
    check_error(
        "[4] { Bilinear(8, bais = false) { {} {} } }",
        "                  ~~~~",
        "`Bilinear` has no option `bais`\nhelp: did you mean `bias`?",
    );
    check_error(
        "[2, 4] { Bilinear(8) { { Flatten } {} } }",
        "         ~~~~~~~~",
        "`Bilinear` takes two vectors, but one of its branches puts out [2, 4]\n\
         note: the input of `Net` on line 1 is [2, 4]\n\
         help: end the branch with `Flatten`",
    );
    check_error(
        "[4] { Bilinear(0) { {} {} } }",
        "               ~",
        "`out` of `Bilinear` is 0, but must be at least 1",
    );
    check_error(
        "[1, 4] { Bilinear(8) { { Linear(4) } { Conv2d(3, 1) } } }",
        "                                       ~~~~~~",
        "`Conv2d` takes [channels, height, width], but receives [1, 4]\nnote: inside `Bilinear(8)` on line 1",
    );
}

#[test]
fn malformed_inputs() {
    check_error(
        "{} -> [2] { Linear(2) }",
        "~~",
        "a network has at least one input\nhelp: several inputs read `{ state: [8], action: [2] }`",
    );
    check_error(
        "{ a: 4, b: [2] } { Concat { { a } { b } } }",
        "     ~",
        "expected a shape in brackets\nhelp: write `[4]`",
    );
    check_error(
        "{ a: [4] b: [2] } { Concat { { a } { b } } }",
        "         ~",
        "expected `,` between inputs",
    );
    check_error(
        "{ type: [4] } { Linear(2) }",
        "  ~~~~",
        "`type` is a keyword of Rust; as an input write `r#type`",
    );
    check_error(
        "{ a: , b: [2] } { b, Linear(2) }",
        "     ~",
        "the input `a` has no shape",
    );
    check_error(
        "{ a: [4], b: [0] } { Concat { { a } { b } } }",
        "              ~",
        "`size` of `input` is 0, but must be at least 1",
    );
    check_error(
        "{ a: [4], b: [3] } { Add { { a } { b } } }",
        "                     ~~~",
        "the branches of `Add` put out [4] and [3], but must agree\n\
         note: the input `a` on line 1 is [4]\n\
         note: the input `b` on line 1 is [3]",
    );
}
