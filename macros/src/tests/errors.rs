//! Each mistake gets one error, at the narrowest place, with the text to type.

use super::{check_error, errors};

#[test]
fn linear_after_conv_needs_flatten() {
    check_error(
        "[1, 28, 28] { Conv2d(8, kernel = 3), fc1: Linear(10), Relu, Linear(3) }",
        "                                          ~~~~~~     ",
        "`Linear` takes a vector, but receives [8, 26, 26]\n\
         note: `Conv2d(8, kernel = 3)` on line 1 produces [8, 26, 26]\n\
         help: insert `Flatten` before `fc1`",
    );
}

#[test]
fn the_first_layer_is_measured_against_the_input() {
    check_error(
        "[1, 28, 28] { Linear(10) }",
        "              ~~~~~~     ",
        "`Linear` takes a vector, but receives [1, 28, 28]\n\
         note: the input of `Net` on line 1 is [1, 28, 28]",
    );
}

#[test]
fn an_image_layer_after_a_vector() {
    check_error(
        "[28, 28] { Conv2d(8, 3) }",
        "           ~~~~~~       ",
        "`Conv2d` takes [channels, height, width], but receives [28, 28]\n\
         note: the input of `Net` on line 1 is [28, 28]\n\
         help: insert `Reshape([1, 28, 28])` before `Conv2d(8, 3)`",
    );
}

#[test]
fn recurrent_layers_take_sequences() {
    check_error(
        "[12] { Gru(8) }",
        "       ~~~    ",
        "`Gru` takes [length, features], but receives [12]\n\
         note: the input of `Net` on line 1 is [12]\n\
         help: insert `Reshape([12, 1])` before `Gru(8)` for 12 steps of one number",
    );
    check_error(
        "[1, 4, 3] { Lstm(8) }",
        "            ~~~~    ",
        "`Lstm` takes [length, features], but receives [1, 4, 3]\n\
         note: the input of `Net` on line 1 is [1, 4, 3]\n\
         help: insert `Reshape([length, features])` before `Lstm(8)`",
    );
}

#[test]
fn recurrent_layers_have_some_levels() {
    check_error(
        "[4, 3] { Gru(8, layers = 0) }",
        "                         ~",
        "`Gru` cannot have 0 levels\n\
         help: choose a number from 1 to 8, or write several layers behind each other",
    );
    check_error(
        "[4, 3] { Gru(8, layers = 9) }",
        "                         ~",
        "`Gru` cannot have 9 levels",
    );
    check_error(
        "[4, 3] { Gru(8, layers = 9, dropout = 0.5) }",
        "                         ~",
        "`Gru` cannot have 9 levels",
    );
    check_error(
        "[4, 3] { Gru(3, 8) }",
        "             ~",
        "`Gru` infers the size of its input\n\
         help: state only the output: `Gru(8)`",
    );
    check_error(
        "[4, 3] { Gru(8, dropout = 0.5) }",
        "                          ~~~",
        "there is nothing to drop out between the levels of one\n\
         help: add `layers = 2`, or put a layer `Dropout` behind `Gru`",
    );
    check_error(
        "[4, 3] { Rnn(8, nonlinearity = sigmoid) }",
        "                               ~~~~~~~",
        "`nonlinearity` has no choice `sigmoid`\n\
         help: the choices are `tanh` and `relu`",
    );
    check_error(
        "[4, 3] { Gru(8, reset_after = 1) }",
        "                              ~",
        "`reset_after` is `true` or `false`, found `1`",
    );
    check_error(
        "[4, 3] { Gru(8, linear_before_reset = true) }",
        "                ~~~~~~~~~~~~~~~~~~~",
        "`Gru` has no option `linear_before_reset`\n\
         help: did you mean `reset_after`?",
    );
    check_error(
        "[4, 3] { Rnn(0) }",
        "             ~",
        "`hidden` of `Rnn` is 0, but must be at least 1",
    );
}

#[test]
fn positional_encodings_take_sequences() {
    check_error(
        "[12] { PositionalEncoding }",
        "       ~~~~~~~~~~~~~~~~~~",
        "`PositionalEncoding` takes [length, features], but receives [12]\n\
         note: the input of `Net` on line 1 is [12]\n\
         help: insert `Reshape([12, 1])` before `PositionalEncoding` for 12 steps of one number",
    );
    check_error(
        "[4, 3] { PositionalEncoding(dropout = 10) }",
        "                                      ~~",
        "`dropout` is a probability and cannot be 10\n\
         help: for 10 % write `0.1`",
    );
}

