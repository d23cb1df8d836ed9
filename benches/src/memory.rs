//! What memory the networks of the README and the examples take: by their constants, and on the stack.

use crate::networks::*;
use crate::stack::stack_of;
use bytemuck::Zeroable;
use chainrule::Input;
use chainrule::losses::Loss;
use chainrule::prelude::*;
use std::fmt;
use std::hint::black_box;
use std::io;

/// A row of the table, in bytes.
pub struct Memory {
    /// The network.
    pub name: &'static str,
    /// What the network itself takes.
    pub network: usize,
    /// [`Network::INFERENCE_BYTES`].
    pub inference: usize,
    /// [`Network::TRAINING_BYTES`].
    pub training: usize,
    /// Stack of `forward_with`; `forward` takes [`Network::INFERENCE_BYTES`] more.
    pub forward: usize,
    /// Stack of `backpropagate` with a batch of 32.
    pub backpropagate: usize,
    /// Stack of `train_step` with Adam and a batch of 32.
    pub step: usize,
    /// Stack of `stream.step`, where there is one.
    pub stream: Option<usize>,
}

impl Memory {
    /// The columns.
    pub const HEADER: &str = "\
| network | itself | `INFERENCE_BYTES` | `TRAINING_BYTES` | stack of `forward_with` | of `backpropagate` | of `train_step` | of `stream.step` |
|---|---:|---:|---:|---:|---:|---:|---:|";
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            network,
            inference,
            training,
            forward,
            backpropagate,
            step,
            stream,
        } = self;
        write!(
            f,
            "| `{name}` | {network} | {inference} | {training} | {forward} | {backpropagate} | {step} | "
        )?;
        match stream {
            Some(stream) => write!(f, "{stream} |"),
            None => write!(f, "|"),
        }
    }
}

/// The table.
///
/// # Errors
/// When the stack cannot be read.
pub fn memories() -> io::Result<Vec<Memory>> {
    let classes = CrossEntropyLoss::default();
    let squares = MseLoss::default();
    Ok(vec![
        measure::<xor::Xor, _, _>("xor", [0.0], &squares)?,
        measure::<iris::Iris, _, _>("backprop_vs_sgd", 0_u8, &CrossEntropyLoss::default())?,
        measure::<diabetes::Progression, _, _>("diabetes", [0.0], &squares)?,
        measure::<policy::Policy, _, _>("firmware", [0.0; 8], &squares)?,
        measure::<actor_critic::Agent, _, _>(
            "actor_critic",
            ([0.5; 2], [0.0]),
            &(MseLoss::default(), MseLoss::default()),
        )?,
        measure::<lenet5::LeNet5, _, _>("LeNet5", 0_u8, &classes)?,
        measure::<digits::Digits, _, _>("digits", 0_u8, &classes)?,
        measure::<resnet_digits::ResNet, _, _>("resnet_digits", 0_u8, &classes)?,
        streamed(
            measure::<sst_forecast::Forecast, _, _>("sst_forecast", [0.0; 2], &squares)?,
            stream_of::<sst_forecast::Forecast>()?,
        ),
        streamed(
            measure::<char_rnn::Writer, _, _>("char_rnn", [0_u8; 64], &classes)?,
            stream_of::<char_rnn::Writer>()?,
        ),
        streamed(
            measure::<tiny_transformer::Writer, _, _>("tiny_transformer", [0_u8; 64], &classes)?,
            stream_of::<tiny_transformer::Writer>()?,
        ),
        streamed(
            measure::<audio_amp::Amp, _, _>("audio_amp", [[0.0]; 768], &squares)?,
            stream_of::<audio_amp::Amp>()?,
        ),
    ])
}

fn streamed(memory: Memory, stream: usize) -> Memory {
    Memory {
        stream: Some(stream),
        ..memory
    }
}

/// All but the stream.
fn measure<N, Y, L>(name: &'static str, target: Y, loss: &L) -> io::Result<Memory>
where
    N: Network,
    N::Input: Input<N::Input>,
    Y: Clone + Send + Sync,
    L: Loss<N::Scalar, N::Output, Y> + Sync,
{
    let mut net = N::init(&mut StdRng::seed_from_u64(7));
    let (input, mut output) = (N::Input::zeroed(), N::Output::zeroed());
    let (inputs, targets) = (vec![input; 32], vec![target; 32]);
    let mut scratch = vec![N::Scalar::ZERO; N::INFERENCE_BYTES / size_of::<N::Scalar>()];
    let mut workspace = N::workspace();
    let mut adam = Adam::new(&net);
    // The instruction set is detected once, in a call that is not measured.
    black_box(chainrule::simd::Isa::detect());
    Ok(Memory {
        name,
        network: size_of::<N>(),
        inference: N::INFERENCE_BYTES,
        training: N::TRAINING_BYTES,
        forward: stack_of(|| {
            let done = net.forward_with(black_box(&inputs[0]), &mut output, &mut scratch);
            assert!(done.is_ok(), "{done:?}");
        })?,
        backpropagate: stack_of(|| {
            let loss = net.backpropagate(&inputs, &targets, loss, &mut workspace);
            assert!(loss.is_ok(), "{loss:?}");
        })?,
        step: stack_of(|| {
            let loss = adam.train_step(&mut *net, &inputs, &targets, loss, &mut workspace);
            assert!(loss.is_ok(), "{loss:?}");
        })?,
        stream: None,
    })
}

fn stream_of<N: Streamable>() -> io::Result<usize> {
    let net = N::init(&mut StdRng::seed_from_u64(7));
    let mut stream = net.boxed_stream();
    let input = N::StepInput::zeroed();
    let mut output = stream.step(&input);
    stack_of(|| output = stream.step(black_box(&input)))
}
