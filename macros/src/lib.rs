//! The `network!` macro of [chainrule](https://docs.rs/chainrule), which re-exports and documents it.
//!
//! A small compiler: parse, lower, passes, code generation. The files read in that order.

#![forbid(unsafe_code)]

mod catalogue;
mod codegen;
mod diagnostics;
mod fallback;
mod lower;
mod model;
mod passes;
mod shape;
mod size;
mod suggest;
mod syntax;
#[cfg(test)]
mod tests;
mod weights;

use diagnostics::Diagnostics;
use proc_macro2::TokenStream;

/// Declares a network: a type, its forward function and its unrolled backward function, from a list of layers.
///
/// ```ignore
/// network! {
///     /// LeNet-5 for 28×28 grey images.
///     #[derive(Debug)]
///     pub struct LeNet5: [1, 28, 28] -> [10] {
///         conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
///         conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
///         Flatten,
///         fc1: Linear(120), Relu,
///         fc2: Linear(84), Relu,
///         head: Linear(10),
///     }
///     budget { parameters <= 62_000, inference_bytes <= 32 KiB }
/// }
/// ```
///
/// # Declaration
///
/// - `[1, 28, 28]` is the shape of one input sample: one to eight sizes, outermost first, without the batch; or several,
///   `{ state: [8], action: [2] }`, see below. Layers state only what they put out; every other size is inferred. `-> [10]` is optional, and checked.
/// - A size is a literal, a size parameter, or a `const` expression of type `usize`: `Linear(2 * WIDTH)`.
/// - `label:` names the field (`net.conv1.weight`), the saved tensors (`conv1.weight`) and the row of the summary. A
///   layer with parameters and no label is called by kind and number: `linear2`. A keyword of Rust is written
///   `r#type:`.
/// - Documentation and attributes are those of the struct; `#[cfg(…)]` and derives also go to the types of its
///   parameters and buffers. `Clone` and `Copy` are always there.
/// - The scalar is `f32`. `#[network(scalar = f64)]` or a type parameter changes that.
/// - `#[network(export_c)]` exports the network to C, see below. `#[network(test)]` makes a `#[test]` of the crate, `le_net5_self_test`,
///   which compares every gradient with differences: `chainrule::Network::self_test`. It stands in a module, not in a function, and
///   needs a network without generic parameters and the feature `alloc`. Options stand together: `#[network(scalar = f64, export_c, test)]`.
/// - Every label of a layer or block with parameters is a constant, `LeNet5::FC1`, with which optimizers set hyperparameters of
///   its own for it, or freeze it: see `chainrule::Group`. Two labels that would be one constant are an error.
///
/// # Layers
///
/// The options have PyTorch's names, meanings and defaults. Those before `;` may stand without their names, in this
/// order. A pair is one number for both, or `(height, width)`.
///
/// | layer | input → output | options |
/// |---|---|---|
/// | `Linear` | `[in]` → `[out]`, `[l, in]` → `[l, out]` | `out; bias = true, init = default, bias_init = default` |
/// | `Bilinear` | two vectors `[in1]`, `[in2]` → `[out]` | `out; bias = true, init = default, bias_init = default`, and two branches: `Bilinear(16) { { Linear(8) } { Linear(4) } }` |
/// | `Conv1d` | `[c, l]` → `[out, l']` | `out, kernel; stride = 1, padding = 0` (or `same`, `valid`)`, dilation = 1, groups = 1, bias = true, causal = false` (pads before the input alone)`, init = default, bias_init = default` |
/// | `Conv2d` | `[c, h, w]` → `[out, h', w']` | `out, kernel; stride = 1, padding = 0` (or `same`, `valid`)`, dilation = 1, groups = 1, bias = true, init = default, bias_init = default` |
/// | `ConvTranspose1d` | `[c, l]` → `[out, l']` | `out, kernel; stride = 1, padding = 0, output_padding = 0, dilation = 1, groups = 1, bias = true, init = default, bias_init = default` |
/// | `ConvTranspose2d` | `[c, h, w]` → `[out, h', w']` | `out, kernel; stride = 1, padding = 0, output_padding = 0, dilation = 1, groups = 1, bias = true, init = default, bias_init = default` |
/// | `MaxPool1d` | `[c, l]` → `[c, l']` | `kernel, stride = kernel; padding = 0, dilation = 1, ceil_mode = false` |
/// | `AvgPool1d` | `[c, l]` → `[c, l']` | `kernel, stride = kernel; padding = 0, ceil_mode = false, count_include_pad = true` |
/// | `MaxPool2d` | `[c, h, w]` → `[c, h', w']` | `kernel, stride = kernel; padding = 0, dilation = 1, ceil_mode = false` |
/// | `AvgPool2d` | `[c, h, w]` → `[c, h', w']` | `kernel, stride = kernel; padding = 0, ceil_mode = false, count_include_pad = true` |
/// | `AdaptiveAvgPool1d`, `AdaptiveMaxPool1d` | `[c, l]` → `[c, l']` | `out` |
/// | `AdaptiveAvgPool2d`, `AdaptiveMaxPool2d` | `[c, h, w]` → `[c, h', w']` | `out` (a pair) |
/// | `GlobalAvgPool`, `GlobalMaxPool` | `[c, …]` → `[c]` | |
/// | `Flatten` | any → one dimension | |
/// | `Reshape` | any → as many elements | `shape`, as in `Reshape([1, 28, 28])` |
/// | `Transpose` | `[a, b]` → `[b, a]` | |
/// | `Permute` | any → the dimensions in another order | `dims`, as in `Permute([2, 0, 1])` |
/// | `Slice` | any → a range of one dimension | `dim, start = 0, end = ` the size; the sample's dimensions count from 0 |
/// | `Pad` | `[c, l]` → `[c, l']`, `[c, h, w]` → `[c, h', w']` | `padding` (one number, `(left, right)` of a sequence, `(left, right, top, bottom)` of an image)`; mode = zeros` (or `reflect`, `replicate`) |
/// | `PixelShuffle` | `[c·r², h, w]` → `[c, r·h, r·w]` | `upscale_factor` |
/// | `Upsample` | `[c, l]` → `[c, s·l]`, `[c, h, w]` → `[c, s·h, t·w]` | `scale` (of an image a pair)`; mode = nearest` (or `linear` of a sequence, `bilinear` of an image)`, align_corners = false` |
/// | `Dropout` | any, kept | `p = 0.5` |
/// | `Embedding` | `[l]` → `[l, d]` | `num_embeddings, embedding_dim; padding_idx = ` none`, init = normal(0.0, 1.0)` |
/// | `EmbeddingBag` | `[l]` → `[d]` | `num_embeddings, embedding_dim; mode = mean` (or `sum`)`, padding_idx = ` none`, init = normal(0.0, 1.0)` |
/// | `SparseLinear` | `[l]` → `[out]` | `features, out; bias = true, init = default, bias_init = default` |
/// | `BatchNorm1d` | `[c]` or `[c, l]`, kept | `; eps = 1e-5, momentum = 0.1, affine = true` |
/// | `BatchNorm2d` | `[c, h, w]`, kept | `; eps = 1e-5, momentum = 0.1, affine = true` |
/// | `LayerNorm` | any, kept | `; dims = 1` (how many of the last dimensions)`, eps = 1e-5, affine = true, bias = true` |
/// | `RmsNorm` | any, kept | `; dims = 1, eps = 1e-5, affine = true` |
/// | `GroupNorm` | `[c, …]`, kept | `groups; eps = 1e-5, affine = true` |
/// | `InstanceNorm1d` | `[c, l]`, kept | `; eps = 1e-5, affine = false` |
/// | `InstanceNorm2d` | `[c, h, w]`, kept | `; eps = 1e-5, affine = false` |
/// | `Softmax`, `LogSoftmax` | any, kept | `dim = ` the last; the sample's dimensions count from 0 |
/// | `Rnn` | `[l, f]` → `[l, hidden]`; with `last` `[hidden]`; in both directions `[l, 2·hidden]` or `[2·hidden]` | `hidden; nonlinearity = tanh` (or `relu`)`, layers = 1, bidirectional = false, bias = true, dropout = 0.0, last = false` |
/// | `Gru` | as `Rnn` | `hidden; reset_after = true` (with `false` the gate `r` acts before the weights, the formula of Cho et al. 2014)`, layers = 1, bidirectional = false, bias = true, dropout = 0.0, last = false` |
/// | `Lstm` | as `Rnn` | `hidden; layers = 1, bidirectional = false, bias = true, dropout = 0.0, last = false` |
/// | `PositionalEncoding` | `[l, f]`, kept | `; learned = false` (adds sinusoids, or trained vectors)`, dropout = 0.0` |
/// | `MultiheadAttention` | `[l, f]`, kept | `heads; causal = false` (with `true` a position does not see later ones)`, bias = true, dropout = 0.0, window = ` all (how many positions one sees, with `causal`, itself among them) |
/// | `TransformerEncoderLayer` | `[l, f]`, kept | `heads; feedforward = 2048, dropout = 0.1, activation = relu` (or `gelu`)`, norm_first = false, layer_norm_eps = 1e-5, causal = false, window = ` all |
/// | `Prelu` | any, kept | `num_parameters = 1` (or the first dimension)`; init = 0.25` |
/// | `Scale` | any, kept | `num_parameters = 1` (or the first dimension)`; init = 1.0` |
/// | `Snake` | any, kept | `num_parameters = ` the first dimension (or 1)`; init = 1.0` |
/// | `Glu`, `SwiGlu` | any → half of one dimension | `dim = ` the last; the sample's dimensions count from 0 |
/// | `Relu`, `Relu6`, `Selu`, `Silu`, `Mish`, `Hardswish`, `Hardsigmoid`, `Sigmoid`, `LogSigmoid`, `Tanh`, `Softsign`, `Tanhshrink`, `Square` | any, kept | |
/// | `LeakyRelu` | any, kept | `negative_slope = 0.01` |
/// | `Elu`, `Celu` | any, kept | `alpha = 1.0` |
/// | `Gelu` | any, kept | `; approximate = none` (or `tanh`) |
/// | `Hardtanh` | any, kept | `min_val = -1.0, max_val = 1.0` |
/// | `Threshold` | any, kept | `threshold, value` |
/// | `Clamp` | any, kept | `min, max`, of which one may be left out, as in `Clamp(max = 1.0)` |
/// | `ClippedRelu`, `SquaredClippedRelu` | any, kept | `max = 1.0` |
/// | `Softplus` | any, kept | `beta = 1.0, threshold = 20.0` |
/// | `Softshrink` | any, kept | `lambda = 0.5` |
///
/// `init` and `bias_init` are one of `default` (the layer's own rule, as PyTorch's), `zeros`, `ones`, `constant(0.1)`,
/// `uniform(-0.1, 0.1)`, `normal(0.0, 0.02)`, `kaiming_uniform(a = 0.0, mode = fan_in)`,
/// `kaiming_normal(a = 0.0, mode = fan_in)`, `xavier_uniform(gain = 1.0)`, `xavier_normal(gain = 1.0)` and
/// `orthogonal(gain = 1.0)`; what stands behind `=` here is the default, and `mode` may be `fan_out`.
///
/// A recurrent layer with several levels or both directions has a field for each, `net.lstm.l0`, `net.lstm.l0_reverse`, and
/// PyTorch's names of tensors, `lstm.weight_ih_l0_reverse`. `dropout` acts between levels, so it needs two. `Linear` behind a
/// layer of one's own takes `[in]` alone.
///
/// The inputs of `Embedding`, `EmbeddingBag` and `SparseLinear` are indices, which have no derivative. So they are those of the network,
/// behind `Flatten`, `Reshape` or a `Slice` of dimension 0 at most, and may be given as an array of `u8`, `u16` or `u32`.
/// What is no index is an error in training and gives zeros in inference. A network that begins with `SparseLinear` implements
/// `chainrule::SparseNetwork`: its first layer can be kept up to date while features come and go.
///
/// `TransformerEncoderLayer` is laid out from its parts, which are fields, `net.layer1.self_attn`, with PyTorch's names of
/// tensors, `layer1.self_attn.out_proj.weight`, `layer1.linear1.weight`, `layer1.norm2.bias`.
///
/// # Blocks
///
/// A block stands where a layer may stand, and its braces hold layers and blocks.
///
/// | block | what comes out |
/// |---|---|
/// | `Residual { … }` | what the layers put out, plus what the block takes |
/// | `Residual(project = …) { … }` | the same, with a layer of its own (or `{ … }`, several) on the way around |
/// | `Repeat(3) { … }` | the layers three times, each time with weights of their own; they put out what they take |
/// | `Add { { … } { … } }` | the sum of the branches, which all take what the block takes |
/// | `Multiply { { … } { … } }` | their product, element by element: a gate |
/// | `Concat(dim = 0) { { … } { … } }` | one behind the other in a dimension; those of the sample count from 0, which is the default |
/// | `Heads { policy: { … }, value: { … } }` | a struct `NetOutput` with a field for each head; it ends the network, which states no output; a tuple with a loss for each trains it. A head may end with `Heads`: a struct `NetOutputPolicy` in the struct, a tuple in the tuple |
///
/// An empty branch passes on what the block takes. The labels of blocks and branches become a path: in
///
/// ```ignore
/// stage1: Repeat(2) { Residual { conv: Conv2d(16, 3, padding = 1), Relu } },
/// gate: Multiply { value: { Linear(8) } open: { Linear(8), Sigmoid } },
/// ```
///
/// the fields are `net.stage1[0].residual1.conv` and `net.gate.open.linear1`, and the saved tensors
/// `stage1.0.residual1.conv.weight` and `gate.open.linear1.weight`, as PyTorch names nested modules. Each block has a type of
/// its own: `NetStage1Parameters`. The branches of `Bilinear` are fields beside its own: `net.bilinear1`, `net.branch1`. The projection is called `project`, and the heads are fields of the network: `net.policy`.
///
/// # Several inputs
///
/// ```ignore
/// pub struct Critic: { state: [8], action: [2] } -> [1] {
///     Concat { { state, Linear(32), Relu } { action } },
///     Linear(1),
/// }
/// ```
///
/// Inputs with names become fields of a struct, `CriticInput { state, action }`, which is what `forward` and all else take
/// for a sample, and what gradients of inputs come in. The name of an input stands first in a body, of the network or of a
/// branch, and is what its layers take. Every input is taken, as often as one likes. Where there are several, nothing
/// takes all of them.
///
/// # Frozen layers
///
/// ```ignore
/// encoder: Encoder(freeze),
/// stage: Residual(freeze) { Conv2d(16, 3, padding = 1), BatchNorm2d, Relu },
/// fc1: Linear(64, freeze), Relu,
/// head: Linear(10),
/// ```
///
/// `freeze` among the arguments of a layer, a block or a network that is a layer (or `freeze = true`; to a layer of one's own `freeze = …` is a
/// field like others) keeps its parameters as they are loaded or initialised. No gradient is computed for them, nor any way back where nothing before
/// them trains; their gradients are zero, and no optimizer moves them, also not by weight decay or momentum. What is frozen runs in training
/// as in inference: a batch norm uses its running statistics and leaves them, and in frozen blocks and networks dropout is off. In PyTorch
/// that is `requires_grad_(False)` and `eval()`. What an optimizer freezes while a program runs (`adam.freeze(LeNet5::FC1)`) is as `requires_grad_(False)` alone. A `tied` layer is frozen
/// with the one whose weights it has; in `Bilinear(16, freeze)` the branches are not. Layers with neither parameters nor statistics have nothing to freeze.
///
/// # Layers of one's own
///
/// A path that is no built-in layer is a type in scope that implements `chainrule::Layer`. Its configuration is
/// `Default::default()` for `Gain<8>`, the fields of a tuple struct for `Gain<8>(2.0)`, and
/// `Warp { gain: 2.0, ..Default::default() }` for `my::Warp(gain = 2.0)`. A type with the name of a built-in layer is
/// written `self::Linear`.
///
/// # Networks as layers
///
/// A declared network stands in another one by its type: `encoder: Encoder`, `Decoder<5>`. Its fields are fields of that
/// field, `net.encoder.fc1`, and its tensors bear their own names behind the label, `encoder.fc1.weight`. It has the scalar of
/// the network around it. As for layers of one's own, its sizes are the compiler's to know; `Flatten` and the like behind it
/// work where the network around has no generic parameters. In a network that is generic over its scalar none can stand.
///
/// # Shared weights
///
/// `again: tied(encoder)` is the layer `encoder` once more, with the same weights, which are trained by what both contribute;
/// `tied(encoder, transposed = true)` is the product with the transposed matrix of a `Linear` or an `Embedding`, without its
/// bias: the decoder of an autoencoder, the scores of a language model. The label is that of a layer before it, in the same
/// body or one around it, which keeps no statistics, is no block, and is not laid out in several layers. What is saved is saved once, under the name of the first.
///
/// ```ignore
/// encoder: Linear(32), Tanh, tied(encoder, transposed = true), Sigmoid,
/// ```
///
/// # Generic networks
///
/// `pub struct Policy<const H: usize>: [4] -> [2] { Linear(H), Tanh, Linear(2) }` and
/// `pub struct Net<T>: [3] -> [1] { … }`: parameters are sizes of type `usize`, and at most one type, the scalar. Stable
/// Rust cannot compute with generic sizes, so they may flow through layers but not through arithmetic: `Flatten` of
/// `[H, 4]`, or `Linear(2 * H)`, is an error that says what to write instead. For the same reason, what a user's layer
/// that names a parameter of the network puts out may only go to layers that keep its shape.
///
/// # Streams
///
/// A network whose input has a dimension of time, [length, features] or [channels, length], and whose output at a step
/// depends on nothing later, runs one time step at a time, too: `net.stream()`. Nothing is declared for it. Indices
/// `[length]` for an `Embedding` come one by one, as `[1]`. What needs the whole sequence (`bidirectional`, a convolution or
/// attention that is not `causal`, a pool) is an error where `stream` is called, and says which layer it is. Behind
/// `last = true` there is an output at every step. Attention without a `window` sees as many of the last positions as the
/// sequence has; the sinusoids of a `PositionalEncoding` go on behind its end.
///
/// # From C and C++
///
/// `#[network(export_c)]` adds `extern "C"` functions whose names begin with that of the network in lower case, and
/// `LeNet5::C_HEADER`, the text of the header that declares them. `#[network(export_c = "digits")]` begins them with another
/// word, which two networks with one name need.
///
/// | in C, for `LeNet5` | |
/// |---|---|
/// | `LENET5_INPUT_LEN`, `LENET5_OUTPUT_LEN`, `LENET5_PARAMETERS`, `LENET5_BUFFERS`, `LENET5_SCRATCH_LEN` | scalars |
/// | `LENET5_BYTES`, `LENET5_ALIGN` | size and alignment of a network; `LeNet5` is a type of that size, so that a variable holds one |
/// | `lenet5_load(network, parameters, buffers)` | makes one from the scalars of `parameters()` and `buffers()` |
/// | `lenet5_forward(network, input, output)` | one sample; where activations take more than 128 KiB of the stack it is not there |
/// | `lenet5_forward_with(network, input, output, scratch)` | the same with activations in given memory |
/// | `lenet5_stream_init(stream)`, `lenet5_stream_step(network, stream, input, output)` | where the network runs as a stream; `LeNet5Stream`, `LENET5_STREAM_BYTES`, `LENET5_STREAM_ALIGN`, `LENET5_STEP_INPUT_LEN`, `LENET5_STEP_OUTPUT_LEN` |
/// | `lenet5_embedded()` | the network with its built-in weights, where the declaration names some |
///
/// Scalars are `float`, or `double` for `f64`, in memory as in Rust: the last dimension innermost, the fields of a struct of
/// inputs or heads in order. Null, a wrong alignment or an overlap is a mistake, which builds with debug assertions answer
/// with a message and an abort; no panic leaves a function. The crate may deny `unsafe_code`, but not forbid it, and a
/// network with generic parameters is exported by one around it.
///
/// # Weights built in
///
/// ```text
/// network! {
///     pub struct LeNet5: [1, 28, 28] -> [10] { … }
///     weights = "lenet5.safetensors"
/// }
///
/// let logits = LeNet5::embedded().forward(&image);
/// ```
///
/// The file is read while the program compiles: what `save_safetensors` or PyTorch has written, `F32`, `F64`, `F16` or `BF16`,
/// converted to the scalar of the network. Its path is relative to the folder of the crate's Cargo.toml; where no such file is,
/// to that of the source file. What is missing, superfluous or of another shape is an error at the path. The crate is
/// compiled again when the file has changed.
///
/// `LeNet5::embedded()` is a `&'static LeNet5` in read-only data, a `const fn`: nothing is parsed, copied or allocated when the program
/// starts. `LeNet5::embedded().to_boxed()` is a copy to train. The sizes and the scalar must be known where the network is
/// declared, and the layers built in: a network within a network, or a layer of one's own, has tensors that only the compiler
/// knows.
///
/// # Weights of 16 bits
///
/// `weights_type = bf16` (or `f16`) behind the layers makes a second type, `HalfLeNet5`, for inference: a `chainrule::HalfNetwork` with
/// its parameters in half the memory, and `f32` arithmetic. `HalfLeNet5::from_network(&net)` rounds the parameters of a trained network;
/// with `weights` in the declaration `HalfLeNet5::embedded()` has them built in, and takes the place of `LeNet5::embedded()`.
///
/// `bf16` has the range of `f32` and 8 significant bits, `f16` 11 bits and ends at 65,504: larger weights are an error in a file
/// that is built in, and become infinite in `from_network`.
///
/// # Budget
///
/// `budget { … }` behind the layers fails the build with a table of the layers when a limit is exceeded. The quantities
/// are `parameters` and `macs` (multiply-adds of one sample), and with a unit, bytes by default, `inference_bytes` and
/// `training_bytes`: `B`, `kB`, `KiB`, `MB`, `MiB`.
///
/// # Integer networks
///
/// `quantize = int8` behind the layers makes two more types. `QNet` computes with whole numbers: weights are bytes with a scale for
/// each output, activations bytes with 128 levels, and the same input gives the same bits on every machine. `QatNet` is the network to
/// train so that it bears that, the same layers with weights and activations rounded. `QNet::calibrate(&net, &samples)`
/// makes the one from a trained network, `QNet::prepare_qat(&net)` and `QNet::convert(&training)` go by way of the other; see
/// `chainrule::quantized::QuantizedNetwork`. `Linear`, `Conv1d`, `Conv2d`, `SparseLinear`, `EmbeddingBag`, `Embedding`, batch norms, pools, activations, `Dropout`, `Flatten`,
/// `Reshape` and blocks have a form in whole numbers, and `Softmax`, `LogSoftmax` and activations at the end are computed in `f32`.
/// Any other layer is an error, as are generic parameters. In `QatNet` a field in a block has the path for its name,
/// `training.stage_0_conv`, and fields `range0`, … of its buffers hold ranges.
///
/// # What is generated
///
/// For `Net` the types `Net`, `NetInput` where inputs have names, `NetParameters` (a public field for each layer with parameters; also the type of
/// gradients) with one such type for each block, and, where a layer has untrained state, `NetBuffers`; implementations of `chainrule::Network`, through
/// which all else is called (`init`, `forward`, `workspace`, `backpropagate`, `summary`, …), of `Parameters`, `Clone`,
/// `Copy`, of `Deref` to `NetParameters`, the function `embedded` where weights are built in, the alias `HalfNet` where there are weights of 16 bits, and, without generic parameters, of `StaticSizes`. The documentation of `Net`
/// ends with the table of its layers. After an error the types and signatures are still there, so that the rest of the
/// program shows no second error.
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(input.into()).into()
}

/// The whole pipeline.
fn expand(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(declaration) = syntax::parse(input, &mut diagnostics) else {
        return diagnostics.into_tokens();
    };
    let mut network = lower::lower(&declaration, &mut diagnostics);
    // AFTER THIS POINT: every word is understood; what was not is reported and replaced or left out.
    passes::run(&mut network, &mut diagnostics);
    // AFTER THIS POINT: every layer has shapes, a runtime type and its slots.
    if diagnostics.is_empty() {
        codegen::generate(&network)
    } else {
        fallback::generate(&network, diagnostics)
    }
}
