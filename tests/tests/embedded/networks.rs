//! Networks with every layer that has weights, for whoever declares them: `embedded` with weights built in,
//! `embedded_files` without, to write the files.

/// What the type of a layer knows and the macro does not.
pub(crate) const WIDTH: usize = 3;

/// Calls a macro with name, file and declaration of each.
macro_rules! with_networks {
    ($declare:ident) => {
        $declare! {
            Images, "weights/images.safetensors": {
                : [2, 8, 8] -> [3] {
                    conv: Conv2d(4, kernel = (3, 2), groups = 2, padding = 1), BatchNorm2d, Prelu(4),
                    stage: Repeat(2) {
                        Residual { conv: Conv2d(4, 3, padding = 1, bias = false), norm: BatchNorm2d(affine = false), Relu },
                    },
                    up: ConvTranspose2d(6, kernel = 2, stride = 2, groups = 2), GroupNorm(3), Scale, MaxPool2d(3),
                    Concat { left: { Conv2d(2, 1), InstanceNorm2d(affine = true) } right: { AvgPool2d(1) } },
                    LayerNorm(dims = 2), Flatten,
                    norm: BatchNorm1d, fc: Linear(2 * WIDTH), r#final: Linear(WIDTH, bias = false), RmsNorm,
                }
            }
            Sequences, "weights/sequences.safetensors": {
                : [5] -> [2] {
                    words: Embedding(7, 4), PositionalEncoding(learned = true),
                    block: TransformerEncoderLayer(2, feedforward = 6), MultiheadAttention(2, bias = false),
                    lstm: Lstm(3, layers = 2, bidirectional = true), gru: Gru(4),
                    old: Gru(WIDTH, reset_after = false, bias = false), Rnn(4), Linear(5),
                    Permute([1, 0]), Conv1d(3, kernel = 2, causal = true), Snake, ConvTranspose1d(2, kernel = 2, groups = 1),
                    LayerNorm(bias = false), Flatten,
                    first: Linear(12), Tanh, tied(first), Linear(2),
                }
            }
            Tied, "weights/tied.safetensors": {
                : [6] -> [6] { encoder: Linear(4), Tanh, tied(encoder, transposed = true), }
            }
            Heads, "weights/heads.safetensors": {
                : { words: [3], rest: [2] } {
                    Bilinear(4) { { words, EmbeddingBag(5, 3) } { rest, Linear(2) } },
                    Heads { policy: { Linear(2), Softmax }, value: { fc: Linear(1) } }
                }
            }
            Features, "weights/features.safetensors": {
                : [4] -> [1] { features: SparseLinear(9, 8), ClippedRelu, Linear(1) }
            }
        }
    };
}
pub(crate) use with_networks;
