//! Layers that read indices: their shapes, and where the indices may come from.

use super::{check_error, errors, network};

fn output(source: &str) -> String {
    network(source).output().to_string()
}

#[test]
fn a_row_for_each_index_or_for_all() {
    assert_eq!(output("[8] { Embedding(60, 16) }"), "[8, 16]");
    assert_eq!(output("[N] { Embedding(V, D, padding_idx = 0) }"), "[N, D]");
    assert_eq!(output("[8] { EmbeddingBag(60, 16, mode = sum) }"), "[16]");
    check_error(
        "[2, 8] { Embedding(60, 16) }",
        "         ~~~~~~~~~        ",
        "`Embedding` takes a vector, but receives [2, 8]\n\
         note: the input of `Net` on line 1 is [2, 8]\n\
         help: insert `Flatten` before `Embedding(60, 16)`",
    );
    check_error(
        "[8] { Embedding(60) }",
        "      ~~~~~~~~~",
        "`Embedding` needs `embedding_dim`\nhelp: write `Embedding(10, 10)`",
    );
    check_error(
        "[8] { EmbeddingBag(0, 4) }",
        "                   ~",
        "`num_embeddings` of `EmbeddingBag` is 0, but must be at least 1",
    );
    check_error(
        "[8] { EmbeddingBag(9, 4, mode = max) }",
        "                                ~~~",
        "`mode` has no choice `max`",
    );
    check_error(
        "[8] { Embedding(9, 4, padding_idx = 9) }",
        "                                    ~",
        "`padding_idx` is 9, but `Embedding` has 9 rows, counted from 0\nhelp: choose a row up to 8",
    );
}

#[test]
fn sparse_layers_take_a_list() {
    assert_eq!(output("[32] { SparseLinear(768, 64) }"), "[64]");
    assert_eq!(
        output("[N] { SparseLinear(F, out = D, bias = false) }"),
        "[D]"
    );
    check_error(
        "[32] { SparseLinear(64) }",
        "       ~~~~~~~~~~~~",
        "`SparseLinear` needs `out`",
    );
    check_error(
        "[32] { SparseLinear(0, 64) }",
        "                    ~",
        "`features` of `SparseLinear` is 0, but must be at least 1",
    );
    check_error(
        "[32] { Linear(8), SparseLinear(20, 4) }",
        "                  ~~~~~~~~~~~~",
        "`SparseLinear` takes indices from the input of the network, but these are computed",
    );
}

#[test]
fn indices_are_inputs_of_the_network() {
    for source in [
        "[2, 4] { Flatten, Embedding(9, 4) }",
        "[8] { Reshape([2, 4]), Slice(0, 1), Flatten, Slice(0, 0, 2), Embedding(9, 4) }",
        "[8] { Concat { { Embedding(9, 4), Flatten } { EmbeddingBag(9, 4) } { Slice(0, 3, 5), Linear(2) } } }",
        "[8] { Residual(project = { Linear(4) }) { EmbeddingBag(9, 4) } }",
        "[8] { Heads { a: { Embedding(9, 4) }, b: { Linear(2) } } }",
    ] {
        assert_eq!(errors(source), [], "{source}");
    }
    check_error(
        "[8] { Linear(4), words: Embedding(9, 4) }",
        "                        ~~~~~~~~~",
        "`Embedding` takes indices from the input of the network, but these are computed\n\
         note: `Linear(4)` on line 1 produces [4]\n\
         help: indices have no derivative: let `words` come first, or behind `Flatten`, `Reshape` or a `Slice` of dimension 0 alone",
    );
    check_error(
        "[8] { Dropout, Flatten, EmbeddingBag(9, 4) }",
        "                        ~~~~~~~~~~~~",
        "`EmbeddingBag` takes indices from the input of the network, but these are computed\n\
         note: `Dropout` on line 1 produces [8]",
    );
    check_error(
        "[2, 8] { Slice(1, 0, 4), Flatten, Embedding(9, 4) }",
        "                                  ~~~~~~~~~",
        "`Embedding` takes indices from the input of the network, but these are computed",
    );
    check_error(
        "[4] { Repeat(3) { EmbeddingBag(9, 4) } }",
        "                  ~~~~~~~~~~~~",
        "`EmbeddingBag` takes indices from the input of the network, but these are computed\n\
         note: inside `Repeat(3)` on line 1",
    );
}