#[test]
fn attention_has_heads_that_divide_the_features() {
    check_error(
        "[12] { MultiheadAttention(4) }",
        "       ~~~~~~~~~~~~~~~~~~",
        "`MultiheadAttention` takes [length, features], but receives [12]\n\
         note: the input of `Net` on line 1 is [12]\n\
         help: insert `Reshape([12, 1])` before `MultiheadAttention(4)` for 12 steps of one number",
    );
    check_error(
        "[4, 8] { MultiheadAttention(3) }",
        "                            ~",
        "3 heads do not divide the 8 features that arrive\n\
         note: the input of `Net` on line 1 is [4, 8]\n\
         help: each head works on as many of the features: choose a number that divides them",
    );
    check_error(
        "[4, 8] { MultiheadAttention(0) }",
        "                            ~",
        "`heads` of `MultiheadAttention` is 0, but must be at least 1",
    );
    check_error(
        "[4, 8] { MultiheadAttention(8, 2) }",
        "                            ~",
        "`MultiheadAttention` infers the size of its input\n\
         help: state only the heads: `MultiheadAttention(2)`",
    );
    check_error(
        "[4, 8] { MultiheadAttention(num_heads = 2) }",
        "                            ~~~~~~~~~",
        "`MultiheadAttention` has no option `num_heads`\n\
         help: did you mean `heads`?",
    );
}

#[test]
fn errors_in_parts_of_a_transformer_name_the_layer() {
    check_error(
        "[12] { TransformerEncoderLayer(4) }",
        "       ~~~~~~~~~~~~~~~~~~~~~~~",
        "`TransformerEncoderLayer` takes [length, features], but receives [12]\n\
         note: the input of `Net` on line 1 is [12]\n\
         help: insert `Reshape([12, 1])` before `TransformerEncoderLayer(4)` for 12 steps of one number",
    );
    check_error(
        "[4, 8] { TransformerEncoderLayer(3) }",
        "                                 ~",
        "3 heads do not divide the 8 features that arrive",
    );
    check_error(
        "[4, 8] { TransformerEncoderLayer(2, feedforward = 0) }",
        "                                                  ~",
        "`feedforward` of `TransformerEncoderLayer` is 0, but must be at least 1",
    );
    check_error(
        "[4, 8] { TransformerEncoderLayer(8, 2) }",
        "                                 ~",
        "`TransformerEncoderLayer` infers the size of its input\n\
         help: state only the heads: `TransformerEncoderLayer(2)`",
    );
    check_error(
        "[4, 8] { TransformerEncoderLayer(2, dropout = 10) }",
        "                                              ~~",
        "`dropout` is a probability and cannot be 10\n\
         help: for 10 % write `0.1`",
    );
    check_error(
        "[4, 8] { TransformerEncoderLayer(2, layer_norm_eps = 0.0) }",
        "                                                     ~~~",
        "`eps` keeps a division from zero and cannot be 0",
    );
    check_error(
        "[4, 8] { TransformerEncoderLayer(2, window = 3) }",
        "                                             ~",
        "`window` says how many of the last positions one sees, and needs `causal = true`",
    );
}

#[test]
fn windows_of_attention_are_causal() {
    check_error(
        "[4, 8] { MultiheadAttention(2, window = 3) }",
        "                                        ~",
        "`window` says how many of the last positions one sees, and needs `causal = true`\n\
         help: add `causal = true`, or remove `window`",
    );
    check_error(
        "[4, 8] { MultiheadAttention(2, causal = true, window = 0) }",
        "                                                       ~",
        "`window` of `MultiheadAttention` is 0, but must be at least 1",
    );
    check_error(
        "[4, 8] { MultiheadAttention(2, dropout = 1.5) }",
        "                                         ~~~",
        "`dropout` is a probability and cannot be 1.5\n\
         help: choose a number from 0 to 1",
    );
}

#[test]
fn kernel_larger_than_its_input() {
    check_error(
        "[1, 4, 9] { Conv2d(8, kernel = 7, padding = 1) }",
        "                               ~",
        "the kernel of `Conv2d` covers 7, but the height with its padding is only 6",
    );
    check_error(
        "[1, 3, 3] { Conv2d(8, kernel = 5) }",
        "                               ~",
        "the kernel of `Conv2d` covers 5, but the height and width are only 3\n\
         note: the input of `Net` on line 1 is [1, 3, 3]\n\
         help: use a kernel of at most 3, or more padding",
    );
    check_error(
        "[1, 3, 4] { Conv2d(8, (5, 7), padding = (0, 1)) }",
        "                      ~~~~~~",
        "the kernel of `Conv2d` covers 5×7, but the input with its padding is only 3×6\n\
         note: the input of `Net` on line 1 is [1, 3, 4]\n\
         help: use a kernel of at most (3, 6), or more padding",
    );
    check_error(
        "[1, 4, 9] { Conv2d(8, kernel = 3, dilation = 2) }",
        "                               ~",
        "the kernel of `Conv2d` with its dilation covers 5, but the height is only 4",
    );
}

