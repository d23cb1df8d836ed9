//! Streams of networks with weights of 16 bits: the results of `f32` arithmetic with the same numbers.

use bytemuck::Zeroable;
use chainrule::prelude::*;
use chainrule::{HalfNetwork, HalfStreamable};

/// Small whole numbers, which are indices, too.
fn step_input<N: Streamable<Scalar = f32>>(t: usize) -> N::StepInput {
    let mut input = N::StepInput::zeroed();
    let values = bytemuck::cast_slice_mut::<_, f32>(std::slice::from_mut(&mut input));
    for (i, value) in values.iter_mut().enumerate() {
        *value = ((t * 5 + i * 3) % 7 % 5) as f32;
    }
    input
}

fn assert_close<S: Shape<Scalar = f32>>(ours: &S, theirs: &S, what: &str) {
    let flat = |output| bytemuck::cast_slice::<_, f32>(std::slice::from_ref::<S>(output)).to_vec();
    let (ours, theirs) = (flat(ours), flat(theirs));
    for (a, b) in ours.iter().zip(&theirs) {
        assert!(
            (a - b).abs() <= 1e-5 * (1.0 + b.abs()),
            "{what}: {ours:?} instead of {theirs:?}"
        );
    }
    assert!(theirs.iter().any(|value| *value != 0.0), "{what}");
}

fn streams_as_f32<N: HalfStreamable<Scalar = f32>, const P: usize>(half: &HalfNetwork<N, P>) {
    let wide = half.to_network();
    let (mut ours, mut theirs) = (half.boxed_stream(), wide.boxed_stream());
    // Behind the declared length, too.
    for t in 0..40 {
        let x = step_input::<N>(t);
        let what = format!("{}, step {t}", N::NAME);
        assert_close(&ours.step(&x), &theirs.step(&x), &what);
    }
    // What a stream in `f32` remembers goes on in 16 bits.
    let mut continued = Stream::with_state(half, *theirs.state());
    let x = step_input::<N>(40);
    assert_close(&continued.step(&x), &theirs.step(&x), N::NAME);
    // And from the start again.
    ours.reset();
    theirs.reset();
    assert_close(&ours.step(&x), &theirs.step(&x), N::NAME);
    assert_eq!(
        HalfNetwork::<N, P>::STREAM_BYTES % 4,
        size_of::<N::StreamState>() % 4
    );
}

macro_rules! declare {
    ($($name:ident { $($declaration:tt)* })*) => {
        declare!(@type bf16 [$($name { $($declaration)* })*]);
        declare!(@type f16 [$($name { $($declaration)* })*]);
    };
    (@type $type:ident [$($name:ident { $($declaration:tt)* })*]) => {
        mod $type {
            use super::*;

            $(network! { pub(super) struct $name $($declaration)* weights_type = $type })*

            #[test]
            fn streams_have_the_results_of_f32() {
                let mut rng = StdRng::seed_from_u64(7);
                $(streams_as_f32(&HalfNetwork::<$name, { $name::PARAMETERS }>::from_network(&$name::init(&mut rng)));)*
            }
        }
    };
}

declare! {
    Gated { : [24, 3] -> [24, 2] { Gru(17), Linear(33), Relu, Linear(2) } }
    Levels { : [24, 3] -> [24, 2] { Lstm(5, layers = 2), Linear(2) } }
    Simple { : [24, 3] -> [24, 3] { Rnn(4), Gru(3, reset_after = false) } }
    Convolutions { : [2, 24] -> [1, 24] {
        Conv1d(8, kernel = 3, causal = true, dilation = 2), Prelu(8), BatchNorm1d,
        Residual { Conv1d(8, kernel = 2, causal = true), Tanh }, Conv1d(1, kernel = 1),
    } }
    Writer { : [16] -> [16, 7] {
        Embedding(7, 8), PositionalEncoding,
        block: TransformerEncoderLayer(2, feedforward = 12, causal = true), LayerNorm, Linear(7),
    } }
    Shared { : [12, 4] -> [12, 4] { first: Linear(4), Tanh, Gru(4), tied(first) } }
    Heads { : [12, 2] { Gru(6), Heads { policy: { Linear(2), Softmax }, value: { fc: Linear(1) } } } }
    Last { : [12, 2] -> [3] { Gru(6, last = true), Linear(3) } }
}

/// Weights that are read-only data, and a stream that is moved.
#[test]
fn a_stream_owns_or_borrows_bf16_weights() {
    let mut rng = StdRng::seed_from_u64(8);
    let half = HalfNetwork::<bf16::Gated, { bf16::Gated::PARAMETERS }>::from_network(
        &bf16::Gated::init(&mut rng),
    );
    let mut borrowed = half.stream();
    let mut owned = Stream::new(half.clone());
    for t in 0..5 {
        let x = step_input::<bf16::Gated>(t);
        assert_eq!(borrowed.step(&x), owned.step(&x));
    }
}
