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
        "[1, 8, 8] { Conv2d(2, 4, padding = same) }",
        "                                   ~~~~",
        "`padding = same` needs an odd kernel",
    );
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
fn options_are_checked_by_name() {
    check_error(
        "[4] { Linear(8, bais = false) }",
        "                ~~~~",
        "`Linear` has no option `bais`\nhelp: did you mean `bias`?",
    );
    check_error(
        "[4] { Linear(8, momentum = 1) }",
        "                ~~~~~~~~",
        "`Linear` has no option `momentum`\nhelp: its options are `out`, `bias`, `init` and `bias_init`",
    );
    check_error(
        "[4] { Linear(8, bias = false, bias = true) }",
        "                              ~~~~",
        "`bias` is given twice",
    );
    check_error(
        "[4] { Linear(8, out = 3) }",
        "                ~~~",
        "`out` is given twice",
    );
    check_error(
        "[4] { Relu(3) }",
        "           ~",
        "`Relu` takes no arguments\nhelp: remove it",
    );
    check_error(
        "[4] { Softplus(1, 20, 3) }",
        "                      ~",
        "`Softplus` takes only `beta` and `threshold` without a name\nhelp: remove it",
    );
}

#[test]
fn missing_arguments_are_named() {
    check_error(
        "[4] { Linear }",
        "      ~~~~~~",
        "`Linear` needs `out`\nhelp: write `Linear(10)`",
    );
    check_error(
        "[4] { Linear(bias = false) }",
        "      ~~~~~~",
        "`Linear` needs `out`",
    );
    check_error(
        "[1, 8, 8] { Conv2d(8) }",
        "            ~~~~~~",
        "`Conv2d` needs `kernel`\nhelp: write `Conv2d(10, kernel = 3)`",
    );
    check_error(
        "[1, 8, 8] { MaxPool2d }",
        "            ~~~~~~~~~",
        "`MaxPool2d` needs `kernel`\nhelp: write `MaxPool2d(2)`",
    );
}

#[test]
fn values_have_types() {
    check_error(
        "[4] { Linear(8, bias = 3) }",
        "                       ~",
        "`bias` is `true` or `false`, found `3`",
    );
    check_error(
        "[4] { Elu(alpha = true) }",
        "                  ~~~~",
        "`alpha` is a number, found `true`",
    );
    check_error(
        "[4] { Gelu(approximate = tahn) }",
        "                         ~~~~",
        "`approximate` has no choice `tahn`\nhelp: did you mean `tanh`?",
    );
    check_error(
        "[1, 8, 8] { MaxPool2d((2, 2, 2)) }",
        "                      ~~~~~~~~~",
        "`kernel` takes one number or two, found 3",
    );
    check_error(
        "[4] { Dropout(1.5) }",
        "              ~~~",
        "`p` is a probability and cannot be 1.5",
    );
    check_error(
        "[4] { Reshape(4) }",
        "              ~",
        "`shape` is a shape in brackets",
    );
}

#[test]
fn sizes_are_whole_and_positive() {
    check_error(
        "[4] { Linear(0) }",
        "             ~",
        "`out` of `Linear` is 0, but must be at least 1",
    );
    check_error("[0] { Linear(2) }", " ~", "`size` of `input` is 0");
    check_error(
        "[4] { Linear(-1) }",
        "             ~~",
        "a size cannot be negative, but this is `-1`",
    );
    check_error(
        "[4] { Linear(1.5) }",
        "             ~~~",
        "`1.5` is not a size",
    );
    check_error(
        "[4] { Linear(2 - 3) }",
        "             ~~~~~",
        "a size cannot be negative, but this is `2 - 3`",
    );
    check_error(
        "[4] { Linear(Self::N) }",
        "             ~~~~",
        "a size cannot use `Self`",
    );
    check_error(
        "[] { Linear(1) }",
        "~~",
        "a shape has one to eight sizes, this has 0",
    );
}

