//! A stream puts out what the network puts out for the whole sequence, step by step, for every layer that can.

use chainrule::Sample;
use chainrule::prelude::*;

/// Values without a pattern, from −1 to 1.
fn noise(index: usize) -> f64 {
    (index as f64 * 12.9898 + 4.1414).sin() * 43758.5453 % 1.0
}

/// Runs `steps` through a stream, twice, and gives what came out; both times must be the same.
fn stream_all<N: Streamable>(net: &N, steps: &[N::StepInput]) -> Vec<N::StepOutput>
where
    N::StepOutput: PartialEq + std::fmt::Debug,
{
    let mut stream = net.boxed_stream();
    let run = |stream: &mut Stream<&N, Box<N::StreamState>>| -> Vec<N::StepOutput> {
        steps.iter().map(|x| stream.step(x)).collect()
    };
    let first = run(&mut stream);
    stream.reset();
    assert_eq!(
        first,
        run(&mut stream),
        "`reset` does not lead to the start"
    );
    first
}

/// The largest difference, in the unit of the largest value.
fn assert_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    let scale = expected.iter().fold(1e-3_f64, |max, x| max.max(x.abs()));
    for (index, (a, b)) in got.iter().zip(expected).enumerate() {
        assert!(
            (a - b).abs() <= tolerance * scale,
            "{index}: {a} instead of {b}"
        );
    }
}

fn scalars<T: Scalar, S: Shape<Scalar = T>>(values: &[S]) -> Vec<f64> {
    let flat: &[T] = bytemuck::cast_slice(values);
    flat.iter().map(|x| x.to_f64()).collect()
}

/// The numbers of a network's parameters and buffers, small and without a pattern.
fn fill<N: Network>(net: &mut N) {
    for (index, x) in net.parameters_mut().iter_mut().enumerate() {
        *x = N::Scalar::from_f64(0.6 * noise(index));
    }
    for (index, x) in net.buffers_mut().iter_mut().enumerate() {
        *x = N::Scalar::from_f64(0.5 + 0.4 * noise(index));
    }
}

/// Of a network [length, features] → [length, features].
fn check_rows<N, T, const L: usize, const F: usize, const O: usize>(tolerance: f64)
where
    T: Scalar,
    N: Streamable<
            Scalar = T,
            Input = [[T; F]; L],
            Output = [[T; O]; L],
            StepInput = [T; F],
            StepOutput = [T; O],
        >,
    [[T; F]; L]: Sample<[[T; F]; L]>,
{
    let mut net = N::boxed();
    fill(&mut *net);
    let mut input = [[T::ZERO; F]; L];
    for (index, x) in input.as_flattened_mut().iter_mut().enumerate() {
        *x = T::from_f64(noise(1000 + index));
    }
    let expected = net.forward(&input);
    let got = stream_all(&*net, &input);
    assert_close(&scalars(&got), &scalars(&expected), tolerance);
}

/// Of a network [channels, length] → [channels, length].
fn check_columns<N, T, const L: usize, const F: usize, const O: usize>(tolerance: f64)
where
    T: Scalar,
    N: Streamable<
            Scalar = T,
            Input = [[T; L]; F],
            Output = [[T; L]; O],
            StepInput = [T; F],
            StepOutput = [T; O],
        >,
    [[T; L]; F]: Sample<[[T; L]; F]>,
{
    let mut net = N::boxed();
    fill(&mut *net);
    let mut input = [[T::ZERO; L]; F];
    let mut steps = [[T::ZERO; F]; L];
    for (c, channel) in input.iter_mut().enumerate() {
        for (t, x) in channel.iter_mut().enumerate() {
            *x = T::from_f64(noise(1000 + c * L + t));
            steps[t][c] = *x;
        }
    }
    let whole = net.forward(&input);
    let mut expected = [[T::ZERO; O]; L];
    for (c, channel) in whole.iter().enumerate() {
        for (t, y) in channel.iter().enumerate() {
            expected[t][c] = *y;
        }
    }
    let got = stream_all(&*net, &steps);
    assert_close(&scalars(&got), &scalars(&expected), tolerance);
}

