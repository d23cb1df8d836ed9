//! `tied(label)`: whose weights, and whether they fit.

use super::{check_error, network};

#[test]
fn the_layer_is_that_of_the_label() {
    let output = |source| network(source).output().to_string();
    assert_eq!(output("[4] { a: Linear(4), Relu, tied(a) }"), "[4]");
    assert_eq!(
        output("[7] { a: Linear(3), tied(a, transposed = true) }"),
        "[7]"
    );
    assert_eq!(
        output("[5] { a: Embedding(9, 4), tied(a, transposed = true) }"),
        "[5, 9]"
    );
    // The nearest body around has it.
    let tied = network("[4] { a: Linear(4), Residual { a: Linear(4), tied(a) }, tied(a) }");
    let field = |index: usize| tied.layers[index].field.as_ref().unwrap().to_string();
    assert_eq!([field(2), field(4)], ["residual1.a", "a"]);
}

#[test]
fn there_is_a_label_and_weights() {
    check_error(
        "[4] { encoder: Linear(4), tied(encodr) }",
        "                               ~~~~~~",
        "there is no layer labelled `encodr` before this one\nhelp: did you mean `encoder`?",
    );
    check_error(
        "[4] { tied(a), a: Linear(4) }",
        "           ~",
        "there is no layer labelled `a` before this one\nhelp: label it: `a: Linear(…)`",
    );
    check_error(
        "[4] { a: Linear(4), tied }",
        "                    ~~~~",
        "`tied` takes the label of a layer before it\n\
         help: write as in `encoder: Linear(32), …, again: tied(encoder)`",
    );
    check_error(
        "[4] { a: Relu, tied(a) }",
        "                    ~",
        "`a` has no weights to share\nnote: it is `Relu` on line 1",
    );
    check_error(
        "[4] { a: BatchNorm1d, tied(a) }",
        "                           ~",
        "`a` keeps statistics of what it sees, which two layers cannot share\n\
         note: it is `BatchNorm1d` on line 1",
    );
    check_error(
        "[4, 2] { a: Gru(2, layers = 2), tied(a) }",
        "                                     ~",
        "`a` is laid out in several layers, which cannot be tied as one\n\
         note: it is `Gru(2, layers = 2)` on line 1",
    );
    check_error(
        "[4] { a: Residual { Linear(4) }, tied(a) }",
        "                                      ~",
        "`a` is a block, and only layers are tied\nnote: it is `Residual` on line 1",
    );
    check_error(
        "[2, 4] { a: TransformerEncoderLayer(2), tied(a) }",
        "                                             ~",
        "`a` is laid out in several layers, or stands in another block\n\
         note: it is `TransformerEncoderLayer(2)` on line 1",
    );
    check_error(
        "[4] { a: Linear(4), b: tied(a), tied(b) }",
        "                                     ~",
        "`b` is tied itself\nnote: it is `tied(a)` on line 1\n\
         help: tie to the layer that has the weights: `a`",
    );
}

#[test]
fn weights_fit_what_arrives() {
    check_error(
        "[4] { a: Linear(3), tied(a) }",
        "                    ~~~~",
        "`a` takes [4] where it has its weights, and [3] here\n\
         note: `Linear(3)` on line 1 produces [3]\n\
         help: tied layers take values of one size; `transposed = true` goes the other way",
    );
    check_error(
        "[4] { a: Linear(3), Linear(5), tied(a, transposed = true) }",
        "                               ~~~~",
        "`tied(a, transposed = true)` has the other layer's weights transposed and takes 3 numbers, but receives [5]\n\
         note: `Linear(5)` on line 1 produces [5]",
    );
    check_error(
        "[2, 9] { a: Conv1d(2, 3), tied(a, transposed = true) }",
        "                               ~",
        "only the weights of `Linear` and `Embedding` can be transposed, and `a` is `Conv1d(2, 3)`\n\
         help: write `tied(a)` to use the same layer again",
    );
    check_error(
        "[4] { a: Linear(4), tied(a, bias = false) }",
        "                                   ~~~~~",
        "behind the label, `tied` takes `transposed = true` alone\n\
         help: everything else is that of the layer with this label",
    );
}