#[test]
fn every_zero_is_reported_once() {
    let errors = errors(
        "[1, 0, 8] { Conv2d(0, kernel = 3, stride = 0), MaxPool2d(0), Flatten, Linear(0), Reshape([0, 2]), \
         Conv2d(1, (0, 0), dilation = (0, 1), groups = 0), AdaptiveAvgPool2d(0), Prelu(0) }",
    );
    let texts: Vec<&str> = errors.iter().map(|(_, text)| text.as_str()).collect();
    let zero = |name: &str| format!("`{name} is 0, but must be at least 1");
    assert_eq!(
        texts,
        [
            zero("size` of `input`"),
            zero("out` of `Conv2d`"),
            zero("stride` of `Conv2d`"),
            zero("kernel` of `MaxPool2d`"),
            zero("out` of `Linear`"),
            zero("shape` of `Reshape`"),
            "`Conv2d` takes [channels, height, width], but receives [?, 2]\n\
             note: `Reshape([0, 2])` on line 1 produces [?, 2]\n\
             help: insert `Reshape([channels, height, width])` before `Conv2d(1, (0, 0), dilation = (0, 1), groups = 0)`".into(),
            zero("kernel` of `Conv2d`"),
            zero("dilation` of `Conv2d`"),
            zero("groups` of `Conv2d`"),
            zero("out` of `AdaptiveAvgPool2d`"),
            zero("num_parameters` of `Prelu`"),
        ]
    );
}

#[test]
fn what_no_memory_holds_is_reported() {
    check_error(
        "[1048576, 1048577] { Relu }",
        "~~~~~~~~~~~~~~~~~~",
        "this shape is larger than any memory",
    );
    check_error(
        "[1, 1048576, 1048576] { Conv2d(8, 1), Relu }",
        "                        ~~~~~~",
        "`Conv2d` puts out [8, 1048576, 1048576], more than any memory holds",
    );
    check_error(
        "[1099511627776] { Linear(1099511627776), Relu }",
        "                  ~~~~~~",
        "`Linear` has more parameters than any memory holds",
    );
    check_error(
        "[4] { Linear(3 / 0) }",
        "             ~~~~~",
        "`3 / 0` divides by zero",
    );
}