/// A test in both scalars, for [length, features] (`rows`) or [channels, length] (`columns`).
macro_rules! stream_equals_sequence {
    (rows $name:ident [$l:expr, $f:expr] -> $o:expr, { $($layers:tt)* }) => {
        stream_equals_sequence!(@ $name check_rows [$l, $f] [$l, $f, $o] { $($layers)* });
    };
    (columns $name:ident [$f:expr, $l:expr] -> $o:expr, { $($layers:tt)* }) => {
        stream_equals_sequence!(@ $name check_columns [$f, $l] [$l, $f, $o] { $($layers)* });
    };
    (@ $name:ident $check:ident [$a:expr, $b:expr] [$l:expr, $f:expr, $o:expr] { $($layers:tt)* }) => {
        mod $name {
            use super::*;
            network! { pub(super) struct Net<T>: [$a, $b] { $($layers)* } }

            #[test]
            fn stream_equals_sequence() {
                $check::<Net<f32>, f32, $l, $f, $o>(1e-5);
                $check::<Net<f64>, f64, $l, $f, $o>(1e-12);
            }
        }
    };
}

stream_equals_sequence!(rows linear [7, 3] -> 5, { Linear(5) });
stream_equals_sequence!(rows linear_without_bias [7, 3] -> 20, { Linear(20, bias = false) });
stream_equals_sequence!(rows rnn [9, 3] -> 5, { Rnn(5) });
stream_equals_sequence!(rows rnn_relu [9, 3] -> 17, { Rnn(17, nonlinearity = relu, bias = false) });
stream_equals_sequence!(rows gru [9, 3] -> 6, { Gru(6) });
stream_equals_sequence!(rows gru_reset_before [9, 3] -> 6, { Gru(6, reset_after = false) });
stream_equals_sequence!(rows gru_of_three_levels [9, 1] -> 16, { Gru(16, layers = 3, dropout = 0.5, bias = false) });
stream_equals_sequence!(rows lstm [9, 3] -> 6, { Lstm(6) });
stream_equals_sequence!(rows lstm_of_two_levels [9, 2] -> 33, { Lstm(33, layers = 2) });
stream_equals_sequence!(rows layer_norm [6, 8] -> 8, { LayerNorm });
stream_equals_sequence!(rows rms_norm [6, 8] -> 8, { RmsNorm });
stream_equals_sequence!(rows softmax [6, 8] -> 8, { Softmax });
stream_equals_sequence!(rows log_softmax [6, 8] -> 8, { LogSoftmax });
stream_equals_sequence!(rows dropout [6, 8] -> 8, { Dropout(0.5) });
stream_equals_sequence!(rows relu [6, 8] -> 8, { Relu });
stream_equals_sequence!(rows relu6 [6, 8] -> 8, { Relu6 });
stream_equals_sequence!(rows leaky_relu [6, 8] -> 8, { LeakyRelu });
stream_equals_sequence!(rows elu [6, 8] -> 8, { Elu });
stream_equals_sequence!(rows selu [6, 8] -> 8, { Selu });
stream_equals_sequence!(rows celu [6, 8] -> 8, { Celu });
stream_equals_sequence!(rows gelu [6, 8] -> 8, { Gelu });
stream_equals_sequence!(rows silu [6, 8] -> 8, { Silu });
stream_equals_sequence!(rows mish [6, 8] -> 8, { Mish });
stream_equals_sequence!(rows hardswish [6, 8] -> 8, { Hardswish });
stream_equals_sequence!(rows hardsigmoid [6, 8] -> 8, { Hardsigmoid });
stream_equals_sequence!(rows sigmoid [6, 8] -> 8, { Sigmoid });
stream_equals_sequence!(rows log_sigmoid [6, 8] -> 8, { LogSigmoid });
stream_equals_sequence!(rows tanh [6, 8] -> 8, { Tanh });
stream_equals_sequence!(rows hardtanh [6, 8] -> 8, { Hardtanh });
stream_equals_sequence!(rows softplus [6, 8] -> 8, { Softplus });
stream_equals_sequence!(rows softsign [6, 8] -> 8, { Softsign });
stream_equals_sequence!(rows tanhshrink [6, 8] -> 8, { Tanhshrink });
stream_equals_sequence!(rows softshrink [6, 8] -> 8, { Softshrink });
stream_equals_sequence!(rows square [6, 8] -> 8, { Square });
stream_equals_sequence!(rows clipped_relu [6, 8] -> 8, { ClippedRelu });
stream_equals_sequence!(rows squared_clipped_relu [6, 8] -> 8, { SquaredClippedRelu });
stream_equals_sequence!(rows threshold [6, 8] -> 8, { Threshold(0.1, 20.0) });
stream_equals_sequence!(rows clamp [6, 8] -> 8, { Clamp(0.0, 0.5) });
stream_equals_sequence!(rows glu [6, 8] -> 4, { Glu });
stream_equals_sequence!(rows swi_glu [6, 8] -> 4, { SwiGlu });
stream_equals_sequence!(rows permute [6, 8] -> 8, { Permute([1, 0]), Transpose });
stream_equals_sequence!(rows tied [6, 8] -> 8, { first: Linear(8), Tanh, tied(first) });
stream_equals_sequence!(columns batch_norm [3, 12] -> 3, { BatchNorm1d });
stream_equals_sequence!(columns prelu [3, 12] -> 3, { Prelu(3) });
stream_equals_sequence!(columns scale [3, 12] -> 3, { Scale(3) });
stream_equals_sequence!(columns snake [3, 12] -> 3, { Snake });
stream_equals_sequence!(rows norms [6, 8] -> 8, { LayerNorm, Linear(8), RmsNorm });
stream_equals_sequence!(rows gates [6, 8] -> 2, { Glu, SwiGlu, Softmax, LogSoftmax });
stream_equals_sequence!(rows activations [6, 4] -> 4, {
    Linear(4), Tanh, Linear(4), Gelu, Linear(4), Sigmoid, Dropout(0.5), Linear(4), Relu, Prelu, Scale, Square, Softplus,
});
stream_equals_sequence!(rows attention [9, 6] -> 6, { MultiheadAttention(3, causal = true) });
stream_equals_sequence!(rows attention_of_the_last_few [9, 40] -> 40, {
    MultiheadAttention(2, causal = true, window = 3, bias = false, dropout = 0.1),
});
stream_equals_sequence!(rows attention_to_oneself [5, 4] -> 4, { MultiheadAttention(1, causal = true, window = 1) });
stream_equals_sequence!(rows attention_beyond_the_beginning [5, 4] -> 4, {
    MultiheadAttention(4, causal = true, window = 8),
});
stream_equals_sequence!(rows positional_encoding [40, 7] -> 7, { PositionalEncoding(dropout = 0.5) });
stream_equals_sequence!(rows transformer [12, 8] -> 5, {
    Linear(8),
    PositionalEncoding,
    Repeat(2) { TransformerEncoderLayer(2, feedforward = 16, causal = true, window = 4) },
    TransformerEncoderLayer(4, feedforward = 12, causal = true, norm_first = true, activation = gelu),
    Linear(5),
});
stream_equals_sequence!(rows slice [6, 8] -> 3, { Slice(1, 2, 5) });
stream_equals_sequence!(columns conv1d [2, 12] -> 5, { Conv1d(5, kernel = 3, causal = true) });
stream_equals_sequence!(columns conv1d_dilated [2, 30] -> 5, { Conv1d(5, kernel = 4, dilation = 3, causal = true, bias = false) });
stream_equals_sequence!(columns conv1d_grouped [4, 12] -> 6, { Conv1d(6, kernel = 2, groups = 2, dilation = 2, causal = true) });
stream_equals_sequence!(columns conv1d_depthwise [6, 12] -> 6, { Conv1d(6, kernel = 5, groups = 6, causal = true) });
stream_equals_sequence!(columns conv1d_of_one_tap [3, 12] -> 4, { Conv1d(4, kernel = 1) });
stream_equals_sequence!(columns channels [3, 12] -> 3, {
    BatchNorm1d, Prelu(3), Snake, Scale(3), Softmax(0),
});
stream_equals_sequence!(columns transpose [3, 12] -> 5, { Transpose, Gru(4), Permute([1, 0]), Conv1d(5, 2, causal = true) });
stream_equals_sequence!(columns blocks [3, 16] -> 4, {
    Repeat(2) {
        Residual { Conv1d(3, kernel = 3, causal = true), Tanh, Conv1d(3, kernel = 2, dilation = 4, causal = true) }
    },
    Concat {
        { Conv1d(1, kernel = 2, causal = true) }
        { Multiply { value: { Conv1d(3, kernel = 1), Tanh } gate: { Conv1d(3, kernel = 2, causal = true), Sigmoid } } }
    },
});
stream_equals_sequence!(rows blocks_of_rows [8, 4] -> 6, {
    Concat(dim = 1) { { Gru(2) } { Residual(project = Linear(4)) { Lstm(4) } } },
});