#[test]
fn groups_must_divide() {
    check_error(
        "[6, 8, 8] { Conv2d(8, kernel = 3, groups = 4) }",
        "                                           ~",
        "4 groups do not divide the 6 channels that arrive",
    );
    check_error(
        "[6, 8, 8] { Conv2d(8, kernel = 3, groups = 3) }",
        "                                           ~",
        "3 groups do not divide the 8 channels that leave",
    );
}

#[test]
fn padding_of_a_pool_is_at_most_half_its_kernel() {
    check_error(
        "[1, 8, 8] { MaxPool2d(3, padding = 2) }",
        "                                   ~",
        "the padding of `MaxPool2d` is 2, more than half of its kernel of 3",
    );
}

#[test]
fn same_padding_has_its_conditions() {
    check_error(
        "[1, 8, 8] { Conv2d(2, 3, stride = 2, padding = same) }",
        "                                               ~~~~",
        "`padding = same` needs a stride of 1",
    );
}

#[test]
fn the_declared_output_is_checked() {
    check_error(
        "[4] -> [10] { Linear(8) }",
        "       ~~~~",
        "the declared output is [10], but the layers produce [8]\n\
         note: `Linear(8)` on line 1 produces [8]\n\
         help: write `-> [8]`, or end with `Linear(10)`",
    );
}

#[test]
fn unknown_layers_are_suggested() {
    check_error(
        "[4] { Liner(8) }",
        "      ~~~~~",
        "there is no layer `Liner`\nhelp: did you mean `Linear`?",
    );
    check_error(
        "[4] { ReLU }",
        "      ~~~~",
        "there is no layer `ReLU`\nhelp: did you mean `Relu`?",
    );
}

#[test]
fn reshape_keeps_the_number_of_elements() {
    check_error(
        "[4, 6] { Reshape([5, 5]) }",
        "                 ~~~~~~",
        "`Reshape` to [5, 5] makes 25 elements of 24",
    );
}

#[test]
fn gates_halve_a_dimension() {
    check_error(
        "[4, 3] { Glu }",
        "         ~~~",
        "`Glu` halves dimension 1 of [4, 3], which is odd\n\
         note: the input of `Net` on line 1 is [4, 3]\n\
         help: produce twice as many as shall come out, or choose another `dim`",
    );
    check_error(
        "[4, 3] { SwiGlu(2) }",
        "                ~",
        "there is no dimension 2 in [4, 3]\n\
         note: the input of `Net` on line 1 is [4, 3]\n\
         help: count the sample's dimensions from 0 to 1",
    );
    check_error(
        "[4, 3] { Glu(dim = N) }",
        "                   ~",
        "`dim` of `Glu` is the number of a dimension, and a literal",
    );
}

#[test]
fn one_root_cause_is_one_error() {
    // The layers behind a mistake are checked against what was probably meant.
    check_error(
        "[1, 28, 28] -> [10] { Conv2d(8), Relu, MaxPool2d(2), Flatten, Linear(10) }",
        "                      ~~~~~~",
        "`Conv2d` needs `kernel`",
    );
    check_error(
        "[1, 8, 8] { Conv2d(8, kernal = 5) }",
        "                      ~~~~~~",
        "`Conv2d` has no option `kernal`\nhelp: did you mean `kernel`?",
    );
    check_error(
        "[1, 8, 8] -> [3] { Conv2d(8, kernel = 9), Flatten, Linear(3) }",
        "                                      ~",
        "the kernel of `Conv2d` covers 9, but the height and width are only 8",
    );
    check_error(
        "[4] -> [2] { Linear(), Relu, Linear(2) }",
        "             ~~~~~~",
        "`Linear` needs `out`",
    );
}

#[test]
fn independent_mistakes_are_all_reported() {
    let errors = errors(
        "[4] -> [3] { Liner(8), Relu(2), a: Linear(0), a: Linear(2, bais = 1), , Linear(-3) }",
    );
    let texts: Vec<&str> = errors
        .iter()
        .map(|(_, text)| text.lines().next().unwrap_or_default())
        .collect();
    assert_eq!(
        texts,
        [
            "expected a layer, found `,`",
            "the label `a` is taken",
            "there is no layer `Liner`",
            "`Relu` takes no arguments",
            "`Linear` has no option `bais`",
            "a size cannot be negative, but this is `-3`",
            "`out` of `Linear` is 0, but must be at least 1",
        ]
    );
}