#[test]
fn initialisations_are_checked() {
    check_error(
        "[4] { Linear(2, init = kaiming_unifrm) }",
        "                       ~~~~~~~~~~~~~~",
        "there is no initialisation `kaiming_unifrm`\nhelp: did you mean `kaiming_uniform`?",
    );
    check_error(
        "[4] { Linear(2, init = normal(mean = 0.0)) }",
        "                       ~~~~~~~~~~~~~~~~~~",
        "`normal` needs `std`",
    );
    check_error(
        "[4] { Linear(2, init = kaiming_normal(mode = out)) }",
        "                                             ~~~",
        "`mode` is `fan_in` or `fan_out`, found `out`",
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
fn norms_name_the_right_one() {
    check_error(
        "[3, 8, 8] { BatchNorm1d }",
        "            ~~~~~~~~~~~",
        "`BatchNorm1d` takes a vector or [channels, length]",
    );
    check_error(
        "[8] { BatchNorm2d }",
        "      ~~~~~~~~~~~",
        "`BatchNorm2d` takes [channels, height, width], but receives [8]",
    );
    check_error(
        "[3, 4] { Softmax(2) }",
        "                 ~",
        "there is no dimension 2 in [3, 4]",
    );
    check_error(
        "[3, 4] { Prelu(4) }",
        "               ~",
        "`Prelu` has 1 slope, or one for each of the 3 channels, not 4",
    );
    check_error(
        "[3, 4] { Scale(4) }",
        "               ~",
        "`Scale` has 1 factor, or one for each of the 3 channels, not 4\n\
         note: the input of `Net` on line 1 is [3, 4]\n\
         help: write 1 or 3",
    );
    check_error(
        "[3, 4] { Snake(init = 0.0) }",
        "                      ~~~",
        "`init` is a frequency that is trained, and stays 0 when it starts as 0",
    );
}

#[test]
fn norms_of_samples_fit_what_arrives() {
    check_error(
        "[3, 4] { LayerNorm(dims = 3) }",
        "                          ~",
        "[3, 4] has no 3 dimensions to normalise over\n\
         note: the input of `Net` on line 1 is [3, 4]\n\
         help: choose `dims` from 1 to 2",
    );
    check_error(
        "[3] { RmsNorm(dims = 2) }",
        "                     ~",
        "[3] has no 2 dimensions to normalise over\n\
         note: the input of `Net` on line 1 is [3]\n\
         help: leave `dims` out: there is one",
    );
    check_error(
        "[3, 4] { LayerNorm(dims = N) }",
        "                          ~",
        "`dims` of `LayerNorm` is a number of dimensions, and a literal",
    );
    check_error(
        "[3, 4] { LayerNorm(4) }",
        "                   ~",
        "`LayerNorm` takes its arguments by name",
    );
    check_error(
        "[3, 4] { LayerNorm(elementwise_affine = false) }",
        "                   ~~~~~~~~~~~~~~~~~~",
        "`LayerNorm` has no option `elementwise_affine`\nhelp: did you mean `affine`?",
    );
    check_error(
        "[3, 4] { LayerNorm(eps = 0.0) }",
        "                         ~~~",
        "`eps` keeps a division from zero and cannot be 0",
    );
    check_error(
        "[6, 4] { GroupNorm }",
        "         ~~~~~~~~~",
        "`GroupNorm` needs `groups`\nhelp: write `GroupNorm(4)`",
    );
    check_error(
        "[6, 4] { GroupNorm(4) }",
        "                   ~",
        "4 groups do not divide the 6 channels that arrive\n\
         note: the input of `Net` on line 1 is [6, 4]\n\
         help: choose a number of groups that divides them",
    );
    check_error(
        "[6] { InstanceNorm1d }",
        "      ~~~~~~~~~~~~~~",
        "`InstanceNorm1d` takes [channels, length], but receives [6]\n\
         note: the input of `Net` on line 1 is [6]\n\
         help: use `LayerNorm`",
    );
    check_error(
        "[6, 4] { InstanceNorm2d }",
        "         ~~~~~~~~~~~~~~",
        "`InstanceNorm2d` takes [channels, height, width], but receives [6, 4]\n\
         note: the input of `Net` on line 1 is [6, 4]\n\
         help: use `InstanceNorm1d`",
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
fn limits_are_in_order() {
    check_error(
        "[4] { Clamp }",
        "      ~~~~~",
        "`Clamp` needs `min`, `max` or both\nhelp: write `Clamp(0.0, 1.0)`, or `Clamp(max = 1.0)`",
    );
    check_error(
        "[4] { Clamp(1, -1) }",
        "               ~~",
        "`max` must not be less than `min`, 1",
    );
    check_error(
        "[4] { ClippedRelu(0) }",
        "                  ~",
        "`max` of `ClippedRelu` must be greater than 0, and is 0",
    );
    check_error(
        "[4] { SquaredClippedRelu(max = -1.5) }",
        "                               ~~~~",
        "`max` of `SquaredClippedRelu` must be greater than 0, and is -1.5",
    );
    check_error(
        "[4] { Threshold(0.5) }",
        "      ~~~~~~~~~",
        "`Threshold` needs `value`\nhelp: write `Threshold(0.0, 0.0)`",
    );
}

#[test]
fn a_bias_is_not_orthogonal() {
    check_error(
        "[4] { Linear(4, init = orthogonal, bias_init = orthogonal(gain = 2.0)) }",
        "                                               ~~~~~~~~~~~~~~~~~~~~~~",
        "`orthogonal` starts matrices, and a bias is a vector",
    );
}

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
         `Multiply`, `Concat` and `Heads`",
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
        "[4] { Heads { a: { Heads { c: { Linear(2) } } }, b: { Linear(1) } } }",
        "              ~",
        "a head puts out an array, but `a` puts out { c: [2] }",
    );
    check_error(
        "[4] -> [3] { Heads { a: { Linear(2) }, b: { Linear(1) } } }",
        "       ~~~",
        "the declared output is [3], but the layers produce { a: [2], b: [1] }",
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