/// Of a network of indices [length] → [length, features].
fn check_indices<N, T, const L: usize, const O: usize>(rows: usize, tolerance: f64)
where
    T: Scalar,
    N: Streamable<
            Scalar = T,
            Input = [T; L],
            Output = [[T; O]; L],
            StepInput = [T; 1],
            StepOutput = [T; O],
        >,
    [T; L]: Sample<[T; L]>,
{
    let mut net = N::boxed();
    fill(&mut *net);
    let input: [u8; L] = std::array::from_fn(|t| (t * t + 2) as u8 % rows as u8);
    let input = input.map(|index| T::from_f64(f64::from(index)));
    let steps = input.map(|index| [index]);
    let got = stream_all(&*net, &steps);
    assert_close(&scalars(&got), &scalars(&net.forward(&input)), tolerance);
}

mod indices {
    use super::*;

    network! { pub struct Table<T>: [9] -> [9, 5] { table: Embedding(7, 5) } }
    network! { pub struct Letters<T>: [9] -> [9, 4] { Embedding(20, 16, padding_idx = 3), Gru(6), Linear(4) } }
    network! {
        pub struct Language<T>: [9] -> [9, 20] {
            Embedding(20, 8),
            PositionalEncoding,
            Repeat(2) { TransformerEncoderLayer(2, feedforward = 12, causal = true, window = 5) },
            Linear(20),
        }
    }
    network! { pub struct Twice<T>: [9] -> [9, 8] { Concat(dim = 1) { { Embedding(7, 5) } { Embedding(7, 3) } } } }

