//! Mistakes in blocks: the error is at the layer inside, and names the block.

use super::check_error;

#[test]
fn blocks_say_what_exists() {
    check_error(
        "[4] { Residul { Linear(4) } }",
        "      ~~~~~~~",
        "`Residul { … }` is not a block of layers that exists\nhelp: did you mean `Residual`?",
    );
    check_error(
        "[4] { Parallel { Linear(4) } }",
        "      ~~~~~~~~",
        "`Parallel { … }` is not a block of layers that exists\nhelp: the blocks are `Residual`, `Repeat`, `Add`, \
         `Multiply`, `Concat`, `Bilinear` and `Heads`",
    );
}

#[test]
fn blocks_must_fit() {
    check_error(
        "[4] { block1: Residual { Linear(8), Relu } }",
        "              ~~~~~~~~",
        "`Residual` adds its input [4] to [8], which its layers put out\n\
         note: `Relu` on line 1 produces [8]\n\
         note: the input of `Net` on line 1 is [4]\n\
         help: let the layers put out [4], or project the input: `Residual(project = …) { … }`",
    );
    check_error(
        "[4] { Residual(project = Linear(6)) { Linear(8) } }",
        "      ~~~~~~~~",
        "`Residual` adds [6], which `project` puts out, to [8], which its layers put out",
    );
    check_error(
        "[4] { Add { { Linear(8) } { Linear(6) } } }",
        "      ~~~",
        "the branches of `Add` put out [8] and [6], but must agree",
    );
    check_error(
        "[2, 4, 4] { Concat { { Conv2d(3, 1) } { MaxPool2d(2) } } }",
        "            ~~~~~~",
        "the branches of `Concat` put out [3, 4, 4] and [2, 2, 2], which differ not only in dimension 0",
    );
    check_error(
        "[4] { Concat(dim = 1) { {} { Linear(6) } } }",
        "      ~~~~~~",
        "there is no dimension 1 among 1",
    );
    check_error(
        "[4] { Repeat(2) { Linear(8) } }",
        "      ~~~~~~",
        "`Repeat` needs layers that put out what they take, but these take [4] and put out [8]",
    );
    check_error(
        "[4] { Repeat(2) { Linear(4), Linear(4, bais = false) } }",
        "                                       ~~~~",
        "`Linear` has no option `bais`\nhelp: did you mean `bias`?",
    );
}

#[test]
fn an_error_inside_a_block_names_the_block() {
    check_error(
        "[1, 4, 4] { block1: Residual { Linear(8) } }",
        "                               ~~~~~~",
        "`Linear` takes a vector, but receives [1, 4, 4]\n\
         note: inside `block1: Residual` on line 1\n\
         note: the input of `Net` on line 1 is [1, 4, 4]",
    );
}

#[test]
fn heads_end_a_network() {
    check_error(
        "[4] { Heads { a: { Linear(2) }, b: { Linear(1) } }, Relu }",
        "                                                    ~~~~",
        "`Relu` follows `Heads`, which ends a network\nhelp: move it into the heads",
    );
    check_error(
        "[4] { Heads { { Linear(2) }, b: { Linear(1) } } }",
        "              ~~~~~~~~~~~~~",
        "a head needs a name, which becomes a field of the output",
    );
    check_error(
        "[4] { Heads { a: { self::Gain }, b: { Linear(1) } } }",
        "              ~",
        "a head puts out an array, but `a` puts out the output of `self::Gain`",
    );
    check_error(
        "[4] -> [3] { Heads { a: { Linear(2) }, b: { Linear(1) } } }",
        "       ~~~",
        "the declared output is [3], but the layers produce { a: [2], b: [1] }",
    );
    check_error(
        "[4] { Heads { a: { Residual { Heads { c: {} } } }, b: {} } }",
        "                   ~~~~~~~~",
        "`Residual` goes on behind `Heads`, which ends a network\n\
         note: `Heads` on line 1 produces { c: [4] }\n\
         help: move the block into the heads, or `Heads` behind the block",
    );
    check_error(
        "[4] { a: Linear(4), Heads { a: { Linear(2) }, b: {} } }",
        "                            ~",
        "the label `a` is taken",
    );
}

#[test]
fn blocks_say_what_they_take() {
    check_error(
        "[4] { Residual {} }",
        "               ~~",
        "`Residual` needs at least one layer",
    );
    check_error(
        "[4] { Repeat { Linear(4) } }",
        "      ~~~~~~",
        "`Repeat` needs to know how often",
    );
    check_error(
        "[4] { Repeat(0) { Linear(4) } }",
        "             ~",
        "`count` of `Repeat` is 0, but must be at least 1",
    );
    check_error(
        "[4] { Repeat(N) { Linear(4) } }",
        "             ~",
        "`Repeat` needs a literal number",
    );
    check_error(
        "[4] { Add { { Linear(4) } } }",
        "      ~~~",
        "`Add` needs at least two branches",
    );
    check_error(
        "[4] { Add { Linear(4), Relu } }",
        "            ~~~~~~",
        "`Add` holds branches, each in braces",
    );
    check_error(
        "[4] { Residual(Linear(4)) { Linear(4) } }",
        "               ~~~~~~",
        "`Residual` takes `project = …` and nothing else",
    );
}