    #[test]
    fn stream_equals_sequence() {
        check_indices::<Table<f32>, f32, 9, 5>(7, 0.0);
        check_indices::<Table<f64>, f64, 9, 5>(7, 0.0);
        check_indices::<Letters<f32>, f32, 9, 4>(20, 1e-5);
        check_indices::<Letters<f64>, f64, 9, 4>(20, 1e-12);
        check_indices::<Language<f32>, f32, 9, 20>(20, 1e-5);
        check_indices::<Language<f64>, f64, 9, 20>(20, 1e-12);
        check_indices::<Twice<f32>, f32, 9, 8>(7, 0.0);
    }

    #[test]
    fn integers_are_steps_and_what_is_no_index_gives_zeros() {
        let net = Table::<f32>::init(&mut StdRng::seed_from_u64(1));
        let mut stream = net.stream();
        let text = b"\x02\x06";
        let rows = [stream.step(&[text[0]]), stream.step(&[text[1]])];
        assert_eq!(rows, [net.table.weight[2], net.table.weight[6]]);
        assert_eq!(stream.step(&[200_u8]), [0.0; 5]);
    }
}

/// Steps go on behind the end of the sequence: what comes out is what a longer network puts out for a longer sequence.
#[test]
fn attention_and_positions_go_on() {
    network! {
        struct Net: [4, 6] -> [4, 6] { PositionalEncoding, MultiheadAttention(2, causal = true, window = 3) }
    }
    network! {
        struct Long: [50, 6] -> [50, 6] { PositionalEncoding, MultiheadAttention(2, causal = true, window = 3) }
    }
    network! { struct All: [4, 6] -> [4, 6] { MultiheadAttention(2, causal = true) } }
    network! { struct LastFour: [50, 6] -> [50, 6] { MultiheadAttention(2, causal = true, window = 4) } }

    fn check<N, L>()
    where
        N: Streamable<Scalar = f32, StepInput = [f32; 6], StepOutput = [f32; 6]>,
        L: Network<Scalar = f32, Input = [[f32; 6]; 50], Output = [[f32; 6]; 50]>,
    {
        let (mut net, mut long) = (N::boxed(), L::boxed());
        fill(&mut *net);
        long.parameters_mut().copy_from_slice(net.parameters());
        let input = std::array::from_fn(|t| std::array::from_fn(|f| noise(6 * t + f) as f32));
        let got = stream_all(&*net, &input);
        assert_close(&scalars(&got), &scalars(&[long.forward(&input)]), 1e-5);
    }
    check::<Net, Long>();
    check::<All, LastFour>();
}

network! {
    struct Ends: [6, 2] -> [3] { gru: Gru(4, last = true), Relu, head: Linear(3), Softmax }
}

#[test]
fn what_comes_after_the_last_state_comes_at_every_step() {
    let mut net = Ends::boxed();
    fill(&mut *net);
    let input: [[f32; 2]; 6] = std::array::from_fn(|t| [noise(t) as f32, noise(t + 50) as f32]);
    let steps = stream_all(&*net, &input);
    assert_close(
        &scalars(&steps[5..]),
        &scalars(&[net.forward(&input)]),
        1e-5,
    );
    // A shorter sequence is what a network for shorter sequences sees.
    network! { struct Short: [2, 2] -> [3] { gru: Gru(4, last = true), Relu, head: Linear(3), Softmax } }
    let mut short = Short::boxed();
    short.parameters_mut().copy_from_slice(net.parameters());
    let expected = short.forward(&[input[0], input[1]]);
    assert_close(&scalars(&steps[1..2]), &scalars(&[expected]), 1e-5);
}

network! {
    pub struct Control: [5, 2] {
        body: Lstm(4),
        Heads { policy: { Linear(3) }, value: { last: Gru(2, last = true), Linear(1) } },
    }
}

#[test]
fn heads_put_out_a_struct_at_every_step() {
    let mut net = Control::boxed();
    fill(&mut *net);
    let input: [[f32; 2]; 5] = std::array::from_fn(|t| [noise(t) as f32, noise(t + 50) as f32]);
    let whole = net.forward(&input);
    let steps = stream_all(&*net, &input);
    let last: &ControlStepOutput = &steps[4];
    assert_close(&scalars(&[last.policy]), &scalars(&[whole.policy[4]]), 1e-5);
    assert_close(&scalars(&[last.value]), &scalars(&[whole.value]), 1e-5);
}

network! {
    pub struct Sized<const H: usize>: [5, 2] -> [5, H] { Linear(H), Tanh, Linear(H) }
}

#[test]
fn networks_of_generic_sizes_stream() {
    let mut net = Sized::<7>::boxed();
    fill(&mut *net);
    let input: [[f32; 2]; 5] = std::array::from_fn(|t| [noise(t) as f32, noise(t + 50) as f32]);
    let steps = stream_all(&*net, &input);
    assert_close(&scalars(&steps), &scalars(&[net.forward(&input)]), 1e-5);
}

network! {
    pub struct SizedText<const L: usize>: [L] -> [L, 8] {
        Embedding(9, 8), PositionalEncoding, MultiheadAttention(2, causal = true),
    }
}

#[test]
fn sequences_of_generic_length_stream() {
    let mut net = SizedText::<6>::boxed();
    fill(&mut *net);
    let text = [3, 1, 4, 1, 5, 2_u8];
    let steps = text.map(|index| [f32::from(index)]);
    let got = stream_all(&*net, &steps);
    assert_close(&scalars(&got), &scalars(&[net.forward(&text)]), 1e-5);
}

#[test]
fn a_stream_goes_on_from_a_copy_of_its_state() {
    let mut net = gru::Net::<f32>::boxed();
    fill(&mut *net);
    let steps: [[f32; 3]; 9] = std::array::from_fn(|t| [noise(t) as f32; 3]);
    let mut stream = net.stream();
    stream.step(&steps[0]);
    let mut other = Stream::with_state(&*net, *stream.state());
    assert_eq!(stream.step(&steps[1]), other.step(&steps[1]));
    // It may own the network.
    let mut owner = Stream::new(net.clone());
    owner.step(&steps[0]);
    assert_eq!(owner.step(&steps[1]), stream_all(&*net, &steps[..2])[1]);
}

#[test]
fn the_bytes_of_a_stream_are_counted() {
    type Net = conv1d_dilated::Net<f32>;
    // Nine earlier steps of two channels, and the place of the oldest.
    assert_eq!(size_of::<<Net as Streamable>::StreamState>(), 9 * 2 * 4 + 8);
    assert_eq!(Net::STEP_MACS, 5 * 2 * 4);
    assert_eq!(Net::STREAM_BYTES, 9 * 2 * 4 + 8);
}
